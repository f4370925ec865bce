"""What a build has of the shard in hand, in files beside the shards, so that a kill loses little of it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from km3aid.errors import LibraryError
from km3aid.library.rejected import Rejected
from km3aid.library.table import read_table, write_table

_KEY = b"km3aid"
_NAME = "checkpoint-{:012d}.arrow"


class Checkpoint(NamedTuple):
    """The molecules of consecutive input records, duplicates among them, and those that were rejected."""

    table: pa.Table
    records: int
    rejected: list[Rejected]


def write_checkpoint(folder: Path, done: int, checkpoint: Checkpoint) -> None:
    """Write what follows the first `done` records of the input; raises `LibraryError`."""
    about = json.dumps({"records": checkpoint.records, "rejected": checkpoint.rejected})
    table = checkpoint.table.replace_schema_metadata({_KEY: about.encode()})
    write_table(folder / _NAME.format(done), table)


def read_checkpoints(folder: Path, done: int) -> Iterator[Checkpoint]:
    """The checkpoints that follow the first `done` records of the input, up to one that is missing or damaged."""
    while True:
        try:
            table = read_table(folder / _NAME.format(done), mapped=False)  # the file is to be removed
            about = json.loads(table.schema.metadata[_KEY])
        except (LibraryError, TypeError, KeyError, ValueError):
            return
        yield Checkpoint(table.replace_schema_metadata(), about["records"], [tuple(r) for r in about["rejected"]])
        done += about["records"]


def remove_checkpoints(folder: Path) -> None:
    """Remove all checkpoints, and what a kill left half-written."""
    for pattern in ("checkpoint-*.arrow", "*.arrow.part", ".shard-*.part"):
        for file in folder.glob(pattern):
            with contextlib.suppress(OSError):  # of no use, but harmless
                file.unlink()
