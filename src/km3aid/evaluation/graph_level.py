"""Spectrum → molecule and back among the molecules of a batch: the paper's graph-level accuracy."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from km3aid.data.batches import NONE, cut_batch
from km3aid.data.dataset import Dataset
from km3aid.engine import Engine


def evaluate_graph_level(
    engine: Engine, data: Dataset, rows: NDArray[np.int64], batch_size: int = 128, seed: int = 0
) -> dict[str, Any]:
    """Accuracy in random batches of `batch_size`, both directions; the last, partial batch counts or not."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(rows)
    forward, backward, sizes = [], [], []
    for start in range(0, len(order), batch_size):
        part = order[start : start + batch_size]
        batch = cut_batch(data, part, data.spectrum_offset[part], NONE, rng).to(engine.device)
        with torch.inference_mode():
            similarity = engine.model.encode_spectra(batch.peaks) @ engine.model.encode(batch.graph).graph.T
        own = torch.arange(len(part), device=engine.device)
        forward.append(float((similarity.argmax(1) == own).float().mean()))
        backward.append(float((similarity.argmax(0) == own).float().mean()))
        sizes.append(len(part))
    whole = [i for i, size in enumerate(sizes) if size == batch_size]
    return {
        "batch_size": batch_size,
        "spectrum_to_molecule": _mean([forward[i] for i in whole]),
        "molecule_to_spectrum": _mean([backward[i] for i in whole]),
        "spectrum_to_molecule_with_last": float(np.average(forward, weights=sizes)),
        "molecule_to_spectrum_with_last": float(np.average(backward, weights=sizes)),
    }


def _mean(values: list[float]) -> float | None:
    """None where there is no whole batch."""
    return float(np.mean(values)) if values else None
