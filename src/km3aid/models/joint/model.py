"""The model of preset `best`: molecules with spectra, carbons with peaks, and the shift of every carbon."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from km3aid.data.batches import UNKNOWN, Batch, CarbonBatch, GraphBatch, PeakBatch
from km3aid.models.alignment import AlignmentModel, Losses
from km3aid.models.config import JointConfig
from km3aid.models.joint.graph_encoder import GraphEncoder
from km3aid.models.joint.spectrum_encoder import PeakEncoder, SpectrumEncoder
from km3aid.models.losses import laplace_kernel, laplace_nll, pair_within_classes, reassigned, symmetric_contrast
from km3aid.models.network import Encoded
from km3aid.models.precision import exact
from km3aid.molecules.features import ATOM_COLUMNS

_CENTRE_PPM, _SPREAD_PPM = 90.0, 50.0  # about the mean and spread of 13C shifts, near which the head starts
_HYDROGENS = list(ATOM_COLUMNS).index("hydrogens")
_LOG_SCALE_RANGE = (math.log(0.05), math.log(50.0))


def _head(size: int, hidden: int, out: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(size, hidden), nn.GELU(), nn.Linear(hidden, out))


class ShiftHead(nn.Sequential):
    """What atoms (A, width) are told of shifts: the median (A,) in ppm, and the logarithm of the scale (A,)."""

    def __init__(self, width: int) -> None:
        super().__init__(*_head(width, width, 2))

    def forward(self, atoms: Tensor) -> tuple[Tensor, Tensor]:
        out = atoms
        for part in self:
            out = part(out)
        return _CENTRE_PPM + _SPREAD_PPM * out[:, 0], out[:, 1].clamp(*_LOG_SCALE_RANGE)


class JointModel(AlignmentModel):
    """One encoder serves the graph level, the node level and the predicted shifts."""

    takes_filled = True

    def __init__(self, config: JointConfig) -> None:
        super().__init__()
        self.config: JointConfig = config
        self.carbon_group = config.node_group
        self.encoder = GraphEncoder(config)
        self.spectrum = SpectrumEncoder(config)
        self.peak = PeakEncoder(config.peak_width, config.node_dim, counts=False)
        width = config.width
        self.graph_projection = _head(2 * width, width, config.graph_dim)
        self.spectrum_projection = _head(2 * config.peak_width, width, config.graph_dim)
        self.node_projection = nn.Linear(width, config.node_dim)
        self.shift = ShiftHead(width)
        self.graph_scale = nn.Parameter(torch.tensor(math.log(10.0)))
        self.node_scale = nn.Parameter(torch.tensor(math.log(10.0)))
        if not config.graph_weight:
            _rest(self.spectrum, self.spectrum_projection, self.graph_projection, self.graph_scale)
        if not config.node_weight:
            _rest(self.peak, self.node_projection, self.node_scale)

    def encode(self, graph: GraphBatch) -> Encoded:
        atoms, molecules = self.encoder(graph)
        with exact(atoms):
            return Encoded(
                functional.normalize(self.graph_projection(molecules), dim=1),
                functional.normalize(self.node_projection(atoms), dim=1),
                *self.shift(atoms),
            )

    def encode_spectra(self, peaks: PeakBatch) -> Tensor:
        encoded = self.spectrum(peaks)
        with exact(encoded):
            return functional.normalize(self.spectrum_projection(encoded), dim=1)

    def encode_peaks(self, shift_ppm: Tensor, multiplicity: Tensor) -> Tensor:
        return functional.normalize(self.peak(shift_ppm, multiplicity), dim=-1)

    def node_logits(self, peaks: Tensor, nodes: Tensor) -> Tensor:
        return self.node_scale.exp() * peaks @ nodes.mT

    def losses(self, batch: Batch, *, frozen: Tensor | None = None) -> Losses:
        encoded = self.encode(batch.graph)
        spectra = self.encode_spectra(batch.peaks) if self.config.graph_weight else None
        with exact(encoded.graph):
            return self._losses(encoded, spectra, batch)

    def _losses(self, encoded: Encoded, spectra: Tensor | None, batch: Batch) -> Losses:
        graph = encoded.graph.new_zeros(()) if spectra is None else self._graph_loss(encoded.graph, spectra)
        carbons, atom = batch.carbons, batch.carbons.atom
        if self.config.configuration:  # which tells carbons of one class apart
            predicted = encoded.shift_ppm.detach().index_select(0, atom)
            atom = atom.index_select(0, pair_within_classes(predicted, carbons.shift_ppm, carbons.carbon_class))
        if self.config.reassign_nats:
            atom = atom.index_select(0, self._reassigned(encoded, atom, batch))
        shift_ppm, log_scale = (x.index_select(0, atom) for x in (encoded.shift_ppm, encoded.log_scale))
        shift = self._shift_loss(shift_ppm, log_scale, carbons, batch.real)
        c = self.config
        node = self._node_loss(encoded.node.index_select(0, atom), batch) if c.node_weight else shift.new_zeros(())
        return Losses(c.graph_weight * graph + c.node_weight * node + c.shift_weight * shift, graph, node, shift)

    def _graph_loss(self, molecules: Tensor, spectra: Tensor) -> Tensor:
        logits = self.graph_scale.exp() * spectra @ molecules[: len(spectra)].T
        return symmetric_contrast(logits, torch.eye(len(logits), device=logits.device))

    @torch.no_grad()
    def _reassigned(self, encoded: Encoded, atom: Tensor, batch: Batch) -> Tensor:
        """Which of the carbons `atom` (C,) each recorded shift belongs to, where that is plainly not the one recorded.

        Records have shifts the wrong way round: exchanged between carbons of a molecule with as many hydrogens.
        """
        c, carbons = self.config, batch.carbons
        hydrogens = batch.graph.atoms[:, _HYDROGENS].index_select(0, atom).clamp(max=UNKNOWN)
        group = carbons.molecule * (UNKNOWN + 1) + hydrogens
        shift_ppm, log_scale = (x.index_select(0, atom) for x in (encoded.shift_ppm, encoded.log_scale))
        other = pair_within_classes(shift_ppm, carbons.shift_ppm, group)
        own_cost, other_cost = (
            laplace_nll(carbons.shift_ppm, shift, scale, c.outlier, c.outlier_ppm)
            for shift, scale in ((shift_ppm, log_scale), (shift_ppm[other], log_scale[other]))
        )
        gain = (own_cost - other_cost) * (carbons.noise_ppm == 0)
        return reassigned(gain, other, group, batch.graph.molecules * (UNKNOWN + 1), c.reassign_nats)

    def _shift_loss(self, shift_ppm: Tensor, log_scale: Tensor, carbons: CarbonBatch, real: Tensor) -> Tensor:
        """The mean cost of the real carbons' shifts; a teacher's have their own weight, and noise of their own."""
        c = self.config
        taught = carbons.noise_ppm > 0
        log_scale = torch.where(taught, (log_scale.exp() + c.taught_noise * carbons.noise_ppm).log(), log_scale)
        cost = laplace_nll(carbons.shift_ppm, shift_ppm, log_scale, c.outlier, c.outlier_ppm)
        weight = torch.where(taught, c.taught_weight, 1.0) * real
        return (weight * cost).sum() / weight.sum().clamp(min=1)

    def _node_loss(self, nodes: Tensor, batch: Batch) -> Tensor:
        """Contrast of carbons and peaks within groups of `node_group` molecules, averaged over carbons.

        In a batch that is filled up every group has as many places for carbons, one group after the other.
        """
        c, carbons = self.config, batch.carbons
        peaks = self.encode_peaks(carbons.shift_ppm, carbons.multiplicity)
        each = (nodes, peaks, carbons.shift_ppm, carbons.multiplicity)
        if batch.filled:
            groups = -(-len(batch.peaks.mask) // c.node_group)
            node, peak, shift, kind, real = (x.unflatten(0, (groups, -1)) for x in (*each, batch.real))
            target = laplace_kernel(shift, kind, c.node_kernel_ppm, real)
            return symmetric_contrast(self.node_logits(peak, node), target, real)
        group = torch.div(carbons.molecule, c.node_group, rounding_mode="floor")
        sizes = torch.bincount(group).tolist()
        total = nodes.new_zeros(())
        for node, peak, shift, kind in zip(*(torch.split(x, sizes) for x in each), strict=True):
            if len(node):
                target = laplace_kernel(shift, kind, c.node_kernel_ppm)
                total = total + symmetric_contrast(self.node_logits(peak, node), target) * len(node)
        return total / len(nodes)


def _rest(*parts: nn.Module | nn.Parameter) -> None:
    for part in parts:
        part.requires_grad_(False)
