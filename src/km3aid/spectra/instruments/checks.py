"""Checks of spectrometers' files before their data are used; no size in a header is trusted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.source import MOST_BYTES

MOST_POINTS = 1 << 22
_LARGEST = 1e100  # of any number in the data; beyond it, transforms overflow
_MOST_PARAMETERS = 1 << 20  # bytes


def check_files(root: Path, folder: Path, names: tuple[str, ...], where: str) -> None:
    """Refuse a missing file, one too large for a 1D spectrum, and a link that leads out of `root`."""
    for path in (folder / name for name in names):
        if not path.is_file():
            raise SpectrumFormatError(f"{where}: no file {path.relative_to(root)}; give the whole folder")
        if not path.resolve().is_relative_to(root.resolve()):
            raise SpectrumFormatError(f"{where}: {path.relative_to(root)} is a link that leads out of the folder")
        if path.stat().st_size > MOST_BYTES:
            raise SpectrumFormatError(f"{where}: {path.relative_to(root)} is too large for a 1D spectrum")


def parameter_text(path: Path) -> str:
    """The text of a parameter file, up to 1 MiB."""
    with open(path, "rb") as file:
        return file.read(_MOST_PARAMETERS).decode("utf-8", errors="replace")


def one_dimension(data: Any, where: str) -> Any:
    """`data` as an array (N,) of finite numbers; raises `SpectrumFormatError` where it is not one."""
    import numpy as np

    values = np.asarray(data).squeeze()
    with np.errstate(over="ignore"):
        sound = bool((np.abs(values) < _LARGEST).all())  # also catches NaN
    if values.ndim != 1 or not 8 <= len(values) <= MOST_POINTS or not sound:
        raise SpectrumFormatError(f"{where}: data of shape {values.shape}, or not numbers; expected a 1D spectrum")
    return values


def number_of(value: Any) -> float | None:
    """A parameter as a number; None where it is not one, or absurdly large."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if abs(number) < 1e15 else None


def positive(parameters: Mapping[str, Any], key: str, where: str) -> float:
    """A parameter as a positive number; raises `SpectrumFormatError` where it is not one."""
    value = number_of(parameters.get(key))
    if value is None or value <= 0:
        raise SpectrumFormatError(f"{where}: parameter {key} is {parameters.get(key)!r}; expected a positive number")
    return value
