"""Arrow files of one record batch each, written whole or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from km3aid.errors import LibraryError
from km3aid.files import replacing
from km3aid.library.paths import Place


class Fingerprint(NamedTuple):
    """By what a damaged file is told."""

    bytes: int
    sha256: str


def fingerprint(path: Place) -> Fingerprint:
    """Size and SHA-256 of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Fingerprint(path.stat().st_size, digest)


def write_table(path: Path, table: pa.Table) -> Fingerprint:
    """Write a table; raises `LibraryError`."""
    whole = table.combine_chunks().unify_dictionaries()
    try:
        with replacing(path, sync=True) as part:
            with pa.OSFile(str(part), "wb") as sink, pa.ipc.new_file(sink, whole.schema) as writer:
                writer.write_table(whole, max_chunksize=max(len(whole), 1))
            return fingerprint(part)
    except OSError as error:
        raise LibraryError(
            f"{path}: cannot be written ({error.strerror or error}); the finished shards are intact: make room and run "
            "the same command again"
        ) from error


def read_table(path: Place, *, mapped: bool = True) -> pa.Table:
    """Read a table; where `path` is local and `mapped`, its arrays lie over the file. Raises `LibraryError`."""
    try:
        if not isinstance(path, Path):
            return pa.ipc.open_file(path.open()).read_all()
        return pa.ipc.open_file(pa.memory_map(str(path)) if mapped else pa.BufferReader(path.read_bytes())).read_all()
    except (OSError, pa.ArrowException) as error:
        raise LibraryError(f"{path}: missing or damaged ({error}); build the library again") from error
