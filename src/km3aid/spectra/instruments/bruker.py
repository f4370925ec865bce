"""Bruker folders: a processed 1D spectrum as it is, or an FID, transformed (`fid.py`) without its filter's delay.

Only files of the given folder are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.instruments.checks import (
    MOST_POINTS,
    check_files,
    number_of,
    one_dimension,
    parameter_text,
    positive,
)
from km3aid.spectra.instruments.experiment import Experiment, check_experiment, experiment_of, with_note
from km3aid.spectra.instruments.fid import transform_fid
from km3aid.spectra.instruments.group_delay import group_delay
from km3aid.spectra.instruments.jcamp_blocks import read_blocks
from km3aid.spectra.instruments.nucleus import Frequencies, check_nucleus, proton_mhz
from km3aid.spectra.instruments.picking import pick_peaks
from km3aid.spectra.referencing import reference_to_solvent
from km3aid.spectra.spectrum import Spectrum

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MEND = "if it is 13C, write 'NUC1= <13C>' in acqus, or give its shifts with --peaks"


def is_bruker(folder: Path) -> bool:
    """Whether a folder is an experiment, or its `pdata/n`."""
    try:
        return any((folder / name).is_file() for name in ("1r", "acqus", "procs")) or _processed(folder) is not None
    except OSError:
        return False


def read_bruker(folder: Path, where: str) -> Iterator[Spectrum]:
    """Read the 1D spectrum of an experiment, or of its `pdata/n`; processed data take precedence over the FID."""
    processed = folder if (folder / "1r").is_file() else _processed(folder)
    experiment = _experiment(folder, processed, where)
    spectrum = _read_fid(folder, where) if processed is None else _read_processed(folder, processed, where)
    yield with_note(spectrum, experiment)


def _experiment(folder: Path, processed: Path | None, where: str) -> Experiment:
    """The experiment of a folder; raises `SpectrumFormatError` where it cannot be used on its own."""
    has_1d = processed is not None or (folder / "fid").is_file()
    if not has_1d and any((folder / name).exists() for name in ("ser", "acqu2s")):
        check_experiment(Experiment.TWO_D, where)
    experiment = experiment_of(_acqus(folder, processed, where).get("PULPROG", ""))
    check_experiment(experiment, where)
    return experiment


def _acqus(folder: Path, processed: Path | None, where: str) -> dict[str, str]:
    """The parameters of acquisition of an experiment, or of that of a `pdata/n`; empty where they are missing."""
    path = _experiment_folder(folder, processed) / "acqus"
    return _parameters(path, where) if path.is_file() and not path.is_symlink() else {}


def _experiment_folder(folder: Path, processed: Path | None) -> Path:
    return folder.parents[1] if processed == folder and folder.parent.name == "pdata" else folder


def _check_nucleus(acqus: dict[str, str], procs: dict[str, str] | None, where: str) -> None:
    stated = {"NUC1 in acqus": acqus.get("NUC1", "")}
    observed = {"BF1 in acqus": number_of(acqus.get("BF1")), "SFO1 in acqus": number_of(acqus.get("SFO1"))}
    if procs is not None:
        stated["AXNUC in procs"] = procs.get("AXNUC", "")
        observed["SF in procs"] = number_of(procs.get("SF"))
    check_nucleus(stated, where, _MEND, Frequencies(observed, proton_mhz(acqus)))


def _read_processed(folder: Path, processed: Path, where: str) -> Spectrum:
    import numpy as np

    check_files(folder, processed, ("1r", "procs"))
    procs = _parameters(processed / "procs", where)
    acqus = _acqus(folder, processed, where)
    _check_nucleus(acqus, procs, where)
    trace = _numbers(processed / "1r", procs, "P")[: int(number_of(procs.get("SI")) or MOST_POINTS)]
    frequency, width = (positive(procs, key, where) for key in ("SF", "SWP"))
    left_ppm = number_of(procs.get("OFFSET"))
    if left_ppm is None:
        raise SpectrumFormatError(f"{where}: parameter OFFSET is {procs.get('OFFSET')!r}; expected a number")
    trace = one_dimension(trace, where)
    shift_ppm = left_ppm - np.arange(len(trace)) * width / frequency / len(trace)
    name, solvent = _experiment_folder(folder, processed).name, acqus.get("SOLVENT") or None
    return pick_peaks(shift_ppm, trace, where, id=name, solvent=solvent, frequency_mhz=frequency)


def _read_fid(folder: Path, where: str) -> Spectrum:
    check_files(folder, folder, ("fid", "acqus"))
    acqus = _parameters(folder / "acqus", where)
    _check_nucleus(acqus, None, where)
    numbers = _numbers(folder / "fid", acqus, "A")
    fid = one_dimension(numbers[0::2][: len(numbers) // 2] + 1j * numbers[1::2], where)
    width, frequency, carrier = (positive(acqus, key, where) for key in ("SWH", "SFO1", "BF1"))
    centre = (frequency - carrier) / carrier * 1e6
    delay, solvent = group_delay(acqus), acqus.get("SOLVENT") or None
    found = transform_fid(fid, width, carrier, centre, where, delay, id=folder.name, solvent=solvent)
    return reference_to_solvent(found)


def _parameters(path: Path, where: str) -> dict[str, str]:
    """The `##$NAME= value` of a parameter file; names in capitals without underscores, as JCAMP-DX compares them."""
    block = next(read_blocks(parameter_text(path)), None)
    if block is None:
        raise SpectrumFormatError(f"{where}: {path.name} has no parameters; the file is damaged")
    return {name[1:]: value.strip().strip("<>") for name, value in block.labels.items() if name.startswith("$")}


def _numbers(path: Path, parameters: dict[str, str], suffix: str) -> NDArray[np.float64]:
    """The numbers of a data file; `suffix` is A for acquired and P for processed data."""
    import numpy as np

    order = ">" if number_of(parameters.get("BYTORD" + suffix)) == 1 else "<"
    kind = "f8" if number_of(parameters.get("DTYP" + suffix)) == 2 else "i4"
    values: NDArray[np.float64] = np.fromfile(path, order + kind, count=2 * MOST_POINTS).astype(np.float64)
    return values


def _processed(folder: Path) -> Path | None:
    """The first `pdata/n` of an experiment that has a processed spectrum."""
    try:
        found = [p for p in (folder / "pdata").iterdir() if p.name.isdecimal() and (p / "1r").is_file()]
    except OSError:
        return None
    return min(found, key=lambda p: int(p.name), default=None)
