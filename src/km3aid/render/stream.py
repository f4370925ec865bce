"""The answers of a batch, written as they come and in their order; a failure takes the place of its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import BinaryIO

from km3aid.render.registry import Failed, Streaming, check_format, load
from km3aid.requests.answers import Case, Failure

Put = Callable[[Sequence[Case]], object]
Opener = Callable[[BinaryIO, type], AbstractContextManager[Put]]  # writes the head, gives `Put`, writes the foot


class Stream:
    """Takes answers, one by one or in groups, and writes them once there are `enough`."""

    def __init__(self, put: Put, enough: float, skips_failures: bool) -> None:
        self._put, self._enough, self._skips = put, enough, skips_failures
        self._cases: list[Case] = []

    def write(self, cases: Sequence[Case]) -> None:
        self._cases += [c for c in cases if not (self._skips and isinstance(c.answer, Failure))]
        if len(self._cases) >= self._enough:
            self.flush()

    def flush(self) -> None:
        """Write what is still held."""
        cases, self._cases = self._cases, []
        if cases:
            self._put(cases)


@contextmanager
def open_stream(format: str, kind: type, file: BinaryIO) -> Iterator[Stream]:
    """A stream of answers of one kind into `file`; raises `ConfigError` where the format cannot take a batch of them.

    The format's row says when answers are written and what becomes of failures. What is held when the batch breaks off
    is still written.
    """
    row = check_format(format, kind, answers=2)
    write = load(row.writer)
    opened: AbstractContextManager[Put]
    opened = load(row.stream)(file, kind) if row.stream else nullcontext(lambda cases: file.write(write(cases)))

    with opened as put:

        def put_through(cases: Sequence[Case]) -> None:
            put(cases)
            if row.streaming is Streaming.AS_THEY_COME:
                file.flush()

        stream = Stream(put_through, row.streaming.value, row.failed is Failed.IS_SKIPPED)
        try:
            yield stream
        finally:
            stream.flush()
