"""Finished units as files: written in one step, recognised when stale, and locked while somebody works on them."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from km3aid.errors import DataError


def identity_hash(identity: dict[str, Any]) -> str:
    """SHA-256 of what a unit's outcome depends on."""
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


class Store:
    """The folder of unit files; `locks` lie elsewhere, because unit files are kept and locks are not."""

    def __init__(self, folder: str | Path, locks: str | Path) -> None:
        self.folder, self.locks = Path(folder), Path(locks)

    def read(self, name: str) -> dict[str, Any] | None:
        """What unit `name` found, or None where it has not ended; raises `DataError` where its file is damaged."""
        path = self.folder / f"{name}.json"
        try:
            value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise DataError(f"{path}: not valid JSON ({error}); delete it and run `km3aid evaluate paper`") from error
        return value

    def is_done(self, name: str, identity: dict[str, Any]) -> bool:
        """Whether unit `name` has ended with this very identity; 1 and 1.0 are the same."""
        value = self.read(name)
        return value is not None and value.get("identity") == json.loads(json.dumps(identity))

    def write(self, name: str, value: dict[str, Any]) -> None:
        """Write the file of a unit, complete or not at all."""
        path = self.folder / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}")
        part.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        part.replace(path)

    @contextmanager
    def lock(self, name: str) -> Iterator[bool]:
        """Yield whether the unit is ours; the system frees the lock of a process that dies."""
        path = self.locks / name.replace("/", "--")
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True
