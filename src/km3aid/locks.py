"""Locks between processes; when a process dies, the system frees its lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


@contextmanager
def exclusive(path: Path) -> Iterator[bool]:
    """Hold the lock file `path` during the block; yields False at once where another process holds it.

    The file and its folder are made where they are missing, and stay. Raises `OSError` where they cannot be made.
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
