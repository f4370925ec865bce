"""What is kept of every model of a sweep besides its weights: which molecules it gets right, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset
from km3aid.data.folds import read_paper_ids
from km3aid.evaluation.metrics import best_alone, best_one_to_one, share_right
from km3aid.molecules.features import ATOM_COLUMNS
from km3aid.reproduction.plan import Plan
from km3aid.reproduction.published import TABLE_3

CASE_IDS = (20191776, 11429, 20212786)  # nmrshiftdb2: figures 4A, F.2A and F.2B
_HYDROGENS = list(ATOM_COLUMNS).index("hydrogens")


class Shares(NamedTuple):
    """Of every molecule (V,) the share of its peaks that are right, by the three definitions."""

    alone: NDArray[np.float32]
    released: NDArray[np.float32]
    one_to_one: NDArray[np.float32]


def judge_nodes(logits: Sequence[NDArray[np.float32]], shift_ppm: Sequence[NDArray[np.float32]]) -> Shares:
    """`Shares` by the logits (C, C) of each molecule's peaks × carbons, both in the order of the atoms.

    Peaks are looked at by rising shift, so that among carbons that a model cannot tell apart none wins by its place.
    """
    found = []
    for score, ppm in zip(logits, shift_ppm, strict=True):
        order = np.argsort(ppm, kind="stable")
        own = score[order].astype(np.float64)
        chosen = (best_alone(own), best_alone(released_scores(own)), best_one_to_one(own))
        found.append([share_right(ppm[c], ppm[order]) for c in chosen])
    return Shares._make(np.array(found, np.float32).reshape(-1, 3).T)


def released_scores(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logarithm of a softmax over the peaks for each carbon, by which the release then picks each peak's carbon."""
    away = logits - logits.max(0, keepdims=True)
    out: NDArray[np.float64] = away - np.log(np.exp(away).sum(0, keepdims=True))
    return out


def recorded_shifts(data: Dataset, rows: NDArray[np.int64]) -> list[NDArray[np.float32]]:
    """The shifts of each molecule's carbons that have one, in the order of the atoms, of its fullest spectrum."""
    found = []
    for row in rows:
        first = int(data.value_offset[data.spectrum_offset[row]])
        values = data.shift_ppm[first : first + int(data.atom_offset[row + 1] - data.atom_offset[row])]
        found.append(np.asarray(values[~np.isnan(values)], np.float32))
    return found


def isomers_of_table_3(plan: Plan, data: Dataset) -> dict[str, NDArray[np.int64]]:
    """The rows of the paper's ten groups: all molecules of its list with one of these formulas."""
    listed = np.flatnonzero(np.isin(data.record_id, read_paper_ids(plan.paper_ids)) & data.complete)
    wanted: dict[str, list[int]] = {formula: [] for formula in TABLE_3}
    for row in listed:
        formula = composition(data, int(row))
        if formula in wanted:
            wanted[formula].append(int(row))
    return {formula: np.array(rows, np.int64) for formula, rows in wanted.items()}


def composition(data: Dataset, row: int) -> str:
    """The formula of an organic molecule of C, H, N and O; of others something that is no formula of these."""
    atoms = data.atoms[int(data.atom_offset[row]) : int(data.atom_offset[row + 1])]
    number, hydrogens = atoms[:, 0], int(atoms[:, _HYDROGENS].sum()) + int((atoms[:, 0] == 1).sum())
    carbon, nitrogen, oxygen = (int((number == n).sum()) for n in (6, 7, 8))
    counts = {"C": carbon, "H": hydrogens, "N": nitrogen, "O": oxygen}
    rest = int((~np.isin(number, (1, 6, 7, 8))).sum())
    return "".join(f"{e}{n if n > 1 else ''}" for e, n in counts.items() if n) + "?" * rest


def rows_of_cases(data: Dataset) -> NDArray[np.int64]:
    """The rows of the figures' molecules that the data hold, in the order of `CASE_IDS`."""
    return np.array([int(n) for i in CASE_IDS for n in np.flatnonzero(data.record_id == i)], np.int64)
