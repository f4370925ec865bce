"""The rank of the right molecule in a library of a given size; a tie counts as its expected rank."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

TOPS = (1, 5, 10, 25)


class Known(Protocol):
    """Rows of the pool that are the right molecule, by InChIKey and by its first block."""

    @property
    def same_key(self) -> NDArray[np.int64]: ...

    @property
    def same_block(self) -> NDArray[np.int64]: ...


class Scores(NamedTuple):
    """Scores of all rows (N,) and of the right molecule; `exact`, where there is one, decides among the best."""

    quick: NDArray[np.float32]
    own_quick: float
    exact: Callable[[NDArray[np.int64]], NDArray[np.float64]] | None
    own_exact: float


class Ranks(NamedTuple):
    """Expected rank of the right molecule, and of the first that shares its connectivity."""

    by_key: float
    by_block: float


def rows_of_size(
    rows: NDArray[np.int64] | None, truth: Known, place: NDArray[np.int64], size: int
) -> NDArray[np.int64]:
    """Rows of the pool that stand beside the right molecule in a library of `size`: the first `size` − 1 others.

    `place` (N,), ascending, is the place of each row in the pool's random order; `rows` are those that pass the
    filters. The pool holds the right molecule once or not at all.
    """
    own = place[truth.same_key]
    last = size if (own < size - 1).any() else size - 1
    chosen = np.arange(np.searchsorted(place, last)) if rows is None else rows[: np.searchsorted(place[rows], last)]
    return chosen[~_marked(chosen, truth.same_key)] if len(own) else chosen


def _marked(rows: NDArray[np.int64], members: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the ascending `rows` are among the few `members`."""
    found = np.zeros(len(rows), bool)
    at = np.searchsorted(rows, members)
    inside = at < len(rows)
    at = at[inside]
    found[at[rows[at] == members[inside]]] = True
    return found


def rank_among(
    scores: Scores,
    rows: NDArray[np.int64] | None,
    truth: Known,
    place: NDArray[np.int64],
    size: int,
    exactly: int,
) -> Ranks:
    """Ranks in the library of `size`: what is not among the `exactly` best by the quick score keeps its rank there."""
    others = rows_of_size(rows, truth, place, size)
    quick = scores.quick[others]
    related = _marked(others, truth.same_block)
    if scores.exact is None:
        return _ranks(quick, scores.own_quick, related)
    before = _ranks(quick, scores.own_quick, related)
    if before.by_key > exactly:
        return before
    best = _best(others, quick, exactly)
    return _ranks(scores.exact(best), scores.own_exact, np.isin(best, truth.same_block))


def _best(rows: NDArray[np.int64], quick: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    return rows if len(rows) <= count else rows[np.argpartition(-quick, count - 1)[:count]]


def best_row(scores: Scores, truth: Known, place: NDArray[np.int64], size: int, exactly: int) -> int | None:
    """The row that comes first in the library of `size`, None for the right molecule itself."""
    others = rows_of_size(None, truth, place, size)
    quick = scores.quick[others]
    if scores.exact is None:
        first = int(quick.argmax())
        return None if scores.own_quick >= quick[first] else int(others[first])
    best = _best(others, quick, exactly)
    exact = scores.exact(best)
    return None if scores.own_exact >= exact.max() else int(best[exact.argmax()])


def expected_rank(others: NDArray[np.floating], own: float) -> float:
    """1 + the number above + half the number equal."""
    return 1 + float((others > own).sum()) + float((others == own).sum()) / 2


def _ranks(others: NDArray[np.floating], own: float, related: NDArray[np.bool_]) -> Ranks:
    nearest = max([own, *others[related].tolist()])
    return Ranks(expected_rank(others, own), expected_rank(others[~related], nearest))


def shares_within(ranks: Sequence[Ranks]) -> dict[str, dict[str, float]]:
    """Share of queries within the first 1, 5, 10 and 25."""
    values = np.array(ranks)
    return {
        name: {f"top_{k}": float((column <= k).mean()) for k in TOPS}
        for name, column in zip(("by_key", "by_block"), values.T, strict=True)
    }
