"""What every alignment model offers: vectors of molecules, spectra and peaks, and the loss that training lowers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

from torch import Tensor, nn

from km3aid.data.batches import Batch, GraphBatch, PeakBatch
from km3aid.models.config import ModelConfig
from km3aid.models.network import Encoded


class Losses(NamedTuple):
    """The weighted sum of the losses and its terms; a term that a model lacks is 0."""

    total: Tensor
    graph: Tensor
    node: Tensor
    shift: Tensor


class AlignmentModel(nn.Module, ABC):
    """Joint embedding of molecules and spectra on the graph level, and of carbons and peaks on the node level."""

    config: ModelConfig  # from which `build_model` makes an equal model
    takes_filled = False  # whether `losses` takes batches that are filled up to fixed sizes
    carbon_group = 1  # molecules whose carbons stand together in these

    @abstractmethod
    def encode(self, graph: GraphBatch) -> Encoded:
        """Embeddings and shifts of the molecules in a batch."""

    @abstractmethod
    def encode_spectra(self, peaks: PeakBatch) -> Tensor:
        """Vectors (B, graph_dim) of spectra; their dot products with those of molecules are the similarities."""

    @abstractmethod
    def encode_peaks(self, shift_ppm: Tensor, multiplicity: Tensor) -> Tensor:
        """Vectors (P, node_dim) of single peaks (P,)."""

    @abstractmethod
    def node_logits(self, peaks: Tensor, nodes: Tensor) -> Tensor:
        """Logits (P, A) of the node level, between peaks (P, node_dim) and atoms (A, node_dim)."""

    @abstractmethod
    def losses(self, batch: Batch, *, frozen: Tensor | None = None) -> Losses:
        """The losses on one batch; `frozen` holds what `frozen_features` said of its spectra, if it is stored."""

    def frozen_features(self, peaks: PeakBatch) -> Tensor | None:
        """Outputs (B, D) of the frozen part of the spectrum encoder, worth storing; None where nothing is frozen."""
        return None
