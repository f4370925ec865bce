"""Bruker folders: a processed 1D spectrum as it is, or an FID, transformed (`fid.py`) without its filter's delay.

Only files of the given folder are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.experiment import DEPT, SIGNED, Experiment, dept_of_angle, experiment_of, obstacle
from km3aid.spectra.instruments.checks import (
    MOST_POINTS,
    check_files,
    number_of,
    one_dimension,
    parameter_text,
    positive,
)
from km3aid.spectra.instruments.fid import transform_fid
from km3aid.spectra.instruments.group_delay import group_delay
from km3aid.spectra.instruments.jcamp_blocks import read_blocks
from km3aid.spectra.instruments.nucleus import Frequencies, check_nucleus, proton_mhz
from km3aid.spectra.instruments.phase import rephased
from km3aid.spectra.instruments.picking import pick_peaks
from km3aid.spectra.referencing import reference_to_solvent
from km3aid.spectra.solvents import solvent_on_spectrometer
from km3aid.spectra.spectrum import Spectrum
from km3aid.spectra.wanted import ANYTHING, Wanted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MEND = "if it is 13C, write 'NUC1= <13C>' in acqus"


def is_bruker(folder: Path) -> bool:
    """Whether a folder is an experiment, or its `pdata/n`."""
    try:
        return any((folder / name).is_file() for name in ("1r", "acqus", "procs")) or _processed(folder) is not None
    except OSError:
        return False


def read_bruker(folder: Path, where: str, wanted: Wanted = ANYTHING) -> Iterator[Spectrum]:
    """Read the 1D spectrum of an experiment, or of its `pdata/n`; processed data take precedence over the FID."""
    processed = folder if (folder / "1r").is_file() else _processed(folder)
    has_1d = processed is not None or (folder / "fid").is_file()
    if not has_1d and any((folder / name).exists() for name in ("ser", "acqu2s")):
        raise SpectrumFormatError(f"{where}: {obstacle(Experiment.TWO_D)}")
    yield _read_fid(folder, where, wanted) if processed is None else _read_processed(folder, processed, where, wanted)


def _experiment(acqus: dict[str, str]) -> Experiment:
    """The experiment by its pulse sequence; the angle of `dept` follows from the lengths of its pulses."""
    experiment = experiment_of(acqus.get("PULPROG", ""))
    pulses = [number_of(text) or 0.0 for text in acqus.get("P", "").partition("\n")[2].split()[:4]]
    if experiment != Experiment.DEPT or len(pulses) < 4 or pulses[3] <= 0:
        return experiment
    return dept_of_angle(90 * pulses[0] / pulses[3])  # P3 is the 90° pulse of 1H


def _acqus(folder: Path, processed: Path | None, where: str) -> dict[str, str]:
    """The parameters of acquisition of an experiment, or of that of a `pdata/n`; empty where they are missing."""
    path = _experiment_folder(folder, processed) / "acqus"
    return _parameters(path, where) if path.is_file() and not path.is_symlink() else {}


def _experiment_folder(folder: Path, processed: Path | None) -> Path:
    return folder.parents[1] if processed == folder and folder.parent.name == "pdata" else folder


def _check_nucleus(acqus: dict[str, str], procs: dict[str, str] | None, where: str, wanted: Wanted) -> None:
    stated = {"NUC1 in acqus": acqus.get("NUC1", "")}
    observed = {"BF1 in acqus": number_of(acqus.get("BF1")), "SFO1 in acqus": number_of(acqus.get("SFO1"))}
    if procs is not None:
        stated["AXNUC in procs"] = procs.get("AXNUC", "")
        observed["SF in procs"] = number_of(procs.get("SF"))
    check_nucleus(stated, where, _MEND, Frequencies(observed, proton_mhz(acqus)), wanted.nucleus)


def _read_processed(folder: Path, processed: Path, where: str, wanted: Wanted) -> Spectrum:
    import numpy as np

    check_files(folder, processed, ("1r", "procs"), where)
    procs = _parameters(processed / "procs", where)
    acqus = _acqus(folder, processed, where)
    _check_nucleus(acqus, procs, where, wanted)
    size = int(number_of(procs.get("SI")) or MOST_POINTS)
    trace = _numbers(processed / "1r", procs, "P")[:size]
    frequency, width = (positive(procs, key, where) for key in ("SF", "SWP"))
    left_ppm = number_of(procs.get("OFFSET"))
    if left_ppm is None:
        raise SpectrumFormatError(f"{where}: parameter OFFSET is {procs.get('OFFSET')!r}; expected a number")
    trace = one_dimension(trace, where)
    shift_ppm = left_ppm - np.arange(len(trace)) * width / frequency / len(trace)
    about = _about(_experiment_folder(folder, processed), acqus)
    if about["experiment"] in (*SIGNED, *DEPT) and _has_imaginary(folder, processed, len(trace), procs):
        imaginary = one_dimension(_numbers(processed / "1i", procs, "P")[:size], where)
        trace, again = rephased(trace + 1j * imaginary, width / len(trace))
        about["notes"] = ("phased again: lines at one end pointed against those at the other",) if again else ()
    return pick_peaks(shift_ppm, trace, where, frequency_mhz=frequency, **about)


def _has_imaginary(folder: Path, processed: Path, points: int, procs: dict[str, str]) -> bool:
    """Whether there is an imaginary part of the same length as the real one."""
    path = processed / "1i"
    inside = path.is_file() and path.resolve().is_relative_to(folder.resolve())
    return inside and len(_numbers(path, procs, "P")) >= points


def _about(folder: Path, acqus: dict[str, str]) -> dict[str, Any]:
    return {
        "id": folder.name,
        "solvent": solvent_on_spectrometer(acqus.get("SOLVENT", "")),
        "experiment": _experiment(acqus),
    }


def _read_fid(folder: Path, where: str, wanted: Wanted) -> Spectrum:
    check_files(folder, folder, ("fid", "acqus"), where)
    acqus = _parameters(folder / "acqus", where)
    _check_nucleus(acqus, None, where, wanted)
    numbers = _numbers(folder / "fid", acqus, "A")
    fid = one_dimension(numbers[0::2][: len(numbers) // 2] + 1j * numbers[1::2], where)
    width, frequency, carrier = (positive(acqus, key, where) for key in ("SWH", "SFO1", "BF1"))
    centre = (frequency - carrier) / carrier * 1e6
    found = transform_fid(fid, width, carrier, centre, where, group_delay(acqus), **_about(folder, acqus))
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
