"""Varian and Agilent folders: the FID beside its `procpar`, transformed (`fid.py`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

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
from km3aid.spectra.source import MOST_BYTES
from km3aid.spectra.spectrum import Spectrum
from km3aid.spectra.wanted import ANYTHING, Wanted


def is_varian(folder: Path) -> bool:
    """Whether a folder has both files of an experiment."""
    try:
        return (folder / "procpar").is_file() and (folder / "fid").is_file()
    except OSError:
        return False


def read_varian(folder: Path, where: str, wanted: Wanted = ANYTHING) -> Iterator[Spectrum]:
    """Read the one spectrum of a folder."""
    import numpy as np

    check_files(folder, folder, ("fid", "procpar"))
    procpar = _procpar(folder / "procpar")
    _check_nucleus(procpar, where, wanted)
    width, frequency = (positive(procpar, key, where) for key in ("sw", "sfrq"))
    line, position = (number_of(procpar.get(key)) or 0.0 for key in ("rfl", "rfp"))
    with open(folder / "fid", "rb") as file:
        head = np.frombuffer(file.read(28).ljust(28, b"\0"), ">i2")
        kind = ">f4" if head[13] & 8 else ">i4" if head[13] & 4 else ">i2"
        file.seek(32 + 28)  # the headers of the file and of its first block
        data = np.frombuffer(file.read(MOST_BYTES), np.uint8)
    with np.errstate(invalid="ignore"):  # damaged numbers are refused below
        values = data[: len(data) // int(kind[2]) * int(kind[2])].view(kind).astype(np.float64)
    fid = one_dimension(values[0::2][: len(values) // 2] + 1j * values[1::2], where)
    centre = (width / 2 - line + position) / frequency
    about: dict[str, Any] = {
        "id": folder.name,
        "solvent": procpar.get("solvent") or None,
        "experiment": _experiment(procpar),
    }
    yield reference_to_solvent(transform_fid(fid.conj(), width, frequency, centre, where, **about))


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


def _procpar(path: Path) -> dict[str, str]:
    """The first value of each parameter: a line that begins with its name, then one with the number of values."""
    found = {}
    for line, following in pairwise(parameter_text(path).splitlines()):
        match = re.match(r"([A-Za-z]\w*)(?: [-+.0-9eE]+){8,}\s*$", line)
        values = following.split(maxsplit=1)
        if match and len(values) == 2 and values[0].isdigit():
            found[match[1]] = values[1].strip().strip('"') if '"' in values[1] else values[1].split()[0]
    return found
