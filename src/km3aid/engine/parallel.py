"""Encode structures on several processes, one thread each: on a CPU faster than several threads in one process."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import torch

from km3aid.engine.encoder import CHUNK, encode_entries
from km3aid.library import Entries
from km3aid.models.alignment import AlignmentModel
from km3aid.models.checkpoint import read_model
from km3aid.models.memory import keep_freed_memory

Line = tuple[str, str | None]
_model: AlignmentModel  # of a worker


def encode_in_processes(
    path: Path, source: Iterable[Line], workers: int, skipped: list[tuple[int, str]]
) -> Iterator[Entries]:
    """`encode_entries` by the model file `path`, in the order of `source`, on `workers` processes."""
    with multiprocessing.get_context("spawn").Pool(workers, _start, (path,)) as pool:
        for entries, bad in pool.imap(_encode, _chunks(source)):
            skipped += bad
            yield from entries


def _chunks(source: Iterable[Line]) -> Iterator[tuple[int, list[Line]]]:
    lines, first = iter(source), 1
    while chunk := list(islice(lines, CHUNK)):
        yield first, chunk
        first += len(chunk)


def _start(path: Path) -> None:
    global _model
    torch.set_num_threads(1)
    keep_freed_memory()
    _model = read_model(path).model


def _encode(numbered: tuple[int, list[Line]]) -> tuple[list[Entries], list[tuple[int, str]]]:
    first, lines = numbered
    skipped: list[tuple[int, str]] = []
    return list(encode_entries(_model, lines, torch.device("cpu"), skipped, first)), skipped
