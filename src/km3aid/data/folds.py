"""Which molecules train and which validate: the paper's five folds, and a stricter split by connectivity."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset
from km3aid.errors import ConfigError, DataError

FOLDS = 5
_WATCHED = 25  # one connectivity in 25 never trains: it watches training and fits the calibration


class Split(NamedTuple):
    """Row numbers of the prepared data that train and that validate; the two share no molecule."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]


def read_paper_ids(path: str | Path) -> list[int]:
    """The nmrshiftdb2 ids of the paper's data set in its order, from a CSV with a column `nmrshiftdb2_id`."""
    try:
        with open(path, newline="", encoding="utf-8") as file:
            return [int(row["nmrshiftdb2_id"]) for row in csv.DictReader(file)]
    except OSError as error:
        raise DataError(f"{path}: cannot be opened ({error.strerror}); give the list of the paper's ids") from error
    except (KeyError, ValueError) as error:
        raise DataError(f"{path}: expected a CSV with a whole number in the column 'nmrshiftdb2_id'") from error


def paper_validation_ids(ids: list[int], fold: int, seed: int = 42) -> list[int]:
    """The ids of validation block `fold` (0…4): consecutive fifths of a seeded permutation, the rest always trains."""
    if not 0 <= fold < FOLDS:
        raise ConfigError(f"fold {fold}; expected 0 to {FOLDS - 1}")
    order = np.random.RandomState(seed).permutation(len(ids))
    size = len(ids) // FOLDS
    return [ids[row] for row in order[fold * size : (fold + 1) * size]]


def connectivity(inchi_keys: NDArray[np.bytes_]) -> NDArray[np.bytes_]:
    """First block of each InChIKey: equal for stereoisomers, isotopologues and duplicates."""
    return np.array([key[:14] for key in inchi_keys], "S14")


def paper_split(record_ids: NDArray[np.int64], ids: list[int], fold: int) -> Split:
    """The paper's fold: its listed molecules alone, split by id (stereoisomers may fall on both sides)."""
    validation = np.isin(record_ids, paper_validation_ids(ids, fold))
    return Split(np.flatnonzero(np.isin(record_ids, ids) & ~validation), np.flatnonzero(validation))


def strict_split(record_ids: NDArray[np.int64], inchi_keys: NDArray[np.bytes_], ids: list[int], fold: int) -> Split:
    """The paper's validation block against everything that shares no connectivity with any of its molecules.

    Records without an InChIKey never train, because nothing says whether they are known.
    """
    validation = np.isin(record_ids, paper_validation_ids(ids, fold))
    blocks = connectivity(inchi_keys)
    known = np.isin(blocks, np.unique(blocks[validation])) | (blocks == b"")
    return Split(np.flatnonzero(~known), np.flatnonzero(validation))


def grouped_split(inchi_keys: NDArray[np.bytes_], fold: int, seed: int = 42) -> Split:
    """Five folds over all molecules; all that share the first block of the InChIKey fall on the same side."""
    if not 0 <= fold < FOLDS:
        raise ConfigError(f"fold {fold}; expected 0 to {FOLDS - 1}")
    blocks, group = np.unique(connectivity(inchi_keys), return_inverse=True)
    side = np.random.RandomState(seed).permutation(len(blocks)) % FOLDS
    validation = side[group] == fold
    return Split(np.flatnonzero(~validation), np.flatnonzero(validation))


def watched_split(data: Dataset, strict: Split) -> Split:
    """Of the training rows of `strict`, those that train and the completely assigned ones that are watched."""
    blocks, group = np.unique(connectivity(data.inchi_key[strict.train]), return_inverse=True)
    watched = (np.random.RandomState(7).permutation(len(blocks)) % _WATCHED == 0)[group]
    rows = strict.train[watched]
    return Split(strict.train[~watched], rows[data.complete[rows]])
