"""The graph level of a trained model alone, for large libraries: half the work of `encode`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from km3aid.data.batches import GraphBatch
from km3aid.errors import CheckpointError
from km3aid.models.checkpoint import read_model
from km3aid.models.k_m3aid.model import KM3AIDModel
from km3aid.models.tensors import on_device


@torch.inference_mode()
def graph_vectors(weights: Path, batches: Iterator[GraphBatch]) -> Iterator[NDArray[np.float32]]:
    """Vectors (B, projection) of the molecules of each batch by the paper's model in a file; `CheckpointError`."""
    model = read_model(weights).model
    if not isinstance(model, KM3AIDModel):
        raise CheckpointError(f"{weights}: expected weights of preset paper")
    for batch in batches:
        yield model.embed_molecules(on_device(batch)).numpy()
