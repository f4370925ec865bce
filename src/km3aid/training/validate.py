"""Figures on the watched molecules after every epoch."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from km3aid.data.batches import AS_RECORDED, CarbonBatch, cut_batch
from km3aid.data.dataset import Dataset
from km3aid.evaluation.metrics import best_alone, own_is_best, share_right
from km3aid.models.alignment import AlignmentModel
from km3aid.models.tensors import on_device


class Validation(NamedTuple):
    """Means over the watched molecules, in batches; errors in ppm over their carbons."""

    loss: float
    graph_accuracy: float
    node_accuracy: float
    mean_error_ppm: float
    median_error_ppm: float


@torch.inference_mode()
def validate(
    model: AlignmentModel, data: Dataset, rows: NDArray[np.int64], device: torch.device, batch_size: int = 128
) -> Validation:
    """Loss, spectrum → molecule accuracy, the paper's node-level accuracy, and the error of the shifts."""
    errors: list[Tensor] = []
    node: list[float] = []
    loss, right = 0.0, 0
    rng = np.random.default_rng(0)
    model.eval()
    for start in range(0, len(rows), batch_size):
        chosen = rows[start : start + batch_size]
        batch = on_device(cut_batch(data, chosen, data.spectrum_offset[chosen], AS_RECORDED, rng), device)
        encoded = model.encode(batch.graph)
        loss += float(model.losses(batch).total) * len(chosen)
        errors.append((encoded.shift_ppm[batch.carbons.atom] - batch.carbons.shift_ppm).abs())
        similarity = model.encode_spectra(batch.peaks) @ encoded.graph.T
        right += int(own_is_best(similarity.float().cpu().numpy()).sum())
        node += _node_shares(model, encoded.node, batch.carbons)
    error = torch.cat(errors)
    return Validation(
        loss / len(rows), right / len(rows), float(np.mean(node)), float(error.mean()), float(error.median())
    )


def _node_shares(model: AlignmentModel, nodes: Tensor, carbons: CarbonBatch) -> list[float]:
    """Of every molecule with peaks the share of them whose best carbon was recorded at the peak's shift."""
    peaks = model.encode_peaks(carbons.shift_ppm, carbons.multiplicity)
    logits = model.node_logits(peaks, nodes[carbons.atom]).float().cpu().numpy()
    ppm, ends = carbons.shift_ppm.cpu().numpy(), np.cumsum(np.bincount(carbons.molecule.cpu().numpy()))
    own = (slice(begin, end) for begin, end in pairwise([0, *ends.tolist()]) if end > begin)
    return [share_right(ppm[part][best_alone(logits[part, part])], ppm[part]) for part in own]
