"""Which molecules train and which are watched, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import META, Dataset, in_memory, joined, open_dataset, read_meta
from km3aid.data.folds import Split, paper_split, read_paper_ids, strict_split, watched_split
from km3aid.data.teacher import may_train

_NO_ROWS = np.zeros(0, np.int64)
SplitKind = Literal["strict", "paper"]


class Material(NamedTuple):
    """What a training sees: molecules with measured shifts, followed by those whose shifts a teacher predicted."""

    data: Dataset
    split: Split
    taught: NDArray[np.int64] = _NO_ROWS  # rows of the teacher's that may train
    measured: int = 0  # how many molecules have measured shifts; needed where there are roots
    roots: tuple[Path, ...] = ()  # folders of the teacher's molecules, prepared themselves or holding such
    seen: frozenset[Path] = frozenset()  # which prepared folders `data` holds


def grown(material: Material) -> Material:
    """With the teacher's molecules of folders that have come since; the same where none has. Raises `DataError`."""
    for folder in [path for path in taught_folders(material.roots) if path not in material.seen]:
        data, split, taught, measured, roots, seen = material
        more = in_memory(open_dataset(folder))
        trains = np.concatenate([split.train, np.arange(measured, len(data))])
        rows = np.concatenate([taught, len(data) + may_train(more, data, trains)])
        material = Material(joined(data, more), split, rows, measured, roots, seen | {folder})
    return material


def taught_folders(roots: Sequence[Path]) -> list[Path]:
    """The prepared folders among `roots` and in those of them that hold nothing but folders, by now perhaps none.

    Raises `DataError` where one is neither.
    """
    found: list[Path] = []
    for root in roots:
        inside = sorted(root.iterdir()) if root.is_dir() else []
        if (root / META).is_file() or not root.is_dir() or not all(path.is_dir() for path in inside):
            read_meta(root)
            found.append(root)
        else:
            found += [path for path in inside if (path / META).is_file()]
    return found


def training_split(data: Dataset, ids: list[int], fold: int, kind: SplitKind) -> Split:
    """The molecules that train without validation block `fold`, and those that are watched meanwhile.

    strict: no connectivity of the block trains, and others than the block's molecules are watched. paper: the paper's
    molecules alone, split by record, so that stereoisomers fall on both sides; the block itself is watched.
    """
    if kind == "strict":
        return watched_split(data, strict_split(data.record_id, data.inchi_key, ids, fold))
    split, complete = paper_split(data.record_id, ids, fold), data.complete
    return Split(split.train[complete[split.train]], split.validation[complete[split.validation]])


@dataclass(frozen=True, slots=True)
class Source:
    """Where the molecules of a training are."""

    data: Path  # folder of prepared data
    paper_ids: Path  # CSV of the paper's ids: they define the folds
    fold: int = 0  # the validation block, 0 to 4
    limit: int | None = None  # only the first of the training molecules, for a trial
    taught: tuple[Path, ...] = ()  # folders of molecules that a teacher labelled, or folders that fill with such

    def open(self, kind: SplitKind) -> Material:
        """The data in memory with their split; raises `DataError` and `ConfigError`."""
        data = in_memory(open_dataset(self.data))
        split = training_split(data, read_paper_ids(self.paper_ids), self.fold, kind)
        split = Split(split.train[: self.limit], split.validation)
        return grown(Material(data, split, measured=len(data), roots=self.taught))
