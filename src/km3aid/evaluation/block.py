"""The molecules that an evaluation uses: one validation block of the prepared data."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset, in_memory, open_dataset
from km3aid.data.folds import Split, read_paper_ids, strict_split, watched_split


class ValidationBlock(NamedTuple):
    """One of the paper's five blocks."""

    data: Dataset
    rows: NDArray[np.int64]  # (V,) its completely assigned molecules
    split: Split  # what trains without the block, and the watched molecules, which neither train nor belong to it


def open_validation_block(data: str | Path, paper_ids: str | Path, fold: int) -> ValidationBlock:
    """Open block `fold` (0 to 4) of prepared data; raises `DataError` and `ConfigError`."""
    dataset = in_memory(open_dataset(data))
    strict = strict_split(dataset.record_id, dataset.inchi_key, read_paper_ids(paper_ids), fold)
    rows = strict.validation[dataset.complete[strict.validation]]
    return ValidationBlock(dataset, rows, watched_split(dataset, strict))


def outside_list(block: ValidationBlock, paper_ids: str | Path) -> NDArray[np.int64]:
    """Completely assigned molecules that the paper does not list and that do not train: most of them are watched.

    The paper's list is a choice of its authors; these show what the tool does beyond it.
    """
    data, unused = block.data, np.ones(len(block.data), bool)
    unused[block.split.train] = unused[block.rows] = False
    rows: NDArray[np.int64] = np.flatnonzero(
        unused & data.complete & ~np.isin(data.record_id, read_paper_ids(paper_ids))
    )
    return rows
