"""What every alignment model offers: molecules, spectra and peaks as vectors, and the objective of training."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

from torch import Tensor, nn

from km3aid.data.batches import Batch, GraphBatch, PeakBatch


class Encoded(NamedTuple):
    """What the model knows about B molecules with A atoms."""

    graph: Tensor  # (B, graph_dim)
    node: Tensor  # (A, node_dim)
    shift_ppm: Tensor  # (A,) predicted median; of meaning for carbons
    log_scale: Tensor  # (A,) logarithm of the Laplace scale in ppm


class Losses(NamedTuple):
    """The terms of the objective and their weighted sum; a term that a model lacks is 0."""

    total: Tensor
    graph: Tensor
    node: Tensor
    shift: Tensor


class AlignmentModel(nn.Module, ABC):
    """Joint embedding of molecules and spectra on the graph level and of carbons and peaks on the node level."""

    @property
    @abstractmethod
    def configuration(self) -> dict[str, Any]:
        """What `build_model` needs to make an equal model; it travels with the weights."""

    @abstractmethod
    def encode(self, graph: GraphBatch) -> Encoded:
        """Molecules → embeddings and shifts."""

    @abstractmethod
    def encode_spectra(self, peaks: PeakBatch) -> Tensor:
        """Spectra → vectors (B, graph_dim), compared with those of molecules by their dot product."""

    @abstractmethod
    def encode_peaks(self, shift_ppm: Tensor, multiplicity: Tensor) -> Tensor:
        """Single peaks (P,) → vectors (P, node_dim)."""

    @abstractmethod
    def node_logits(self, peaks: Tensor, nodes: Tensor) -> Tensor:
        """Logits (P, A) of the node level between peaks (P, node_dim) and atoms (A, node_dim)."""

    @abstractmethod
    def losses(self, batch: Batch, *, hide_multiplicity: bool = False, frozen: Tensor | None = None) -> Losses:
        """The objective on one batch.

        `hide_multiplicity` takes it from the node level's peaks; `frozen` are the stored outputs of a frozen
        spectrum encoder for the spectra of the batch.
        """

    def frozen_features(self, peaks: PeakBatch) -> Tensor | None:
        """Outputs (B, D) of the frozen part of the spectrum encoder, which may be stored; None where nothing is."""
        return None
