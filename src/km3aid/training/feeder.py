"""Batches of fixed sizes, cut ahead of the training by a process of their own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from multiprocessing import get_context, parent_process
from multiprocessing.queues import Queue
from queue import Empty, Full
from typing import Any

from km3aid.data.filled import FixedSizes, fill, pack
from km3aid.errors import Km3aidError
from km3aid.training.config import TrainingConfig
from km3aid.training.split import Material
from km3aid.training.stream import Epoch, Stream

_AHEAD = 12  # batches that wait at most
_LOOK_S = 5.0  # after so long without a batch each process looks whether the other is alive


class Feeder:
    """The epochs of a `Stream`, one after the other, each batch filled and packed.

    A batch that is too large for the sizes comes as it is. The process starts with the first epoch asked for, and ends
    with this one at the latest.
    """

    def __init__(self, material: Material, config: TrainingConfig, sizes: FixedSizes) -> None:
        self.context = get_context("spawn")  # a fork would share what CUDA and the threads of torch hold
        self.queue: Queue[Any] = self.context.Queue(_AHEAD)
        self.asked = (material, config, sizes)
        self.process: Any = None

    def epoch(self, number: int) -> Epoch:
        """The next epoch; every batch is an array of `pack` or a `Batch`. Raises what went wrong in the process."""
        if self.process is None:
            self.process = self.context.Process(target=_feed, args=(self.queue, number, *self.asked), daemon=True)
            self.process.start()
        steps = self._next()
        return Epoch(steps, self._batches(steps))

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.terminate()
            self.process.join()

    def _batches(self, steps: int) -> Iterator[Any]:
        for _ in range(steps):
            yield self._next()

    def _next(self) -> Any:
        while True:
            try:
                item = self.queue.get(timeout=_LOOK_S)
            except Empty:
                if not self.process.is_alive():
                    code = self.process.exitcode
                    raise Km3aidError(
                        f"the process that cuts batches ended (exit code {code}); train again with --resume"
                    ) from None
                continue
            if isinstance(item, Exception):
                raise item
            return item


def _feed(queue: Queue[Any], first: int, material: Material, config: TrainingConfig, sizes: FixedSizes) -> None:
    """Put the number of batches of each epoch, and then these; stay until the training ends, which ends this."""
    for item in _items(first, material, config, sizes):
        if not _put(queue, item):
            break
    while _goes_on():
        time.sleep(_LOOK_S)
    queue.cancel_join_thread()


def _items(first: int, material: Material, config: TrainingConfig, sizes: FixedSizes) -> Iterator[Any]:
    """What is put; an exception comes last."""
    try:
        stream = Stream(material, config, sizes=sizes)
        for number in range(first, config.epochs):
            steps, batches = stream.epoch(number)
            yield steps
            for batch, _ in batches:
                filled = fill(batch, sizes)
                yield batch if filled is None else pack(filled)
    except Exception as error:
        yield error


def _put(queue: Queue[Any], item: Any) -> bool:
    """Whether the item was put, before the training ended."""
    while _goes_on():
        try:
            queue.put(item, timeout=_LOOK_S)
            return True
        except Full:
            continue
    return False


def _goes_on() -> bool:
    parent = parent_process()
    return parent is not None and parent.is_alive()
