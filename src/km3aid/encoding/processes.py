"""Encode structures in several processes of one thread each: on a CPU faster than several threads in one process."""

from __future__ import annotations

import gc
import multiprocessing
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import BoundedSemaphore

from km3aid.encoding.chunks import Chunk
from km3aid.encoding.entries import Entries
from km3aid.encoding.library_entries import encode_chunk
from km3aid.models.network import Network, open_network
from km3aid.models.weights import read_model_file

_AHEAD = 4  # chunks per process that wait or are done but not fetched: bounds the memory
_network: Network  # of a worker


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
    global _network
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers to Ctrl-C
    _network = open_network(read_model_file(path), threads=1)
    gc.freeze()  # garbage collection skips what exists by now


def _encode(task: tuple[Chunk, str]) -> Entries:
    chunk, key = task
    return encode_chunk(_network, chunk, key)
