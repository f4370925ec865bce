"""Score molecules as a search does: encode them, compare them with the spectrum, match them exactly."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.encoding.encode import encode_graphs
from km3aid.encoding.library_entries import carbon_class_table
from km3aid.matching.compiled.exact_match import ExactMatch
from km3aid.matching.compiled.packed import PackedClasses, pack_classes
from km3aid.matching.fusion import fuse
from km3aid.models.network import Network
from km3aid.molecules import carbon_classes, featurise
from km3aid.search import Query


class Scored(NamedTuple):
    """What the model says of N molecules."""

    score: NDArray[np.float64]  # (N,) fused
    graph: NDArray[np.float64]  # (N,) cosine
    match: NDArray[np.float64]  # (N,) log-likelihood of the best assignment
    shift_ppm: list[NDArray[np.float32]]  # of each the shifts (A,) of its atoms
    scale_ppm: list[NDArray[np.float32]]  # of each the scales (A,)


@dataclass
class Scorer:
    """Scores batches for one query in a thread of its own, so that the next batch is made meanwhile."""

    network: Network
    query: Query
    scored: int = 0
    _exact: ExactMatch = field(init=False)
    _thread: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        self._exact = ExactMatch(self.query.spectrum, self.query.config)
        self._thread = ThreadPoolExecutor(1, "km3aid-score")

    def start(self, mols: list[Any]) -> Future[Scored]:
        """Begin to score some molecules of RDKit; there has to be one."""
        self.scored += len(mols)
        graphs = [featurise(mol) for mol in mols]
        classes = [carbon_classes(mol, graph) for mol, graph in zip(mols, graphs, strict=True)]
        return self._thread.submit(self._finish, graphs, classes)

    def _finish(self, graphs: list[Any], classes: list[Any]) -> Scored:
        out = encode_graphs(self.network, graphs)
        atoms = np.array([len(graph.atoms) for graph in graphs])
        packed = pack_classes(carbon_class_table(classes, atoms, out))
        graph = (out.graph @ self.query.vector).astype(np.float64)
        match = self.matched(packed)
        ends = np.cumsum(atoms)[:-1]
        return Scored(
            fuse(graph, match, self.query.fusion),
            graph,
            match,
            np.split(out.shift_ppm, ends),
            np.split(np.exp(out.log_scale), ends),
        )

    def matched(self, packed: PackedClasses, least: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Exact match scores (N,) of packed carbon classes."""
        return self._exact(packed, np.arange(len(packed.offset) - 1, dtype=np.int32), least)

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(cancel_futures=True)
