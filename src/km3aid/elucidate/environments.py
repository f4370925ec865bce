"""What the atoms of real molecules are surrounded by, how often, and where such carbons resonate.

The table is made from a sample of a library. It estimates the shifts of thousands of changed molecules before any of
them is made, and tells chemistry that is met from chemistry that is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.elucidate.surroundings import RADII
from km3aid.files import open_output

_KNOWN = 3.0  # occurrences after which a spread that was seen counts as much as the usual one
_USUAL_PPM = (6.0, 3.0, 1.5)  # the mean deviation at each radius
_LEAST_PPM = (2.5, 1.2, 0.6)
NOTHING_PPM = 25.0  # the scale where not even the neighbours are known


class Level(NamedTuple):
    """The E surroundings seen to a certain number of bonds, by rising key."""

    key: NDArray[np.uint64]  # (E,)
    times: NDArray[np.uint32]  # (E,)
    shift_ppm: NDArray[np.float32]  # (E,) mean; NaN for other atoms than carbons
    scale_ppm: NDArray[np.float32]  # (E,) mean deviation to expect


class Estimate(NamedTuple):
    """What the table says of N atoms."""

    shift_ppm: NDArray[np.float32]  # (N,) NaN where nothing is known
    scale_ppm: NDArray[np.float32]  # (N,)
    known: NDArray[np.uint8]  # (N,) to how many bonds the surroundings were seen
    log_count: NDArray[np.float32]  # (N,) logarithm of how often they were seen to two bonds, at least 0


@dataclass(frozen=True)
class Environments:
    """The surroundings to one, two and three bonds."""

    levels: tuple[Level, ...]
    molecules: int

    @classmethod
    def of_atoms(cls, keys: NDArray[np.uint64], shift_ppm: NDArray[np.float32], molecules: int) -> Environments:
        """Of atoms with surroundings `keys` (N, 3) and predicted shifts (N,), NaN where they are no carbons."""
        return cls(tuple(_level(keys[:, r], shift_ppm, r) for r in range(RADII)), molecules)

    def estimate(self, keys: NDArray[np.uint64]) -> Estimate:
        """What is known of atoms with these surroundings (N, 3)."""
        count = len(keys)
        out = Estimate(
            np.full(count, np.nan, np.float32),
            np.full(count, NOTHING_PPM, np.float32),
            np.zeros(count, np.uint8),
            np.zeros(count, np.float32),
        )
        rows = np.arange(count)
        for radius, level in enumerate(self.levels):
            if not len(rows) or not len(level.key):
                break
            place = np.minimum(np.searchsorted(level.key, keys[rows, radius]), len(level.key) - 1)
            found = level.key[place] == keys[rows, radius]
            rows, place = rows[found], place[found]
            out.shift_ppm[rows], out.scale_ppm[rows] = level.shift_ppm[place], level.scale_ppm[place]
            out.known[rows] = radius + 1
            if radius == 1:
                out.log_count[rows] = np.log(level.times[place])
        return out

    def write(self, path: Path, beside: dict[str, NDArray[Any]]) -> None:
        """Write to a file, with other arrays `beside`; raises `ConfigError`."""
        columns = {f"{n}_{name}": getattr(level, name) for n, level in enumerate(self.levels) for name in Level._fields}
        with open_output(path) as file:
            np.savez(file, **({"molecules": np.array(self.molecules)} | columns | beside))

    @classmethod
    def read(cls, values: dict[str, NDArray[Any]]) -> Environments:
        """The inverse of `write`, from the arrays of the file."""
        levels = [Level(*(values[f"{n}_{name}"] for name in Level._fields)) for n in range(RADII)]
        return cls(tuple(levels), int(values["molecules"]))


def _level(key: NDArray[np.uint64], shift_ppm: NDArray[np.float32], radius: int) -> Level:
    found, inverse, count = np.unique(key, return_inverse=True, return_counts=True)
    mean = np.bincount(inverse, np.nan_to_num(shift_ppm), len(found)) / count
    carbon = np.bincount(inverse, np.isfinite(shift_ppm), len(found)) > 0
    away = np.bincount(inverse, np.abs(np.nan_to_num(shift_ppm) - mean[inverse]), len(found)) / count
    scale = (count * away + _KNOWN * _USUAL_PPM[radius]) / (count + _KNOWN)
    return Level(
        found,
        count.astype(np.uint32),
        np.where(carbon, mean, np.nan).astype(np.float32),
        np.maximum(scale, _LEAST_PPM[radius]).astype(np.float32),
    )
