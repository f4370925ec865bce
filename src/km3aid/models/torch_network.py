"""A model as torch computes it: on a GPU, and for files without graphs."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from km3aid.data.batches import GraphBatch, PeakBatch
from km3aid.errors import CheckpointError
from km3aid.models.checkpoint import model_of
from km3aid.models.network import Encoded
from km3aid.models.precision import fast_single_precision
from km3aid.models.tensors import on_device
from km3aid.models.weights import ModelFile


class TorchNetwork:
    """The modules themselves, in single precision."""

    together = 256

    def __init__(self, file: ModelFile, device: str) -> None:
        if device == "cuda" and not torch.cuda.is_available():
            raise CheckpointError("--device cuda: torch sees no GPU here; use --device cpu")
        fast_single_precision()
        self._model, self._device = model_of(file).to(device), device
        self.on_cpu = device == "cpu"

    @torch.inference_mode()
    def encode(self, graph: GraphBatch) -> Encoded:
        return Encoded._make(x.cpu().numpy() for x in self._model.encode(on_device(graph, self._device)))

    @torch.inference_mode()
    def encode_spectra(self, peaks: PeakBatch) -> NDArray[np.float32]:
        vectors: NDArray[np.float32] = self._model.encode_spectra(on_device(peaks, self._device)).cpu().numpy()
        return vectors

    @torch.inference_mode()
    def node_logits(self, shift_ppm: Any, multiplicity: Any, node: NDArray[np.float32]) -> NDArray[np.float32]:
        shifts, kinds, nodes = (
            on_device(x, self._device)
            for x in (np.asarray(shift_ppm, np.float32), np.asarray(multiplicity, np.int64), np.asarray(node))
        )
        peaks = self._model.encode_peaks(torch.as_tensor(shifts), torch.as_tensor(kinds))
        logits: NDArray[np.float32] = self._model.node_logits(peaks, torch.as_tensor(nodes)).cpu().numpy()
        return logits
