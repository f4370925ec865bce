"""The paper's graph encoder: a graph isomorphism network (Xu et al., ICLR 2019) with bond embeddings."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from km3aid.data.batches import BOND_KINDS, GraphBatch
from km3aid.models.dropout import Dropout
from km3aid.molecules.features import ATOM_COLUMNS, BOND_COLUMNS

NODE_COLUMNS = ("atomic_number", "chiral_tag", "hybridisation")
EMBEDDED = len(NODE_COLUMNS)
_TYPES, _DIRECTIONS = BOND_COLUMNS["type"], BOND_COLUMNS["direction"]
_BOND_VECTOR = _TYPES + 1 + _DIRECTIONS  # the additional type is the loop of an atom to itself


def kind_vectors() -> NDArray[np.float32]:
    """The type and the direction (BOND_KINDS, 9) of each kind of bond, one-hot; no bond has the loop's type."""
    columns = np.array(np.unravel_index(np.arange(BOND_KINDS), list(BOND_COLUMNS.values()), order="F"))
    by_name = dict(zip(BOND_COLUMNS, columns, strict=True))
    vectors = np.zeros((BOND_KINDS, _BOND_VECTOR), np.float32)
    vectors[np.arange(BOND_KINDS), by_name["type"]] = 1
    vectors[np.arange(BOND_KINDS), _TYPES + 1 + by_name["direction"]] = 1
    return vectors


class GinLayer(nn.Module):
    """h ← norm(MLP(Σⱼ hⱼ + type(bond) + direction(bond))), the sum over the neighbours and the atom itself."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.bonds = nn.Parameter(torch.empty(_BOND_VECTOR, width))
        nn.init.xavier_uniform_(self.bonds)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.ReLU(), nn.Linear(2 * width, width))
        self.norm = nn.BatchNorm1d(width)

    def forward(self, h: Tensor, graph: GraphBatch, bond_counts: Tensor) -> Tensor:
        summed = h + bond_counts @ self.bonds
        summed = summed.index_add(0, graph.edge_target, h.index_select(0, graph.edge_source))
        out: Tensor = self.norm(self.mlp(summed))
        return out


class Gin(nn.Module):
    """One vector per atom (A, width), that of the last layer."""

    kind_vectors: Tensor

    def __init__(self, layers: int, width: int, dropout: float) -> None:
        super().__init__()
        self.columns = [list(ATOM_COLUMNS).index(name) for name in NODE_COLUMNS]
        embeddings = [nn.Embedding(ATOM_COLUMNS[name], width) for name in NODE_COLUMNS]
        for embedding in embeddings:
            nn.init.xavier_uniform_(embedding.weight)
        self.embeddings = nn.ModuleList(embeddings)
        self.layers = nn.ModuleList(GinLayer(width) for _ in range(layers))
        self.dropout = Dropout(dropout)
        self.register_buffer("kind_vectors", torch.from_numpy(kind_vectors()), persistent=False)

    def forward(self, graph: GraphBatch) -> Tensor:
        parts = [e(graph.atoms[:, c]) for e, c in zip(self.embeddings, self.columns, strict=True)]
        h = torch.stack(parts).sum(0)
        counts = self._bond_counts(graph)
        for number, layer in enumerate(self.layers, 1):
            out: Tensor = layer(h, graph, counts)
            h = self.dropout(out if number == len(self.layers) else functional.relu(out))
        return h

    def _bond_counts(self, graph: GraphBatch) -> Tensor:
        """How often each type and direction of bond occurs around each atom (A, 9), its loop included."""
        counts = self.kind_vectors.new_zeros(len(graph.atoms), _BOND_VECTOR)
        counts[:, [_TYPES, _TYPES + 1]] = 1  # the loop has its own type and no direction
        around: Tensor = counts.index_add(0, graph.edge_target, self.kind_vectors.index_select(0, graph.edge_kind))
        return around


class Readout(nn.Module):
    """One vector per molecule (B, width): the sum over its atoms, then an MLP."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width))

    def forward(self, h: Tensor, graph: GraphBatch) -> Tensor:
        pooled = h.new_zeros(graph.molecules, h.shape[1]).index_add(0, graph.atom_molecule, h)
        out: Tensor = self.mlp(pooled)
        return out
