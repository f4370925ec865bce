"""Measured 1D spectra as spectrometers store them: Bruker, Varian/Agilent and JEOL.

A processed spectrum is taken as it is. An FID is transformed here: the digital filter is removed, the line broadened by
1 Hz, zero-filled, phased automatically. Only files of the given folder are read, and no size in a header is believed.
Bruker's digital filter and JEOL's files are a matter of nmrglue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.jcamp import read_blocks
from km3aid.spectra.pick import pick_peaks
from km3aid.spectra.source import MOST_BYTES
from km3aid.spectra.spectrum import Spectrum

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BROADENING_HZ = 1.0
_LINE_HZ = 12.0  # to either side of a line, by which its phase is judged
_PHASED_LINES = 40
_MOST_POINTS = 1 << 22
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
        _check_nucleus(procs.get("AXNUC", ""), where)
        trace = _words(processed / "1r", procs, "P")[: int(_number(procs.get("SI")) or _MOST_POINTS)]
        frequency, width, offset = (_positive(procs, key, where) for key in ("SF", "SWP", "OFFSET"))
        trace = _one_dimension(trace, where)
        experiment = folder.parents[1] if processed == folder and folder.parent.name == "pdata" else folder
        solvent = _bruker_solvent(experiment, where)
        ppm = _axis(len(trace), offset, width / frequency)
        yield pick_peaks(ppm, trace, where, id=experiment.name, solvent=solvent)
        return
    _check_files(folder, folder, ("fid", "acqus"))
    acqus = _parameters(folder / "acqus", where)
    _check_nucleus(acqus.get("NUC1", ""), where)
    words = _words(folder / "fid", acqus, "A")
    fid = _one_dimension(words[0::2][: len(words) // 2] + 1j * words[1::2], where)
    delay, firmware, decimation = (_number(acqus.get(key)) or 0.0 for key in ("GRPDLY", "DSPFVS", "DECIM"))
    if delay <= 0 and firmware >= 10:  # old firmware does not say it
        table = _nmrglue().bruker.bruker_dsp_table
        delay = float(table.get(int(firmware), {}).get(int(decimation), 0.0))
    width, frequency, carrier = (_positive(acqus, key, where) for key in ("SWH", "SFO1", "BF1"))
    centre = (frequency - carrier) / carrier * 1e6
    solvent = acqus.get("SOLVENT") or None
    yield _of_fid(fid, width, carrier, centre, where, delay, id=folder.name, solvent=solvent)


def read_varian(folder: Path, where: str) -> Iterator[Spectrum]:
    """Read the FID of a Varian/Agilent folder."""
    import numpy as np

    _check_files(folder, folder, ("fid", "procpar"))
    procpar = _procpar(folder / "procpar")
    _check_nucleus(procpar.get("tn", ""), where)
    width, frequency = (_positive(procpar, key, where) for key in ("sw", "sfrq"))
    line, position = (_number(procpar.get(key)) or 0.0 for key in ("rfl", "rfp"))
    with open(folder / "fid", "rb") as file:
        head = np.frombuffer(file.read(28).ljust(28, b"\0"), ">i2")
        kind = ">f4" if head[13] & 8 else ">i4" if head[13] & 4 else ">i2"
        file.seek(32 + 28)  # the header of the file and that of the first block
        words = np.frombuffer(file.read(MOST_BYTES), np.uint8)
    with np.errstate(invalid="ignore"):  # of damaged numbers, which are refused below
        values = words[: len(words) // int(kind[2]) * int(kind[2])].view(kind).astype(np.float64)
    fid = _one_dimension(values[0::2][: len(values) // 2] + 1j * values[1::2], where)
    centre = (width / 2 - line + position) / frequency
    solvent = procpar.get("solvent") or None
    yield _of_fid(fid.conj(), width, frequency, centre, where, id=folder.name, solvent=solvent)


def read_jeol(path: Path, where: str) -> Iterator[Spectrum]:
    """Read a JEOL Delta file (`.jdf`), raw or processed."""
    import numpy as np

    ng = _nmrglue()
    if path.stat().st_size > MOST_BYTES:
        raise SpectrumFormatError(f"{where}: larger than {MOST_BYTES >> 20} MiB; expected a 1D spectrum")
    parameters, data = _guarded(where, lambda: ng.jeol.read(str(path)))
    found = {str(k).lower(): v for k, v in _flat(parameters)}
    _check_nucleus(str(found.get("x_domain", "")).replace("Carbon13", "13C"), where)
    frequency, centre = _number(found.get("x_freq")), _number(found.get("x_offset")) or 0.0
    width = _number(found.get("x_sweep"))
    if not frequency or not width:
        raise SpectrumFormatError(f"{where}: the frequency or the width is missing from the file's parameters")
    megahertz = frequency / 1e6 if frequency > 1e5 else frequency
    fid = _one_dimension(np.asarray(data), where)
    solvent = str(found.get("solvent", "")) or None
    yield _of_fid(fid, width, megahertz, centre, where, _jeol_delay(found), id=path.stem, solvent=solvent)


def _jeol_delay(parameters: dict[str, Any]) -> float:
    """The delay of the digital filter in points, ½ Σ (order_i − 1) / Π_{j≥i} factor_j over its stages.

    `orders` is the number of stages and then the order of each, written with as many digits; `factors` one digit each.
    """
    orders, factors = (str(parameters.get(key, "")).strip() for key in ("orders", "factors"))
    stages = len(factors)
    if not stages or not (orders + factors).isdigit() or "0" in factors or (len(orders) - 1) % stages:
        return 0.0
    digits = (len(orders) - 1) // stages
    order = [int(orders[1 + i * digits : 1 + (i + 1) * digits] or 1) for i in range(stages)]
    return 0.5 * sum((order[i] - 1) / prod(int(f) for f in factors[i:]) for i in range(stages))


def _of_fid(
    fid: Any, width_hz: float, mhz: float, centre_ppm: float, where: str, delay: float = 0.0, **about: Any
) -> Spectrum:
    """Transform an FID and pick its peaks; `centre_ppm` is the shift of the middle, `delay` the filter's in points."""
    import numpy as np

    size = 1 << max(3, int(np.ceil(np.log2(max(len(fid), 2)))) + 1)
    seconds = np.arange(len(fid)) / width_hz
    damped = np.asarray(fid, np.complex128) * np.exp(-np.pi * _BROADENING_HZ * seconds)
    damped[0] *= 0.5
    turned = np.fft.fft(damped, size) * np.exp(2j * np.pi * np.fft.fftfreq(size) * min(max(delay, 0.0), len(fid) / 2))
    spectrum = np.fft.fftshift(turned)[::-1]
    phased = _phased(spectrum, half=max(8, round(_LINE_HZ * size / width_hz)))
    ppm = centre_ppm + (size / 2 - 1 - np.arange(size)) * width_hz / mhz / size
    note = "an FID: transformed, broadened by 1 Hz and phased automatically; look at the shifts' reference"
    return pick_peaks(ppm, phased, where, notes=(note,), **about)


