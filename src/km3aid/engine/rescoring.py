"""The best candidates of a search, scored again by the precise model: a library holds the shifts of a faster one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.library import Library
from km3aid.matching.fusion import fuse
from km3aid.search import NO_FILTERS, Candidates, Limits, LocalLibrary, Query
from km3aid.search.query import FITTED, Entry

if TYPE_CHECKING:
    from km3aid.engine.engine import Engine

_MOST = 50  # candidates that are scored again, at least `FITTED` of them
_FAR = 7.0  # log-odds below the best: what is farther stays behind


class Rescored(NamedTuple):
    """A question as the precise model sees it, and its candidates, best first."""

    query: Query
    found: Candidates


def rescored(engine: Engine, query: Query, found: Candidates) -> Rescored:
    """The nearest candidates in the order of the engine's precise model, and the others behind them.

    Those come as close as the last of the nearest at most. An engine without a precise model leaves all as it was.
    """
    if engine.precise is engine:
        return Rescored(query, found)
    asked = engine.precise.query(query.spectrum)
    places, again = _scored(engine.precise, asked, found.entries[: _near(found, query)])
    if not len(places):
        return Rescored(asked, found)
    rest = np.setdiff1d(np.arange(len(found.rows)), places)
    least = fuse(again.graph, again.match, asked.fusion).min()
    above = np.maximum(0.0, fuse(found.graph[rest], found.match[rest], asked.fusion) - least)
    order = np.concatenate([places, rest])
    return Rescored(
        asked,
        Candidates(
            found.rows[order],
            np.concatenate([again.graph, found.graph[rest]]),
            np.concatenate([again.match, found.match[rest] - above / asked.fusion.match_weight]),
            [found.entries[place] for place in order],
            again.classes,
            found.passed,
        ),
    )


def _near(found: Candidates, query: Query) -> int:
    """How many of the candidates may be the best by another model."""
    if not found.entries:
        return 0
    score = fuse(found.graph, found.match, query.fusion)
    return min(max(int((score > score[0] - _FAR).sum()), FITTED), _MOST)


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
