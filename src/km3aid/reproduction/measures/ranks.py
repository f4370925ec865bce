"""The rank of the right molecule in a library of a given size; a tie counts as its expected rank."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.evaluation.metrics import expected_rank, top_k_shares
from km3aid.reproduction.measures.nested_library import Same

TOPS = (1, 5, 10, 25)


class Scores(NamedTuple):
    """Scores of all places (N,) and of the right molecule; `exact`, where there is one, decides among the best."""

    quick: NDArray[np.float32]
    own_quick: float
    exact: Callable[[NDArray[np.int64]], NDArray[np.float64]] | None
    own_exact: float


class Ranks(NamedTuple):
    """Expected rank of the right molecule, and of the first that shares its connectivity."""

    by_key: float
    by_block: float


def places_of_size(places: NDArray[np.int64] | None, same: Same, size: int) -> NDArray[np.int64]:
    """Places, ascending, beside the right molecule in a library of `size`: the first `size` − 1 others.

    `places` are those that pass the filters, None for all.
    """
    last = size - 1
    for own in same.same_key:
        last += int(own < last)
    chosen = np.arange(last) if places is None else places[: np.searchsorted(places, last)]
    return chosen[~_marked(chosen, same.same_key)] if len(same.same_key) else chosen


def rank_among(scores: Scores, places: NDArray[np.int64] | None, same: Same, size: int, exactly: int) -> Ranks:
    """Ranks in the library of `size`: what is not among the `exactly` best by the quick score keeps its rank there."""
    others = places_of_size(places, same, size)
    quick = scores.quick[others]
    before = _ranks(quick, scores.own_quick, _marked(others, same.same_block))
    if scores.exact is None or before.by_key > exactly:
        return before
    best = _best(others, quick, exactly)
    return _ranks(scores.exact(best), scores.own_exact, np.isin(best, same.same_block))


def best_place(scores: Scores, same: Same, size: int, exactly: int) -> int | None:
    """The place that comes first in the library of `size`, None for the right molecule itself."""
    others = places_of_size(None, same, size)
    quick = scores.quick[others]
    if scores.exact is None:
        first = int(quick.argmax())
        return None if scores.own_quick >= quick[first] else int(others[first])
    best = _best(others, quick, exactly)
    exact = scores.exact(best)
    return None if scores.own_exact >= exact.max() else int(best[exact.argmax()])


def shares_within(ranks: Sequence[Ranks]) -> dict[str, dict[str, float]]:
    """Share of queries within the first 1, 5, 10 and 25."""
    return {name: top_k_shares([getattr(r, name) for r in ranks], TOPS) for name in Ranks._fields}


def _ranks(others: NDArray[np.floating], own: float, related: NDArray[np.bool_]) -> Ranks:
    nearest = max([own, *others[related].tolist()])
    return Ranks(expected_rank(others, own), expected_rank(others[~related], nearest))


def _best(places: NDArray[np.int64], quick: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    return places if len(places) <= count else places[np.argpartition(-quick, count - 1)[:count]]


def _marked(places: NDArray[np.int64], members: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the ascending `places` are among the few `members`."""
    marked = np.zeros(len(places), bool)
    at = np.searchsorted(places, members)
    inside = at < len(places)
    at = at[inside]
    marked[at[places[at] == members[inside]]] = True
    return marked
