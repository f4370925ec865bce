"""The model of preset `paper`: K-M3AID (Xu, Zhou, Hong), two contrastive alignments that share a graph encoder."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from km3aid.data.batches import UNKNOWN, Batch, GraphBatch, PeakBatch
from km3aid.models.alignment import AlignmentModel, Losses
from km3aid.models.config import KM3AIDConfig
from km3aid.models.k_m3aid.gin import Gin, Readout
from km3aid.models.k_m3aid.projection import Projection
from km3aid.models.k_m3aid.spectrum_encoder import FEATURES, ConvSpectrumEncoder
from km3aid.models.k_m3aid.target import target
from km3aid.models.losses import symmetric_contrast
from km3aid.models.network import Encoded
from km3aid.models.precision import exact
from km3aid.molecules.features import ATOM_COLUMNS

_TYPES = 4  # S, D, T, Q
_HYDROGENS = list(ATOM_COLUMNS).index("hydrogens")
_GRID_PPM = (-10.0, 240.0, 0.5)  # lowest, highest, step: the shifts that a carbon may be predicted to have
_NARROWEST_PPM = 0.05


class LinearPeakEncoder(nn.Module):
    """One peak (P, width): its shift, linearly, and its type; an unknown type is the mean of the four."""

    def __init__(self, width: int, centre_ppm: float, unit_ppm: float) -> None:
        super().__init__()
        self.centre_ppm, self.unit_ppm = centre_ppm, unit_ppm
        self.position = nn.Linear(1, width)
        self.kind = nn.Embedding(_TYPES, width)
        self.mlp = nn.Sequential(nn.Linear(2 * width, width), nn.ReLU(), nn.Linear(width, width))

    def forward(self, shift_ppm: Tensor, multiplicity: Tensor) -> Tensor:
        table = torch.cat([self.kind.weight, self.kind.weight.mean(0, keepdim=True)])
        kind = table.index_select(0, multiplicity.clamp(max=UNKNOWN))
        place = (shift_ppm.unsqueeze(-1) - self.centre_ppm) / self.unit_ppm
        out: Tensor = self.mlp(torch.cat([self.position(place), kind], -1))
        return out


class KM3AIDModel(AlignmentModel):
    """Two alignments; with the channel they share the graph encoder."""

    def __init__(self, config: KM3AIDConfig) -> None:
        super().__init__()
        self.config: KM3AIDConfig = config
        width = config.width
        self.encoder = Gin(config.layers, width, config.dropout)
        self.node_encoder = None if config.channel else Gin(config.layers, width, config.dropout)
        self.readout = Readout(width)
        self.spectrum = ConvSpectrumEncoder()
        self.peak = LinearPeakEncoder(width, config.peak_centre_ppm, config.peak_unit_ppm)
        sizes = {"graph": width, "spectrum": FEATURES, "node": width, "peak": width}
        self.projections = nn.ModuleDict(
            {name: Projection(size, config.projection, config.projection_dropout) for name, size in sizes.items()}
        )
        self.spectrum.requires_grad_(not config.frozen_spectrum)

    def encode(self, graph: GraphBatch) -> Encoded:
        with exact(graph.atoms):  # logits in the hundreds forbid rounding
            molecules, atoms = self._embed(graph)
            nodes = self.projections["node"](atoms)
            return Encoded(molecules, nodes, *self._decode(nodes, graph.atoms[:, _HYDROGENS]))

    def encode_spectra(self, peaks: PeakBatch) -> Tensor:
        out: Tensor = self.projections["spectrum"](self.spectrum(peaks))
        return out

    def encode_peaks(self, shift_ppm: Tensor, multiplicity: Tensor) -> Tensor:
        out: Tensor = self.projections["peak"](self.peak(shift_ppm, multiplicity))
        return out

    def node_logits(self, peaks: Tensor, nodes: Tensor) -> Tensor:
        return peaks @ nodes.T

    def frozen_features(self, peaks: PeakBatch) -> Tensor | None:
        return self.spectrum(peaks) if self.config.frozen_spectrum else None

    def losses(self, batch: Batch, *, frozen: Tensor | None = None) -> Losses:
        c, carbons = self.config, batch.carbons
        molecules, atoms = self._embed(batch.graph)
        features = self.spectrum(batch.peaks) if frozen is None else frozen
        logits = self.projections["spectrum"](features) @ molecules.T
        graph = symmetric_contrast(logits, torch.eye(len(logits), device=logits.device))
        node = zero = logits.new_zeros(())
        if c.alpha < 1:
            peaks = self.encode_peaks(carbons.shift_ppm, carbons.multiplicity)
            own = self.projections["node"](atoms.index_select(0, carbons.atom))
            node = symmetric_contrast(self.node_logits(peaks, own), target(c, carbons.shift_ppm, carbons.multiplicity))
        return Losses(c.alpha * graph + (1 - c.alpha) * node, graph, node, zero)

    def embed_molecules(self, graph: GraphBatch) -> Tensor:
        """Molecules (B, projection), as `encode` gives them."""
        out: Tensor = self.projections["graph"](self.readout(self.encoder(graph), graph))
        return out

    def _embed(self, graph: GraphBatch) -> tuple[Tensor, Tensor]:
        """Molecules (B, projection) and atoms (A, width), these not yet projected."""
        atoms = self.encoder(graph)
        molecules = self.projections["graph"](self.readout(atoms, graph))
        if self.node_encoder is not None:
            atoms = self.node_encoder(graph)
        return molecules, atoms

    def _decode(self, nodes: Tensor, hydrogens: Tensor) -> tuple[Tensor, Tensor]:
        """Shift and logarithm of its scale (A,), from the node level's distribution over a grid of shifts."""
        low, high, step = _GRID_PPM
        grid = torch.arange(low, high + step, step, device=nodes.device)
        mean, scale = torch.zeros_like(nodes[:, 0]), torch.zeros_like(nodes[:, 0])
        for kind in range(UNKNOWN + 1):
            atoms = torch.nonzero(hydrogens.clamp(max=UNKNOWN) == kind)[:, 0]
            peaks = self.encode_peaks(grid, torch.full_like(grid, kind, dtype=torch.long))
            weight = self.node_logits(nodes.index_select(0, atoms), peaks).softmax(1)
            own = weight @ grid
            mean = mean.index_copy(0, atoms, own)
            scale = scale.index_copy(0, atoms, (weight * (grid - own.unsqueeze(1)).abs()).sum(1))
        return mean, scale.clamp(min=_NARROWEST_PPM).log()
