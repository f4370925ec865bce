"""Structures on their way into a library, in chunks that are encoded at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

CHUNK = 256  # records encoded at once
Line = tuple[str, str | None]  # a SMILES or mol block, and a name


class Chunk(NamedTuple):
    """Consecutive records of an input, the first of which has the number `first`."""

    first: int
    lines: list[Line]


def chunks(source: Iterable[Line], done: int = 0, whole: int | None = None) -> Iterator[Chunk]:
    """The records of `source` in chunks, numbered on from `done`; none crosses a multiple of `whole` records.

    Which records share a chunk depends on their numbers alone, so that a build which goes on encodes as one that was
    never interrupted.

    >>> [c.first for c in chunks([("C", None)] * 700, whole=300)]
    [1, 257, 301, 557, 601]
    """
    lines = iter(source)
    while True:
        room = CHUNK if whole is None else min(CHUNK, whole - done % whole)
        if not (taken := list(islice(lines, room))):
            return
        yield Chunk(done + 1, taken)
        done += len(taken)
