"""The channel of preset `best`: messages that depend on the bond, and a node for the whole molecule."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from km3aid.data.batches import BOND_KINDS, GraphBatch
from km3aid.models.config import JointConfig
from km3aid.models.dropout import Dropout
from km3aid.models.precision import exact, rounded
from km3aid.molecules.configuration import FORMS, PLACES, REACH, TURN_KINDS
from km3aid.molecules.features import ATOM_COLUMNS, BOND_COLUMNS


class SumOfEmbeddings(nn.EmbeddingBag):
    """Sums of the embeddings of different codes, by lookup or, as a captured CUDA graph needs it, as one product."""

    as_product = False

    def __init__(self, number: int, width: int) -> None:
        super().__init__(number, width, mode="sum")
        nn.init.normal_(self.weight, std=0.3)

    def forward(self, codes: Tensor) -> Tensor:  # type: ignore[override]
        """(N, K) codes, no two in a row alike → (N, width)."""
        if self.as_product:
            return self.weight.new_zeros(len(codes), self.num_embeddings).scatter_(1, codes, 1.0) @ self.weight
        out: Tensor = super().forward(codes)
        return out


class AtomEmbedding(nn.Module):
    """The sum of one embedding per atom column, without the chiral tag, which depends on the order of atoms.

    Unless `handed`, R and S count as neither.
    """

    columns: Tensor
    offset: Tensor
    seen: Tensor

    def __init__(self, width: int, handed: bool) -> None:
        super().__init__()
        sizes = list(ATOM_COLUMNS.values())
        columns = [i for i, name in enumerate(ATOM_COLUMNS) if name != "chiral_tag"]
        seen = [handed or name != "cip" for name in ATOM_COLUMNS]
        self.register_buffer("columns", torch.tensor(columns), persistent=False)
        self.register_buffer("seen", torch.tensor(seen).long()[columns], persistent=False)
        self.register_buffer("offset", torch.tensor((np.cumsum(sizes) - sizes)[columns]), persistent=False)
        self.bag = SumOfEmbeddings(sum(sizes), width)

    def forward(self, atoms: Tensor) -> Tensor:
        """(A, 10) codes → (A, width)."""
        out: Tensor = self.bag(atoms.index_select(1, self.columns) * self.seen + self.offset)
        return out


class BondTable(nn.Module):
    """A factor and a term (width each) for every kind of bond, each a sum over the bond columns."""

    codes: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        # the direction of a bond depends on the order of atoms
        used = [i for i, name in enumerate(BOND_COLUMNS) if name != "direction"]
        sizes = list(BOND_COLUMNS.values())
        columns = np.array(np.unravel_index(np.arange(BOND_KINDS), sizes, order="F")).T
        codes = columns + (np.cumsum(sizes) - sizes)
        self.register_buffer("codes", torch.from_numpy(codes[:, used]), persistent=False)
        self.bag = SumOfEmbeddings(sum(sizes), 2 * width)

    def forward(self) -> tuple[Tensor, Tensor]:
        factor, term = self.bag(self.codes).chunk(2, dim=1)
        return 1 + factor, term


class RelationTable(nn.Module):
    """A factor and a term (width each) for every kind of relation: the form's and the place's."""

    codes: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        kinds = torch.arange(FORMS * PLACES)
        self.register_buffer("codes", torch.stack([kinds // PLACES, FORMS + kinds % PLACES], 1), persistent=False)
        self.bag = SumOfEmbeddings(FORMS + PLACES, 2 * width)

    def forward(self) -> tuple[Tensor, Tensor]:
        factor, term = self.bag(self.codes).chunk(2, dim=1)
        return 1 + factor, term


class Turns(nn.Module):
    """What centres tell each other of their handedness: Σ W(±tanh(d)·tanh(d′)·f(kind)).

    d is the determinant of three projections of a centre's neighbours, one for each channel. It changes its sign with
    every exchange of two neighbours, as the sense of rotation does; the product with a second one does not change in a
    mirror image. Twins are told d·f(kind), the one with the opposite sign of the other.
    """

    def __init__(self, width: int, channels: int) -> None:
        super().__init__()
        self.project = nn.Linear(width, 3 * channels, bias=False)
        self.nothing = nn.Parameter(torch.randn(1, 3 * channels) * 0.5)
        self.factor = nn.Parameter(torch.randn(TURN_KINDS, channels) * 0.5)
        self.out = nn.Linear(channels, width, bias=False)
        nn.init.zeros_(self.out.weight)

    def forward(self, x: Tensor, graph: GraphBatch) -> Tensor:
        """Atoms (A, width) → what the turns (T, width) tell the atoms `turn_target`."""
        with exact(x):
            places = torch.cat([self.project(x.float()), self.nothing])
            turned = places.index_select(0, graph.turn_atoms.flatten())
            neighbours = turned.view(-1, 2, 3, 3, self.factor.shape[1]).unbind(2)  # (T, centre, coordinate, channel)
            (a, b, c), (d, e, f), (g, h, i) = (n.unbind(2) for n in neighbours)
            volume = torch.tanh(a * (e * i - f * h) + b * (f * g - d * i) + c * (d * h - e * g))
            paired = (graph.turn_kind < REACH).unsqueeze(1)
            second = torch.where(paired, volume[:, 1], torch.ones_like(volume[:, 1]))
            told = volume[:, 0] * second * graph.turn_sign.unsqueeze(1) * self.factor.index_select(0, graph.turn_kind)
            out: Tensor = self.out(told)
            return out


class MessageLayer(nn.Module):
    """h ← h + W₂·gelu(W₁[x ‖ Σⱼ relu(xⱼ·f(bond) + t(bond))] + W₃·v), x = norm(h), v the molecule's own node."""

    def __init__(self, config: JointConfig, turns: bool) -> None:
        super().__init__()
        width, hidden = config.width, config.hidden
        self.norm = nn.LayerNorm(width)
        self.bonds = BondTable(width)
        self.mix = nn.Linear(2 * width, hidden)
        self.from_molecule = nn.Linear(width, hidden, bias=False)
        self.out = nn.Linear(hidden, width)
        self.to_molecule = nn.Sequential(nn.Linear(2 * width, width), nn.GELU(), nn.Linear(width, width))
        self.dropout = Dropout(config.dropout)
        self.relations = RelationTable(width) if config.configuration else None
        self.related = nn.Parameter(torch.zeros(width)) if config.configuration else None
        self.turns = Turns(width, config.turn_width) if turns else None

    def forward(self, h: Tensor, v: Tensor, graph: GraphBatch, inverse_size: Tensor) -> tuple[Tensor, Tensor]:
        x = self.norm(h)
        around = self._from_neighbours(x, graph)
        if self.relations is not None and self.related is not None:
            related = self.related * _messages(x, self.relations(), graph.relation_source, graph.relation_kind)
            around.index_add_(0, graph.relation_target, related.to(around.dtype))
        if self.turns is not None:
            around.index_add_(0, graph.turn_target, self.turns(x, graph).to(around.dtype))
        mixed = self.mix(torch.cat([rounded(x), rounded(around)], 1))
        mixed = mixed + self.from_molecule(v).index_select(0, graph.atom_molecule)
        h = h + self.dropout(self.out(nn.functional.gelu(mixed)))
        mean = torch.zeros_like(v).index_add(0, graph.atom_molecule, h) * inverse_size
        return h, v + self.to_molecule(torch.cat([v, mean], 1))

    def _from_neighbours(self, x: Tensor, graph: GraphBatch) -> Tensor:
        """What each atom receives along its bonds (A, width)."""
        x, *table = map(rounded, (x, *self.bonds()))
        message = _messages(x, table, graph.edge_source, graph.edge_kind)
        return torch.zeros_like(x).index_add(0, graph.edge_target, message)


