"""Encode structures in several processes of one thread each: on a CPU faster than several threads in one process."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from threading import BoundedSemaphore

import torch

from km3aid.encoding.chunks import Chunk
from km3aid.encoding.entries import Entries
from km3aid.encoding.library_entries import encode_chunk
from km3aid.models.alignment import AlignmentModel
from km3aid.models.checkpoint import read_model
from km3aid.models.memory import give_memory_back, keep_freed_memory
from km3aid.models.precision import fast_single_precision

_TIDY = 16  # chunks after which a process returns freed memory: batches of many sizes fragment it
_AHEAD = 4  # chunks per process that wait or are done but not fetched: bounds the memory
_model: AlignmentModel  # of a worker
_done = count(1)


def encode_in_processes(path: Path, chunks: Iterable[Chunk], workers: int, key: str = "smiles") -> Iterator[Entries]:
    """The entries of the chunks in their order, by the model file `path`, encoded in `workers` processes."""
    room = BoundedSemaphore(_AHEAD * workers)

    def tasks() -> Iterator[tuple[Chunk, str]]:
        waiting = iter(chunks)
        while room.acquire() and (chunk := next(waiting, None)) is not None:
            yield chunk, key

    with multiprocessing.get_context("spawn").Pool(workers, _start, (path,)) as pool:
        for entries in pool.imap(_encode, tasks()):
            room.release()
            yield entries


def _start(path: Path) -> None:
    global _model
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers to Ctrl-C
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "32")  # every size of a batch makes new ones
    torch.set_num_threads(1)
    keep_freed_memory()
    fast_single_precision()
    _model = read_model(path).model
    gc.freeze()  # garbage collection skips what exists by now


def _encode(task: tuple[Chunk, str]) -> Entries:
    chunk, key = task
    if next(_done) % _TIDY == 0:
        give_memory_back()
    return encode_chunk(_model, chunk, torch.device("cpu"), key)
