"""Encode structures in several processes with one thread each: faster on a CPU than threads in one process."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator
from itertools import count, islice
from pathlib import Path
from threading import BoundedSemaphore

import torch

from km3aid.encoding.encode import CHUNK, Line, encode_entries
from km3aid.encoding.entries import Entries
from km3aid.models.alignment import AlignmentModel
from km3aid.models.checkpoint import read_model
from km3aid.models.memory import give_memory_back, keep_freed_memory
from km3aid.models.precision import fast_single_precision

_TIDY = 16  # chunks after which a process returns freed memory: batches of many sizes fragment it
_AHEAD = 4  # chunks per process that are waiting, or done but not fetched: limits the memory
_model: AlignmentModel  # of this worker
_done = count(1)


def encode_in_processes(
    path: Path, source: Iterable[Line], workers: int, *, first: int = 1, key: str = "smiles", chunk: int = CHUNK
) -> Iterator[Entries]:
    """`encode_entries` with the model file `path` on `workers` processes, in the order of `source`."""
    room = BoundedSemaphore(_AHEAD * workers)

    def tasks() -> Iterator[tuple[int, list[Line], str]]:
        lines, number = iter(source), first
        while room.acquire() and (part := list(islice(lines, chunk))):
            yield number, part, key
            number += len(part)

    with multiprocessing.get_context("spawn").Pool(workers, _start, (path,)) as pool:
        for entries in pool.imap(_encode, tasks()):
            room.release()
            yield entries


def _start(path: Path) -> None:
    global _model
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process handles Ctrl-C
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "32")  # every batch size adds new ones
    torch.set_num_threads(1)
    keep_freed_memory()
    fast_single_precision()
    _model = read_model(path).model
    gc.freeze()  # these objects stay: the garbage collector can skip them


def _encode(task: tuple[int, list[Line], str]) -> Entries:
    first, lines, key = task
    if next(_done) % _TIDY == 0:
        give_memory_back()
    (entries,) = encode_entries(_model, lines, torch.device("cpu"), first=first, key=key, chunk=len(lines))
    return entries
