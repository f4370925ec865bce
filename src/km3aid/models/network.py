"""What a trained model computes for everyone but a training: arrays in, arrays out, whatever multiplies."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from km3aid.data.batches import Array, GraphBatch, PeakBatch
from km3aid.errors import CheckpointError
from km3aid.models.weights import ModelFile
from km3aid.threads import thread_count


class Encoded(NamedTuple):
    """What a model says of B molecules with A atoms."""

    graph: Array  # (B, graph_dim)
    node: Array  # (A, node_dim)
    shift_ppm: Array  # (A,) predicted median; means nothing for other atoms than carbons
    log_scale: Array  # (A,) logarithm of the Laplace scale in ppm


class Network(Protocol):
    """A trained model."""

    together: int  # molecules that are best encoded at once
    on_cpu: bool

    def encode(self, graph: GraphBatch) -> Encoded:
        """Embeddings and shifts of the molecules in a batch."""

    def encode_spectra(self, peaks: PeakBatch) -> NDArray[np.float32]:
        """Vectors (B, graph_dim) of spectra; their dot products with those of molecules are the similarities."""

    def node_logits(self, shift_ppm: Any, multiplicity: Any, node: NDArray[np.float32]) -> NDArray[np.float32]:
        """Logits (P, A) of the node level, between peaks (P,) and the embeddings (A, node_dim) of atoms."""


def open_network(file: ModelFile, device: str = "auto", threads: int | None = None) -> Network:
    """The model in a file, ready to compute on `device`: cuda needs torch, auto and cpu do not.

    Raises `CheckpointError` where there is no such device, and where a file of an older version needs torch.
    """
    if device != "cuda" and file.graphs:
        from km3aid.models.onnx_network import OnnxNetwork

        return OnnxNetwork(file, threads or thread_count())
    if find_spec("torch") is None:
        why = "--device cuda" if device == "cuda" else f"{file.path}: without a graph of the model, as older files are,"
        raise CheckpointError(f"{why} needs torch, which is not installed; run: pip install 'km3aid[train]'")
    from km3aid.models.torch_network import TorchNetwork

    return TorchNetwork(file, "cuda" if device == "cuda" else "cpu")
