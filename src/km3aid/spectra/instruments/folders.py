"""Measured 1D spectra in the folders of spectrometers: Bruker and Varian/Agilent.

A processed spectrum is taken as it is. An FID is transformed (`fid.py`), its digital filter's delay taken out. Only
files of the given folder are read, and no size in a header is believed. nmrglue knows the delays of old firmware.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.instruments.fid import MOST_POINTS, check_nucleus, number_of, one_dimension, transform_fid
from km3aid.spectra.instruments.jcamp import read_blocks
from km3aid.spectra.instruments.picking import pick_peaks
from km3aid.spectra.source import MOST_BYTES
from km3aid.spectra.spectrum import Spectrum

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST_PARAMETERS = 1 << 20  # bytes


def kind_of_folder(folder: Path) -> str | None:
    """`bruker` or `varian` by the files of a folder, None where it is neither."""
    if any((folder / name).is_file() for name in ("1r", "acqus", "procs")) or _processed(folder):
        return "bruker"
    return "varian" if (folder / "procpar").is_file() and (folder / "fid").is_file() else None


def read_bruker(folder: Path, where: str) -> Iterator[Spectrum]:
    """Read a Bruker folder: an experiment, or its `pdata/n`; processed data come before the FID."""
    processed = folder if (folder / "1r").is_file() else _processed(folder)
    if processed is not None:
        _check_files(folder, processed, ("1r", "procs"))
        procs = _parameters(processed / "procs", where)
        check_nucleus(procs.get("AXNUC", ""), where)
        trace = _words(processed / "1r", procs, "P")[: int(number_of(procs.get("SI")) or MOST_POINTS)]
        frequency, width, offset = (_positive(procs, key, where) for key in ("SF", "SWP", "OFFSET"))
        trace = one_dimension(trace, where)
        experiment = folder.parents[1] if processed == folder and folder.parent.name == "pdata" else folder
        solvent = _bruker_solvent(experiment, where)
        ppm = _axis(len(trace), offset, width / frequency)
        yield pick_peaks(ppm, trace, where, id=experiment.name, solvent=solvent, frequency_mhz=frequency)
        return
    _check_files(folder, folder, ("fid", "acqus"))
    acqus = _parameters(folder / "acqus", where)
    check_nucleus(acqus.get("NUC1", ""), where)
    words = _words(folder / "fid", acqus, "A")
    fid = one_dimension(words[0::2][: len(words) // 2] + 1j * words[1::2], where)
    delay, firmware, decimation = (number_of(acqus.get(key)) or 0.0 for key in ("GRPDLY", "DSPFVS", "DECIM"))
    if delay <= 0 and firmware >= 10:  # old firmware does not say it
        table = _nmrglue().bruker.bruker_dsp_table
        delay = float(table.get(int(firmware), {}).get(int(decimation), 0.0))
    width, frequency, carrier = (_positive(acqus, key, where) for key in ("SWH", "SFO1", "BF1"))
    centre = (frequency - carrier) / carrier * 1e6
    solvent = acqus.get("SOLVENT") or None
    yield transform_fid(fid, width, carrier, centre, where, delay, id=folder.name, solvent=solvent)


def read_varian(folder: Path, where: str) -> Iterator[Spectrum]:
    """Read the FID of a Varian/Agilent folder."""
    import numpy as np

    _check_files(folder, folder, ("fid", "procpar"))
    procpar = _procpar(folder / "procpar")
    check_nucleus(procpar.get("tn", ""), where)
    width, frequency = (_positive(procpar, key, where) for key in ("sw", "sfrq"))
    line, position = (number_of(procpar.get(key)) or 0.0 for key in ("rfl", "rfp"))
    with open(folder / "fid", "rb") as file:
        head = np.frombuffer(file.read(28).ljust(28, b"\0"), ">i2")
        kind = ">f4" if head[13] & 8 else ">i4" if head[13] & 4 else ">i2"
        file.seek(32 + 28)  # the header of the file and that of the first block
        words = np.frombuffer(file.read(MOST_BYTES), np.uint8)
    with np.errstate(invalid="ignore"):  # of damaged numbers, which are refused below
        values = words[: len(words) // int(kind[2]) * int(kind[2])].view(kind).astype(np.float64)
    fid = one_dimension(values[0::2][: len(values) // 2] + 1j * values[1::2], where)
    centre = (width / 2 - line + position) / frequency
    solvent = procpar.get("solvent") or None
    yield transform_fid(fid.conj(), width, frequency, centre, where, id=folder.name, solvent=solvent)


def _axis(size: int, left_ppm: float, width_ppm: float) -> NDArray[np.float64]:
    import numpy as np

    return left_ppm - np.arange(size) * width_ppm / size


def _parameters(path: Path, where: str) -> dict[str, str]:
    """The `##$NAME= value` of a parameter file; names in capitals without underscores, as JCAMP-DX compares them."""
    text = path.read_bytes()[:_MOST_PARAMETERS].decode("utf-8", errors="replace")
    block = next(read_blocks(text), None)
    if block is None:
        raise SpectrumFormatError(f"{where}: {path.name} holds no parameters; the file is damaged")
    return {name[1:]: value.strip().strip("<>") for name, value in block.labels.items() if name.startswith("$")}


def _procpar(path: Path) -> dict[str, str]:
    """The first value of each parameter: a line that begins with its name, then one of the number and the values."""
    lines = path.read_bytes()[:_MOST_PARAMETERS].decode("utf-8", errors="replace").splitlines()
    found = {}
    for line, following in pairwise(lines):
        match = re.match(r"([A-Za-z]\w*)(?: [-+.0-9eE]+){8,}\s*$", line)
        values = following.split(maxsplit=1)
        if match and len(values) == 2 and values[0].isdigit():
            found[match[1]] = values[1].strip().strip('"') if '"' in values[1] else values[1].split()[0]
    return found


def _words(path: Path, parameters: dict[str, str], suffix: str) -> NDArray[np.float64]:
    """The numbers of a Bruker file; `suffix` is A for acquired and P for processed data."""
    import numpy as np

    order = ">" if number_of(parameters.get("BYTORD" + suffix)) == 1 else "<"
    kind = "f8" if number_of(parameters.get("DTYP" + suffix)) == 2 else "i4"
    values: NDArray[np.float64] = np.fromfile(path, order + kind, count=2 * MOST_POINTS).astype(np.float64)
    return values


def _processed(folder: Path) -> Path | None:
    """The first `pdata/n` of an experiment that holds a processed spectrum."""
    try:
        found = sorted(p for p in (folder / "pdata").iterdir() if p.name.isdigit() and (p / "1r").is_file())
    except OSError:
        return None
    return found[0] if found else None


def _bruker_solvent(experiment: Path, where: str) -> str | None:
    path = experiment / "acqus"
    if not path.is_file() or path.is_symlink():
        return None
    return _parameters(path, where).get("SOLVENT") or None


def _check_files(root: Path, folder: Path, names: tuple[str, ...]) -> None:
    """Refuse what is missing, too large for a 1D spectrum, or a link that leads out of the given folder."""
    for path in (folder / name for name in names):
        if not path.is_file():
            raise SpectrumFormatError(f"{root}: no file {path.relative_to(root)}; give the whole folder")
        if not path.resolve().is_relative_to(root.resolve()):
            raise SpectrumFormatError(f"{root}: {path.relative_to(root)} is a link that leads out of the folder")
        if path.stat().st_size > MOST_BYTES:
            raise SpectrumFormatError(f"{root}: {path.relative_to(root)} is too large for a 1D spectrum")


def _positive(parameters: dict[str, Any], key: str, where: str) -> float:
    value = number_of(parameters.get(key))
    if value is None or (key != "OFFSET" and value <= 0):
        raise SpectrumFormatError(f"{where}: parameter {key} is {parameters.get(key)!r}; expected a number")
    return value


def _nmrglue() -> Any:
    try:
        import nmrglue
    except ImportError:
        raise SpectrumFormatError(
            "reading an FID of Bruker's old firmware needs nmrglue; install it by: pip install 'km3aid[formats]'"
        ) from None
    return nmrglue
