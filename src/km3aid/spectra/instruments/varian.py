"""Varian and Agilent folders: the FID beside its `procpar`, transformed (`fid.py`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.experiment import Experiment, dept_of_angle, experiment_of
from km3aid.spectra.instruments.checks import (
    check_files,
    number_of,
    one_dimension,
    parameter_text,
    positive,
)
from km3aid.spectra.instruments.fid import transform_fid
from km3aid.spectra.instruments.nucleus import PROTON, Frequencies, check_nucleus, nucleus_of
from km3aid.spectra.referencing import reference_to_solvent
from km3aid.spectra.solvents import solvent_on_spectrometer
from km3aid.spectra.source import MOST_BYTES
from km3aid.spectra.spectrum import Spectrum
from km3aid.spectra.wanted import ANYTHING, Wanted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_VARY_LINES = {"d2", "d3", "p1", "pw", "tau", "mix", "bt"}  # arrays of these turn lines over, or weaken them


def is_varian(folder: Path) -> bool:
    """Whether a folder has both files of an experiment."""
    try:
        return (folder / "procpar").is_file() and (folder / "fid").is_file()
    except OSError:
        return False


def read_varian(folder: Path, where: str, wanted: Wanted = ANYTHING) -> Iterator[Spectrum]:
    """Read the one spectrum of a folder."""
    check_files(folder, folder, ("fid", "procpar"), where)
    procpar, arrays = _procpar(folder / "procpar")
    _check_nucleus(procpar, where, wanted)
    width, frequency = (positive(procpar, key, where) for key in ("sw", "sfrq"))
    line, position = (number_of(procpar.get(key)) or 0.0 for key in ("rfl", "rfp"))
    count = int(number_of(procpar.get("arraydim")) or 1)
    number = _chosen(procpar, arrays, where)
    if number:
        procpar["mult"] = arrays["mult"][number]
    values = _block(folder / "fid", number)
    fid = one_dimension(values[0::2][: len(values) // 2] + 1j * values[1::2], where)
    centre = (width / 2 - line + position) / frequency
    about: dict[str, Any] = {
        "id": folder.name,
        "solvent": solvent_on_spectrometer(procpar.get("solvent", "")),
        "experiment": _experiment(procpar),
    }
    spectrum = reference_to_solvent(transform_fid(fid.conj(), width, frequency, centre, where, **about))
    note = (f"spectrum {number + 1} of an array of {count}",) if count > 1 else ()
    yield replace(spectrum, notes=(*spectrum.notes, *note))


def _chosen(procpar: dict[str, str], arrays: dict[str, list[str]], where: str) -> int:
    """Which spectrum of an array is read: the first, of DEPT that of 135°.

    Raises `SpectrumFormatError` where the array varies what decides on the height and the sign of lines.
    """
    varied = [name for name in re.findall(r"\w+", procpar.get("array", "")) if len(arrays.get(name, ())) > 1]
    if harmful := sorted(_VARY_LINES & set(varied)):
        raise SpectrumFormatError(
            f"{where}: an array of spectra that differ in {', '.join(harmful)}, as for relaxation or a "
            "calibration of pulses; give the plain 13C spectrum"
        )
    angles = [number_of(text) for text in arrays.get("mult", ())] if "mult" in varied else []
    return angles.index(1.5) if 1.5 in angles else 0


def _block(path: Path, number: int) -> NDArray[np.float64]:
    """The numbers of the first trace of a block, as far as the file holds them."""
    import numpy as np

    with open(path, "rb") as file:
        head = file.read(32).ljust(32, b"\0")
        points, _, _, block_bytes = np.frombuffer(head[8:24], ">i4").tolist()
        status, headers = int(np.frombuffer(head[26:28], ">i2")[0]), int(np.frombuffer(head[28:32], ">i4")[0])
        kind = np.dtype(">f4" if status & 8 else ">i4" if status & 4 else ">i2")
        file.seek(32 + number * max(block_bytes, 0) + 28 * max(1, min(headers, 9)))
        data = file.read(max(0, min(points * kind.itemsize, MOST_BYTES)))
    with np.errstate(invalid="ignore"):  # damaged numbers are refused afterwards
        return np.frombuffer(data[: len(data) // kind.itemsize * kind.itemsize], kind).astype(np.float64)


def _check_nucleus(procpar: dict[str, str], where: str, wanted: Wanted) -> None:
    decoupled = nucleus_of(procpar.get("dn", "")) == PROTON
    proton = number_of(procpar.get("dfrq" if decoupled else "h1freq"))
    mend = 'if it is 13C, set tn to "C13" in procpar'
    frequencies = Frequencies({"sfrq": number_of(procpar.get("sfrq"))}, proton)
    check_nucleus({"tn in procpar": procpar.get("tn", "")}, where, mend, frequencies, wanted.nucleus)


def _experiment(procpar: dict[str, str]) -> Experiment:
    experiment = experiment_of(procpar.get("seqfil", ""), procpar.get("pslabel", ""))
    if (number_of(procpar.get("ni")) or 0) > 1:
        return Experiment.TWO_D
    if experiment == Experiment.DEPT and (times := number_of(procpar.get("mult"))):
        return dept_of_angle(90 * times)  # the last pulse of 1H is `mult` times one of 90°
    if experiment == Experiment.PLAIN and procpar.get("dm", "").endswith("n"):  # n, nnn, yyn: off while recording
        return Experiment.COUPLED
    return experiment


def _procpar(path: Path) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The first value of each parameter, and all numbers of those with several.

    A parameter is a line that begins with its name, then one with the number of values.
    """
    found: dict[str, str] = {}
    arrays: dict[str, list[str]] = {}
    for line, following in pairwise(parameter_text(path).splitlines()):
        match = re.match(r"([A-Za-z]\w*)(?: [-+.0-9eE]+){8,}\s*$", line)
        values = following.split(maxsplit=1)
        if match and len(values) == 2 and values[0].isdigit():
            found[match[1]] = values[1].strip().strip('"') if '"' in values[1] else values[1].split()[0]
            if int(values[0]) > 1 and '"' not in values[1]:
                arrays[match[1]] = values[1].split()
    return found, arrays
