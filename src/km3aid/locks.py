"""Locks between processes; the system frees the lock of a process that dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


@contextmanager
def exclusive(path: Path) -> Iterator[bool]:
    """Hold the lock file `path` for the block; yields False at once where another process holds it.

    Raises `OSError` where the file cannot be made.
    """
    lock = FileLock(path, blocking=False)
    try:
        lock.acquire()
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
