"""Figures on the watched molecules after every epoch."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from km3aid.data.batches import AS_RECORDED, CarbonBatch, cut_batch
from km3aid.data.dataset import Dataset
from km3aid.evaluation.metrics import best_alone, best_released, own_is_best, share_right
from km3aid.models.alignment import AlignmentModel
from km3aid.models.tensors import on_device


class Validation(NamedTuple):
    """Means over the watched molecules, in batches; errors in ppm over their carbons."""

    loss: float
    graph_accuracy: float
    node_accuracy: float
    node_released: float  # by the metric of the paper's release
    mean_error_ppm: float
    median_error_ppm: float


@torch.inference_mode()
def validate(
    model: AlignmentModel, data: Dataset, rows: NDArray[np.int64], device: torch.device, batch_size: int = 128
) -> Validation:
    """Loss, spectrum → molecule accuracy, the paper's node-level accuracy, and the error of the shifts."""
    errors: list[Tensor] = []
    node: list[tuple[float, float]] = []
    loss, right = 0.0, 0
    rng = np.random.default_rng(0)
    model.eval()
    for start in range(0, len(rows), batch_size):
        chosen = rows[start : start + batch_size]
        batch = on_device(cut_batch(data, chosen, data.spectrum_offset[chosen], AS_RECORDED, rng), device)
        encoded = model.encode(batch.graph)
        frozen = model.frozen_features(batch.peaks)
        loss += float(model.losses(batch, frozen=frozen).total) * len(chosen)
        errors.append((encoded.shift_ppm[batch.carbons.atom] - batch.carbons.shift_ppm).abs())
        similarity = model.encode_spectra(batch.peaks) @ encoded.graph.T
        right += int(own_is_best(similarity.float().cpu().numpy()).sum())
        node += _node_shares(model, encoded.node, batch.carbons)
    error = torch.cat(errors)
    shares = np.mean(node, axis=0).tolist()
    return Validation(
        loss / len(rows), right / len(rows), shares[0], shares[1], float(error.mean()), float(error.median())
    )


def _node_shares(model: AlignmentModel, nodes: Tensor, carbons: CarbonBatch) -> list[tuple[float, float]]:
    """Of every molecule with peaks the share of them whose best carbon was recorded at the peak's shift, both ways."""
    peaks = model.encode_peaks(carbons.shift_ppm, carbons.multiplicity)
    logits = model.node_logits(peaks, nodes[carbons.atom]).float().cpu().numpy()
    ppm, ends = carbons.shift_ppm.cpu().numpy(), np.cumsum(np.bincount(carbons.molecule.cpu().numpy()))
    own = (slice(begin, end) for begin, end in pairwise([0, *ends.tolist()]) if end > begin)
    return [(_right(logits[p, p], ppm[p], best_alone), _right(logits[p, p], ppm[p], best_released)) for p in own]


def _right(
    logits: NDArray[np.float32], ppm: NDArray[np.float32], best: Callable[[NDArray[np.float32]], NDArray[np.intp]]
) -> float:
    return share_right(ppm[best(logits)], ppm)