def _phased(spectrum: NDArray[np.complex128], half: int) -> NDArray[np.float64]:
    """The real part after the zero- and first-order phase at which the strongest lines are least negative.

    The lines count alike, each with `half` points to either side, lest the solvent decide for all; a grid is refined.
    """
    import numpy as np
    from scipy.optimize import minimize
    from scipy.signal import find_peaks

    size = np.abs(spectrum)
    tops, _ = find_peaks(size, distance=2 * half)
    tops = tops[(tops >= half) & (tops < len(size) - half)]
    tops = tops[np.argsort(-size[tops])][:_PHASED_LINES]
    if not len(tops):
        return np.asarray(spectrum.real, np.float64)
    around = tops[:, None] + np.arange(-half, half + 1)[None, :]
    points = spectrum[around] / np.linalg.norm(spectrum[around], axis=1, keepdims=True)
    weight = np.minimum(size[tops] / np.median(size) / 50, 1.0)[:, None]  # noise is no line
    place = around / len(size) - 0.5

    def negative(phase: NDArray[np.float64]) -> float:
        real = (points * np.exp(1j * (phase[0] + phase[1] * place))).real
        return float((weight * np.minimum(real, 0.0) ** 2).sum())

    grid = [np.array([a, b]) for a in np.linspace(-np.pi, np.pi, 24, False) for b in np.linspace(-9, 9, 25)]
    best = minimize(negative, min(grid, key=negative), method="Nelder-Mead").x
    ramp = np.arange(len(size)) / len(size) - 0.5
    real: NDArray[np.float64] = (spectrum * np.exp(1j * (best[0] + best[1] * ramp))).real
    return real


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

    order = ">" if _number(parameters.get("BYTORD" + suffix)) == 1 else "<"
    kind = "f8" if _number(parameters.get("DTYP" + suffix)) == 2 else "i4"
    values: NDArray[np.float64] = np.fromfile(path, order + kind, count=2 * _MOST_POINTS).astype(np.float64)
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


def _check_nucleus(nucleus: str, where: str) -> None:
    plain = nucleus.strip("<>'\" ")
    if plain and plain.lower() not in ("off", "none") and not re.search(r"13\W*C|C\W*13|carbon", plain, re.IGNORECASE):
        raise SpectrumFormatError(f"{where}: a spectrum of {plain}; expected 13C")


def _one_dimension(data: Any, where: str) -> Any:
    import numpy as np

    values = np.asarray(data).squeeze()
    if values.ndim != 1 or not 8 <= len(values) <= _MOST_POINTS or not np.isfinite(values).all():
        raise SpectrumFormatError(f"{where}: data of the shape {values.shape}, or no numbers; expected a 1D spectrum")
    return values


def _positive(parameters: dict[str, Any], key: str, where: str) -> float:
    value = _number(parameters.get(key))
    if value is None or (key != "OFFSET" and value <= 0):
        raise SpectrumFormatError(f"{where}: parameter {key} is {parameters.get(key)!r}; expected a number")
    return value


def _number(value: Any) -> float | None:
    try:
        number = float(value[0] if isinstance(value, list | tuple) else value)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return number if abs(number) < 1e15 else None


def _flat(parameters: Any) -> Iterator[tuple[str, Any]]:
    """All names and values of nested dictionaries."""
    for key, value in parameters.items() if isinstance(parameters, dict) else ():
        if isinstance(value, dict):
            yield from _flat(value)
        else:
            yield str(key), value


def _guarded(where: str, read: Any) -> Any:
    """The result of nmrglue, whose errors of any kind mean damaged data."""
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read()
    except (MemoryError, KeyboardInterrupt):
        raise
    except Exception as error:
        raise SpectrumFormatError(f"{where}: cannot be read ({type(error).__name__}: {error}); damaged data") from None


def _nmrglue() -> Any:
    try:
        import nmrglue
    except ImportError:
        raise SpectrumFormatError(
            "reading a spectrometer's files needs nmrglue; install it by: pip install 'km3aid[formats]'"
        ) from None
    return nmrglue
