"""The best candidates of a search, scored again by the precise model: a library holds the shifts of a faster one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.encoding.encode import encode_spectra
from km3aid.library import Library
from km3aid.matching.fusion import fuse
from km3aid.search import NO_FILTERS, Candidates, Limits, LocalLibrary, Query
from km3aid.search.query import FITTED, Entry

if TYPE_CHECKING:
    from km3aid.engine.engine import Engine

_MOST = 50  # candidates that are scored again, at least `FITTED` of them, where no more hits are wanted
_MOST_WANTED = 200  # and where they are
_FAR = 7.0  # log-odds below the best: what is farther stays behind


class Rescored(NamedTuple):
    """A question as the precise model sees it, and its candidates, best first."""

    query: Query
    found: Candidates


def rescored(engine: Engine, query: Query, found: Candidates, top: int = 0) -> Rescored:
    """The nearest candidates in the order of the engine's precise model, and the others behind them.

    For `top` hits wanted twice as many are scored again, up to 200, since several candidates may be one hit. What the
    others' log-likelihood is too high for that is taken from all of them. An engine without a precise model leaves
    everything as it was.
    """
    precise = engine.precise
    if precise is engine:
        return Rescored(query, found)
    (vector,) = encode_spectra(precise.network, [query.spectrum])
    asked = Query(query.spectrum, vector, precise.matching.ranking(query.spectrum.one_per_carbon))
    places, again = _scored(precise, asked, found.entries[: _near(found, query, top)])
    if not len(places):
        return Rescored(asked, found)
    rest = np.setdiff1d(np.arange(len(found.rows)), places)
    score = fuse(found.graph[rest], found.match[rest], asked.fusion)
    rest = rest[np.argsort(-score, kind="stable")]
    least = fuse(again.graph, again.match, asked.fusion).min()
    too_high = max(0.0, score.max(initial=-np.inf) - least) / asked.fusion.match_weight
    order = np.concatenate([places, rest])
    return Rescored(
        asked,
        Candidates(
            found.rows[order],
            np.concatenate([again.graph, found.graph[rest]]),
            np.concatenate([again.match, found.match[rest] - too_high]),
            [found.entries[place] for place in order],
            again.classes,
            found.passed,
        ),
    )


def _near(found: Candidates, query: Query, top: int) -> int:
    """How many candidates are scored again: what may be the best by another model, and two for each hit wanted."""
    if not found.entries:
        return 0
    score = fuse(found.graph, found.match, query.fusion)
    return max(min(int((score > score[0] - _FAR).sum()), _MOST), min(2 * top, _MOST_WANTED), FITTED)


def _scored(precise: Engine, query: Query, entries: list[Entry]) -> tuple[NDArray[np.int64], Candidates]:
    """The places of those that can be read, best first, and what a search among them finds."""
    parts = list(precise.entries(entries))
    lost = {number - 1 for part in parts for number, _, _ in part.rejected}
    read = np.array([place for place in range(len(entries)) if place not in lost], np.int64)
    if not len(read):
        return read, Candidates(read, np.zeros(0), np.zeros(0), [], [], 0)
    every = Limits(None, len(read), len(read), len(read))
    (again,) = LocalLibrary(Library.of_entries(parts)).find_many([query], [NO_FILTERS], every)
    return read[again.rows], again
