"""Several joint models as one whose shifts are the mean of theirs: more precise than each, and slower."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from km3aid.data.batches import Batch, GraphBatch, PeakBatch
from km3aid.models.alignment import AlignmentModel, Losses
from km3aid.models.config import AveragedConfig, JointConfig
from km3aid.models.joint.graph_encoder import GraphEncoder
from km3aid.models.joint.model import JointModel, ShiftHead
from km3aid.models.network import Encoded
from km3aid.models.precision import exact


class ShiftModel(nn.Module):
    """What a joint model predicts shifts with."""

    def __init__(self, config: JointConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = GraphEncoder(config)
        self.shift = ShiftHead(config.width)

    def forward(self, graph: GraphBatch) -> tuple[Tensor, Tensor]:
        """Shifts (A,) in ppm and the logarithms of their scales (A,)."""
        atoms, _ = self.encoder(graph)
        with exact(atoms):
            shift: tuple[Tensor, Tensor] = self.shift(atoms)
            return shift


class AveragedModel(AlignmentModel):
    """The first model, but for the shifts, which are means over all models, and their scales.

    The scale is the geometric mean of the models' own, and wider where they disagree.
    """

    def __init__(self, config: AveragedConfig) -> None:
        super().__init__()
        self.config: AveragedConfig = config
        self.first = JointModel(config.first)
        self.others = nn.ModuleList(ShiftModel(other) for other in config.others)

    def models(self) -> list[JointModel | ShiftModel]:
        """All of them, the first one first."""
        return [self.first, *cast("list[ShiftModel]", self.others)]

    def encode(self, graph: GraphBatch) -> Encoded:
        first = self.first.encode(graph)
        each = [(first.shift_ppm, first.log_scale), *(other(graph) for other in self.others)]
        with exact(first.shift_ppm):
            shifts, log_scales = (torch.stack(values) for values in zip(*each, strict=True))
            shift_ppm = shifts.mean(0)
            apart = (shifts - shift_ppm).abs().mean(0)
            scale = log_scales.mean(0).exp() + self.config.disagreement * apart
            return first._replace(shift_ppm=shift_ppm, log_scale=scale.log())

    def encode_spectra(self, peaks: PeakBatch) -> Tensor:
        return self.first.encode_spectra(peaks)

    def encode_peaks(self, shift_ppm: Tensor, multiplicity: Tensor) -> Tensor:
        return self.first.encode_peaks(shift_ppm, multiplicity)

    def node_logits(self, peaks: Tensor, nodes: Tensor) -> Tensor:
        return self.first.node_logits(peaks, nodes)

    def losses(self, batch: Batch, *, frozen: Tensor | None = None) -> Losses:
        """Those of the first model, which the others have no part in: each is trained by itself."""
        return self.first.losses(batch, frozen=frozen)
