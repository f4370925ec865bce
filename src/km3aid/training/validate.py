"""Figures on the watched molecules after every epoch."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from km3aid.data.batches import NONE, CarbonBatch, cut_batch
from km3aid.data.dataset import Dataset
from km3aid.models.alignment import AlignmentModel


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
    errors, node, loss, right = [], [], 0.0, 0
    rng = np.random.default_rng(0)
    model.eval()
    for start in range(0, len(rows), batch_size):
        chosen = rows[start : start + batch_size]
        batch = cut_batch(data, chosen, data.spectrum_offset[chosen], NONE, rng).to(device)
        encoded = model.encode(batch.graph)
        loss += float(model.losses(batch).total) * len(chosen)
        errors.append((encoded.shift_ppm[batch.carbons.atom] - batch.carbons.shift_ppm).abs())
        found = (model.encode_spectra(batch.peaks) @ encoded.graph.T).argmax(1)
        right += int((found == torch.arange(len(chosen), device=device)).sum())
        node.append(_node_accuracy(model, encoded.node, batch.carbons))
    error = torch.cat(errors)
    return Validation(
        loss / len(rows), right / len(rows), float(torch.cat(node).mean()), float(error.mean()), float(error.median())
    )


def _node_accuracy(model: AlignmentModel, nodes: Tensor, carbons: CarbonBatch) -> Tensor:
    """Per molecule (B,) the share of peaks whose best carbon of the molecule has the peak's shift."""
    peaks = model.encode_peaks(carbons.shift_ppm, carbons.multiplicity)
    logits = model.node_logits(peaks, nodes[carbons.atom])
    logits = logits.masked_fill(carbons.molecule[:, None] != carbons.molecule[None, :], -torch.inf)
    right = (carbons.shift_ppm[logits.argmax(1)] == carbons.shift_ppm).float()
    size = torch.bincount(carbons.molecule)
    return (torch.zeros(len(size), device=right.device).index_add(0, carbons.molecule, right) / size)[size > 0]
