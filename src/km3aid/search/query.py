"""What a search is asked and what it answers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.library import Filters
from km3aid.matching.classes import CarbonClasses
from km3aid.matching.config import Fusion, MatchConfig
from km3aid.spectra.spectrum import Spectrum

MATCHED_QUICKLY = 60_000  # molecules, the most similar; a library up to this size is matched whole
MATCHED_EXACTLY = 5000  # of these, the best by similarity and quick match, as far as they can be among the hits
KEPT = 400  # of these, the best: they share the probability
FITTED = 20  # of these, the best: how well they fit says whether the right one is there
SURE = 10  # hits that are those of an exact match of all `MATCHED_EXACTLY`
NO_FILTERS = Filters()


Entry = tuple[str, str | None]  # SMILES and name


class Query(NamedTuple):
    """One spectrum with all that a search for it needs."""

    spectrum: Spectrum
    vector: NDArray[np.float32]  # (D,) its embedding
    config: MatchConfig

    @property
    def fusion(self) -> Fusion:
        """The weights of graph level and match for this kind of spectrum."""
        return self.config.per_carbon_fusion if self.spectrum.one_per_carbon else self.config.distinct_fusion


class Limits(NamedTuple):
    """How many molecules a search looks at, stage by stage."""

    quickly: int | None = MATCHED_QUICKLY  # None: all
    exactly: int = MATCHED_EXACTLY
    kept: int = KEPT
    sure: int = SURE


DEFAULT_LIMITS = Limits()


class Candidates(NamedTuple):
    """The best R molecules of a library for one query, best first."""

    rows: NDArray[np.int64]  # (R,)
    graph: NDArray[np.float64]  # (R,) cosine
    match: NDArray[np.float64]  # (R,) log-likelihood of the best assignment
    entries: list[Entry]
    classes: list[CarbonClasses]  # of the first `FITTED`
    passed: int  # molecules that the filters let through
