"""The channel of preset `best`: messages that depend on the bond, and a node for the whole molecule."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from km3aid.data.batches import BOND_KINDS, GraphBatch
from km3aid.models.config import JointConfig
from km3aid.models.precision import rounded
from km3aid.molecules.features import ATOM_COLUMNS, BOND_COLUMNS


class AtomEmbedding(nn.Module):
    """The sum of one embedding per atom column, without the chiral tag, which depends on the order of atoms."""

    offset: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        sizes = list(ATOM_COLUMNS.values())
        self.columns = [i for i, name in enumerate(ATOM_COLUMNS) if name != "chiral_tag"]
        self.register_buffer("offset", torch.tensor((np.cumsum(sizes) - sizes)[self.columns]), persistent=False)
        self.bag = nn.EmbeddingBag(sum(sizes), width, mode="sum")
        nn.init.normal_(self.bag.weight, std=0.3)

    def forward(self, atoms: Tensor) -> Tensor:
        """(A, 10) codes → (A, width)."""
        out: Tensor = self.bag(atoms[:, self.columns] + self.offset)
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
        self.bag = nn.EmbeddingBag(sum(sizes), 2 * width, mode="sum")
        nn.init.normal_(self.bag.weight, std=0.3)

    def forward(self) -> tuple[Tensor, Tensor]:
        factor, term = self.bag(self.codes).chunk(2, dim=1)
        return 1 + factor, term


class MessageLayer(nn.Module):
    """h ← h + W₂·gelu(W₁[x ‖ Σⱼ relu(xⱼ·f(bond) + t(bond))] + W₃·v), x = norm(h), v the molecule's own node."""

    def __init__(self, width: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.bonds = BondTable(width)
        self.mix = nn.Linear(2 * width, hidden)
        self.from_molecule = nn.Linear(width, hidden, bias=False)
        self.out = nn.Linear(hidden, width)
        self.to_molecule = nn.Sequential(nn.Linear(2 * width, width), nn.GELU(), nn.Linear(width, width))
        self.dropout = nn.Dropout(dropout)

    def forward(self, h: Tensor, v: Tensor, graph: GraphBatch, inverse_size: Tensor) -> tuple[Tensor, Tensor]:
        x = self.norm(h)
        around = self._messages(x, graph)
        mixed = self.mix(torch.cat([rounded(x), rounded(around)], 1))
        mixed = mixed + self.from_molecule(v).index_select(0, graph.atom_molecule)
        h = h + self.dropout(self.out(nn.functional.gelu(mixed)))
        mean = torch.zeros_like(v).index_add(0, graph.atom_molecule, h) * inverse_size
        return h, v + self.to_molecule(torch.cat([v, mean], 1))

    def _messages(self, x: Tensor, graph: GraphBatch) -> Tensor:
        """What each atom receives from its neighbours (A, width)."""
        factor, term = self.bonds()
        x, factor, term = map(rounded, (x, factor, term))
        neighbour = x.index_select(0, graph.edge_source)
        kind_factor, kind_term = (t.index_select(0, graph.edge_kind) for t in (factor, term))
        message = torch.relu_(torch.addcmul(kind_term, neighbour, kind_factor))
        return torch.zeros_like(x).index_add(0, graph.edge_target, message)


class GraphEncoder(nn.Module):
    """One vector per atom (A, width) and one per molecule (B, 2·width)."""

    def __init__(self, config: JointConfig) -> None:
        super().__init__()
        self.embed = AtomEmbedding(config.width)
        self.layers = nn.ModuleList(
            MessageLayer(config.width, config.hidden, config.dropout) for _ in range(config.layers)
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
