"""Which molecules train and which validate: the paper's five folds, and a stricter split by connectivity.

The order of the paper's data set defines its folds: a list of 20,658 nmrshiftdb2 ids, which its authors released. It is
kept as `km3aid_ids.csv`, where `row` is the place in that list, `nmrshiftdb2_id` the id, and `present` says whether the
nmrshiftdb2 file still holds the record. Rows that it no longer holds keep their place, and drop out afterwards.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset
from km3aid.errors import ConfigError, DataError

FOLDS = 5
_WATCHED = 25  # one connectivity in 25 is held back, to watch the training and to fit the constants of matching


class Split(NamedTuple):
    """The rows of the prepared data that train and those that validate; no row is in both."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]


def read_paper_ids(path: str | Path) -> list[int]:
    """The nmrshiftdb2 ids of the paper's data set in its order, from a CSV with a column `nmrshiftdb2_id`.

    Raises `DataError`.
    """
    try:
        with open(path, newline="", encoding="utf-8") as file:
            return [int(row["nmrshiftdb2_id"]) for row in csv.DictReader(file)]
    except OSError as error:
        raise DataError(f"{path}: cannot be opened ({error.strerror}); give the list of the paper's ids") from error
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        raise DataError(f"{path}: expected a CSV with a whole number in the column 'nmrshiftdb2_id'") from error


def paper_validation_ids(ids: list[int], fold: int, seed: int = 42) -> list[int]:
    """The ids of validation block `fold`: consecutive fifths of a seeded permutation; the remainder always trains.

    Raises `ConfigError` where `fold` is not 0 to 4.
    """
    if not 0 <= fold < FOLDS:
        raise ConfigError(f"fold {fold}; expected 0 to {FOLDS - 1}")
    order = np.random.RandomState(seed).permutation(len(ids))
    size = len(ids) // FOLDS
    return [ids[row] for row in order[fold * size : (fold + 1) * size]]


def connectivity(inchi_keys: NDArray[np.bytes_]) -> NDArray[np.bytes_]:
    """The first block of each InChIKey, which stereoisomers, isotopologues and duplicates share."""
    return np.array([key[:14] for key in inchi_keys], "S14")


def paper_split(record_ids: NDArray[np.int64], ids: list[int], fold: int) -> Split:
    """The paper's fold: the listed molecules alone, split by id, so that stereoisomers may be on both sides."""
    validation = np.isin(record_ids, paper_validation_ids(ids, fold))
    return Split(np.flatnonzero(np.isin(record_ids, ids) & ~validation), np.flatnonzero(validation))


def strict_split(record_ids: NDArray[np.int64], inchi_keys: NDArray[np.bytes_], ids: list[int], fold: int) -> Split:
    """The paper's validation block, and for training all that shares no connectivity with any molecule of it.

    Records without an InChIKey do not train, because nothing tells whether they share one.
    """
    validation = np.isin(record_ids, paper_validation_ids(ids, fold))
    blocks = connectivity(inchi_keys)
    known = np.isin(blocks, np.unique(blocks[validation])) | (blocks == b"")
    return Split(np.flatnonzero(~known), np.flatnonzero(validation))


def watched_split(data: Dataset, strict: Split) -> Split:
    """The training rows of `strict`, without those held back, of which the completely assigned ones validate."""
    blocks, group = np.unique(connectivity(data.inchi_key[strict.train]), return_inverse=True)
    watched = (np.random.RandomState(7).permutation(len(blocks)) % _WATCHED == 0)[group]
    rows = strict.train[watched]
    return Split(strict.train[~watched], rows[data.complete[rows]])
