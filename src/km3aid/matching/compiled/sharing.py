"""Threads share the rows of one call, or take one call each; compiled kernels release the interpreter's lock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from km3aid.threads import thread_count

_ALONE = 2048  # rows below which a second thread does not pay
_Answer = TypeVar("_Answer")
_thread = threading.local()


def side_by_side(calls: Sequence[Callable[[], _Answer]]) -> Iterator[_Answer]:
    """The answers of independent calls, in order; each call has one thread, which shares its rows with no other."""
    if len(calls) == 1 or thread_count() == 1:
        return (call() for call in calls)
    return _pool().map(lambda call: call(), calls)


def share_rows(
    rows: NDArray[np.int32], kind: type, work: Callable[[slice, NDArray[Any]], None], alone: int | None = None
) -> NDArray[Any]:
    """One result (R,) that threads fill by `work`, each for its part of the rows; `alone` rows or fewer, one thread."""
    out: NDArray[Any] = np.empty(len(rows), kind)
    if len(rows) <= (_ALONE if alone is None else alone) or thread_count() == 1 or getattr(_thread, "of_pool", False):
        work(slice(None), out)
        return out
    edges = np.linspace(0, len(rows), 2 * thread_count() + 1).astype(int)
    parts = [slice(a, b) for a, b in pairwise(edges)]
    list(_pool().map(lambda part: work(part, out[part]), parts))
    return out


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(thread_count(), "km3aid-match", lambda: setattr(_thread, "of_pool", True))
