"""Islands in other processes of this machine, which are kept for the next run."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import signal
import traceback
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from km3aid.elucidate.elsewhere import Host, IslandLostError
from km3aid.models.network import open_network
from km3aid.models.weights import read_model_file

_kept: dict[Path, list[ProcessIsland]] = {}


def in_processes(path: Path, count: int) -> list[ProcessIsland]:
    """`count` islands of the model file `path`, each in a process of its own, which is started where there is none."""
    islands = _kept.setdefault(path, [])
    islands[:] = [island for island in islands if island.alive()]
    while len(islands) < count:
        islands.append(ProcessIsland(path))
    return islands[:count]


class ProcessIsland:
    """An `Elsewhere` in a process that this one has started."""

    def __init__(self, path: Path) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, path), name="km3aid-island", daemon=True)
        self._process.start()
        theirs.close()
        self._sender = ThreadPoolExecutor(1, "km3aid-island")  # a process that still starts reads nothing
        self._sent: Future[None] | None = None
        self._number = 0
        self._answers: list[Any] = []

    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.is_alive()

    def ask(self, call: str, *values: Any) -> None:
        self._number += 1
        self._answers = []
        self._sent = self._sender.submit(self._pipe.send, (self._number, call, values))

    def ready(self) -> bool:
        try:
            while not self._answers and self._pipe.poll():
                self._take()
        except (EOFError, OSError) as error:
            raise IslandLostError(str(error)) from error
        return bool(self._answers)

    def answer(self) -> Any:
        try:
            if self._sent is not None:
                self._sent.result()
            while not self._answers:
                self._take()
        except (EOFError, OSError) as error:
            raise IslandLostError(str(error)) from error
        return self._answers[0]

    def _take(self) -> None:
        number, failed, value = self._pipe.recv()
        if failed:
            raise IslandLostError(value)
        if number == self._number:
            self._answers = [value]


def _serve(pipe: Connection, path: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers to Ctrl-C
    host = Host(open_network(read_model_file(path), threads=1))
    gc.freeze()  # garbage collection skips what exists by now
    with contextlib.suppress(EOFError, OSError):
        while True:
            number, call, values = pipe.recv()
            try:
                pipe.send((number, False, getattr(host, call)(*values)))
            except Exception:
                pipe.send((number, True, traceback.format_exc()))