def _messages(x: Tensor, table: Sequence[Tensor], source: Tensor, kind: Tensor) -> Tensor:
    """What is sent along each edge (E, width): relu(x·factor + term), both by the kind of the edge."""
    factor, term = (t.index_select(0, kind) for t in table)
    return torch.relu_(torch.addcmul(term, x.index_select(0, source), factor))


class GraphEncoder(nn.Module):
    """One vector per atom (A, width) and one per molecule (B, 2·width)."""

    def __init__(self, config: JointConfig) -> None:
        super().__init__()
        self.embed = AtomEmbedding(config.width, handed=not config.configuration)
        self.layers = nn.ModuleList(
            MessageLayer(config, turns=config.configuration and n % 2 == 1) for n in range(config.layers)
        )
        self.norm = nn.LayerNorm(config.width)

    def forward(self, graph: GraphBatch) -> tuple[Tensor, Tensor]:
        h = self.embed(graph.atoms)
        v = h.new_zeros(graph.molecules, h.shape[1])
        size = torch.zeros_like(v[:, 0]).index_add(0, graph.atom_molecule, torch.ones_like(h[:, 0]))
        inverse_size = size.clamp(min=1).reciprocal().unsqueeze(1)
        for layer in self.layers:
            h, v = layer(h, v, graph, inverse_size)
        h = self.norm(h)
        total = torch.zeros_like(v).index_add(0, graph.atom_molecule, h)
        return h, torch.cat([total * 0.1, v], 1)
