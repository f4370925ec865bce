"""The list of the records that a build could not take: `rejected.csv`."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from km3aid.files import replacing

FILE = "rejected.csv"
Rejected = tuple[int, str, str]  # record number, structure, reason
_HEAD = ("source", "record", "structure", "reason")


def append_rejected(folder: Path, source: str, rejected: Sequence[Rejected]) -> None:
    """Add records of an input to the list, which is made where it is missing."""
    if not rejected:
        return
    file = folder / FILE
    new = not file.exists()
    with open(file, "a", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        if new:
            writer.writerow(_HEAD)
        writer.writerows((source, *record) for record in rejected)


def keep_rejected(folder: Path, count: int, source: str) -> list[Rejected]:
    """Cut the list off after `count` records, those of finished shards; returns those of one input."""
    file = folder / FILE
    if not file.exists():
        return []
    with open(file, newline="", encoding="utf-8") as stream:
        rows = list(csv.reader(stream))
    kept = rows[: 1 + count]
    if len(kept) < len(rows):
        with replacing(file) as part, open(part, "w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows(kept)
    return [(int(number), structure, reason) for of, number, structure, reason in kept[1:] if of == source]
