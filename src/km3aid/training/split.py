"""Which molecules train and which are watched, by name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset, in_memory, joined, open_dataset
from km3aid.data.folds import Split, paper_split, read_paper_ids, strict_split, watched_split
from km3aid.data.teacher import may_train

_NO_ROWS = np.zeros(0, np.int64)
SplitKind = Literal["strict", "paper"]


class Material(NamedTuple):
    """What a training sees."""

    data: Dataset
    split: Split
    taught: NDArray[np.int64] = _NO_ROWS  # rows whose shifts a teacher predicted


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
    taught: Path | None = None  # folder of molecules that a teacher labelled

    def open(self, kind: SplitKind) -> Material:
        """The data in memory with their split; raises `DataError` and `ConfigError`."""
        data = in_memory(open_dataset(self.data))
        split = training_split(data, read_paper_ids(self.paper_ids), self.fold, kind)
        split = Split(split.train[: self.limit], split.validation)
        if self.taught is None:
            return Material(data, split)
        taught = in_memory(open_dataset(self.taught))
        return Material(joined(data, taught), split, len(data) + may_train(taught, data, split.train))
