"""A large library searched by the paper's models: its molecules featurised once, then encoded by each model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.data.batches import GraphBatch, collate
from km3aid.files import replacing
from km3aid.library import Library
from km3aid.molecules import featurise, parse_smiles
from km3aid.molecules.features import MolGraph
from km3aid.reproduction.measures.nested_library import Reference
from km3aid.search.query import Query

_PART = 16_384  # molecules in a file
_BATCH = 512
_COUNTS = ("atoms", "bonds", "relations", "turns")
_ROWS_TOGETHER = 65_536

GraphVectors = Callable[[Iterator[GraphBatch]], Iterator[NDArray[np.float32]]]


class GraphStore:
    """The first `size` places of a library as graphs on disk, in files of 16,384 molecules."""

    def __init__(self, library: Library, folder: Path, size: int) -> None:
        self.reference, self.folder = Reference(library), folder
        self.size = min(size, len(library))

    def write(self, log: Callable[[str], None] = print) -> None:
        """Featurise what is not there yet."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for start in range(0, self.size, _PART):
            path = self._path(start)
            if path.is_file():
                continue
            graphs = [self._graph(place) for place in range(start, min(start + _PART, self.size))]
            flat = {name: np.concatenate([g[n] for g in graphs]) for n, name in enumerate(MolGraph._fields)}
            counts = {f"{name}_counts": np.array([len(getattr(g, name)) for g in graphs]) for name in _COUNTS}
            with replacing(path) as part, open(part, "wb") as file:
                np.savez(file, allow_pickle=False, **flat, **counts)
            log(f"  {start + len(graphs):,} of {self.size:,} molecules featurised")

    def batches(self) -> Iterator[GraphBatch]:
        """All molecules in the order of their places."""
        for start in range(0, self.size, _PART):
            with np.load(self._path(start), allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            ends = {name: np.cumsum(arrays[f"{name}_counts"]) for name in _COUNTS}
            of = dict(zip(MolGraph._fields, ("atoms", "bonds", "bonds", "relations", "turns"), strict=True))
            cut = {field: np.split(arrays[field], ends[by][:-1]) for field, by in of.items()}
            graphs = [MolGraph(*parts) for parts in zip(*cut.values(), strict=True)]
            for first in range(0, len(graphs), _BATCH):
                yield collate(graphs[first : first + _BATCH])

    def _path(self, start: int) -> Path:
        return self.folder / f"graphs-{start:08d}.npz"

    def _graph(self, place: int) -> MolGraph:
        return featurise(parse_smiles(self.reference.smiles(place)).mol)


class Encoded(Reference):
    """The library's places up to a number, with the vectors of another model than the library's own."""

    def __init__(self, library: Library, vectors: NDArray[np.float16]) -> None:
        super().__init__(library)
        self.vectors = vectors

    def __len__(self) -> int:
        return len(self.vectors)

    def similarities(self, questions: Sequence[Query]) -> NDArray[np.float32]:
        """Products (Q, N) of Q questions with every place."""
        wanted = np.stack([q.vector for q in questions]).astype(np.float32)
        out = np.empty((len(wanted), len(self)), np.float32)
        for start in range(0, len(self), _ROWS_TOGETHER):
            part = slice(start, start + _ROWS_TOGETHER)
            out[:, part] = wanted @ self.vectors[part].astype(np.float32).T
        return out


def encode_places(store: GraphStore, vectors_of: GraphVectors, path: Path, log: Callable[[str], None]) -> None:
    """Write the vectors (N, D) of a store's molecules, in half precision, to an array file."""
    if path.is_file():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as part:
        out: np.memmap[Any, np.dtype[np.float16]] | None = None
        done = 0
        for vectors in vectors_of(store.batches()):
            if out is None:
                shape = (store.size, vectors.shape[1])
                out = np.lib.format.open_memmap(part, "w+", np.float16, shape)
            out[done : done + len(vectors)] = vectors
            done += len(vectors)
            if done % (100 * _BATCH) == 0:
                log(f"  {done:,} of {store.size:,} molecules encoded")
        if out is not None:
            out.flush()
