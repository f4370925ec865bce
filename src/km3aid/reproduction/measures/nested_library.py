"""A library in a random order, whose heads are the nested libraries of the retrieval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.library import Filters, Library
from km3aid.matching.compiled.exact_match import ExactMatch
from km3aid.matching.compiled.quick_match import QuickMatch
from km3aid.molecules import parse_smiles
from km3aid.search.part import all_similarities, exact_scores
from km3aid.search.query import Query

SEED = 42


class Same(NamedTuple):
    """Places, ascending, of what is the right molecule: by InChIKey, and by its first block."""

    same_key: NDArray[np.int64]
    same_block: NDArray[np.int64]


class Reference:
    """The N molecules of a library, named by their places in a seeded random order."""

    def __init__(self, library: Library, seed: int = SEED) -> None:
        self.library = library
        self.row = np.random.RandomState(seed).permutation(len(library))  # of each place
        self.place = np.argsort(self.row)  # of each row

    def __len__(self) -> int:
        return len(self.row)

    def smiles(self, place: int) -> str:
        return self.library.smiles(int(self.row[place]))

    def same(self, inchi_key: str, formula: str) -> Same:
        """Where the molecule stands; only what has its formula is looked at."""
        places = self.passing(Filters(formula=formula))
        keys = [parse_smiles(self.smiles(int(p))).inchi_key for p in places]
        return Same(
            places[[k == inchi_key for k in keys]], places[[k[:14] == inchi_key[:14] for k in keys]]
        )  # fmt: skip

    def passing(self, filters: Filters) -> NDArray[np.int64]:
        """Places of the molecules that pass, ascending."""
        starts = self.library.starts[:-1]
        rows = [s + r.astype(np.int64) for s, r in zip(starts, self.library.filter(filters), strict=True)]
        return np.sort(self.place[np.concatenate(rows)])

    def similarities(self, questions: Sequence[Query]) -> NDArray[np.float32]:
        """Cosines (Q, N) of Q questions with every place."""
        return all_similarities(questions, self.library)[:, self.row]

    def quick(self, question: Query) -> NDArray[np.float32]:
        """Quick match scores (N,) of every place."""
        match = QuickMatch(question.spectrum, question.config)
        shards = self.library.shards
        parts = [match(s.classes, s.carbons, np.arange(len(s), dtype=np.int32)) for s in shards]
        return np.concatenate(parts)[self.row]

    def exact(self, question: Query, places: NDArray[np.int64]) -> NDArray[np.float64]:
        """Exact match scores of some places."""
        match = ExactMatch(question.spectrum, question.config)
        return exact_scores(match, self.library, self.row[places])
