"""In which order an epoch sees the molecules."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset

_CARBON, _HYDROGENS = 6, 4  # atomic number; column of the attached hydrogens


def epoch_order(
    rows: NDArray[np.int64], size: NDArray[np.int64], batch: int, alike: float, rng: np.random.Generator
) -> NDArray[np.int64]:
    """The rows in random order, except in a share `alike` of the batches, whose molecules are close in `size`.

    Isomers then meet in one batch, and the graph level must tell them apart. `size` (R,) is that of each row.
    """
    order = rng.permutation(len(rows))
    chosen = int(alike * (len(rows) // batch)) * batch
    sorted_part = order[:chosen][np.argsort(size[order[:chosen]], kind="stable")]
    batches = sorted_part.reshape(-1, batch)
    rest = order[chosen:]
    whole = len(rest) // batch * batch
    mixed = np.concatenate([batches, rest[:whole].reshape(-1, batch)])
    places = np.concatenate([rng.permutation(mixed).ravel(), rest[whole:]])
    return np.asarray(rows[places], np.int64)


def apart_last(
    rows: NDArray[np.int64], large: NDArray[np.bool_], batch: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows in two parts: the second holds all `large` ones, and as many others as make whole batches of them."""
    number = min(-(-int(large.sum()) // batch), len(rows) // batch) * batch
    order = np.concatenate([rows[large], rows[~large]])
    return order[number:], order[:number]


def molecule_sizes(data: Dataset) -> NDArray[np.int64]:
    """A number (M,) that is equal for isomers and close for molecules with nearly the same carbons and mass."""
    owner = np.repeat(np.arange(len(data)), np.diff(data.atom_offset))
    number = data.atoms[:, 0].astype(np.int64)
    carbons = np.bincount(owner, number == _CARBON, len(data)).astype(np.int64)
    mass = np.bincount(owner, 2 * number + data.atoms[:, _HYDROGENS], len(data)).astype(np.int64)
    return carbons * 10_000 + mass
