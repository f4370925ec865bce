"""Spectrum → molecule and back among the molecules of a batch: the paper's graph-level accuracy."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.data.batches import AS_RECORDED, cut_batch
from km3aid.data.dataset import Dataset
from km3aid.engine import Engine
from km3aid.evaluation.metrics import own_is_best

BATCH = 128


class GraphMatches(NamedTuple):
    """What was right in random batches, in the order in which the molecules were drawn."""

    rows: NDArray[np.int64]  # (M,) of the data
    spectrum_to_molecule: NDArray[np.bool_]  # (M,)
    molecule_to_spectrum: NDArray[np.bool_]  # (M,)
    batch_size: int

    def summary(self) -> dict[str, Any]:
        """Accuracy in both directions, of whole batches (None where there is none) and with the last, partial one."""
        whole = len(self.rows) // self.batch_size * self.batch_size
        both = {
            "spectrum_to_molecule": self.spectrum_to_molecule,
            "molecule_to_spectrum": self.molecule_to_spectrum,
        }
        return {
            "batch_size": self.batch_size,
            **{name: float(right[:whole].mean()) if whole else None for name, right in both.items()},
            **{f"{name}_with_last": float(right.mean()) for name, right in both.items()},
        }


def match_in_batches(
    engine: Engine, data: Dataset, rows: NDArray[np.int64], batch_size: int = BATCH, seed: int = 0
) -> GraphMatches:
    """Compare the molecules `rows` (M,) with each other's spectra in random batches of `batch_size`."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(rows)
    forward, backward = [], []
    for start in range(0, len(order), batch_size):
        part = order[start : start + batch_size]
        batch = cut_batch(data, part, data.spectrum_offset[part], AS_RECORDED, rng)
        similarity = engine.network.encode_spectra(batch.peaks) @ engine.network.encode(batch.graph).graph.T
        forward.append(own_is_best(similarity))
        backward.append(own_is_best(similarity.T))
    return GraphMatches(order, np.concatenate(forward), np.concatenate(backward), batch_size)
