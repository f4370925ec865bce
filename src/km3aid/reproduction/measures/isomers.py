"""Table 3: the paper's ten groups of isomers, each spectrum compared with all molecules of its group."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset
from km3aid.data.folds import connectivity
from km3aid.engine import Engine
from km3aid.evaluation.cases import make_cases
from km3aid.evaluation.isomers import IsomerGroup, MemberScores
from km3aid.evaluation.metrics import share_of_first
from km3aid.molecules.features import ATOM_COLUMNS

_HYDROGENS = list(ATOM_COLUMNS).index("hydrogens")
_ORGANIC = {6: "C", 1: "H", 7: "N", 8: "O"}

Groups = Mapping[str, NDArray[np.int64]]  # rows of the data by formula
GroupScores = Callable[[NDArray[np.int64]], NDArray[np.floating]]  # rows (N,) → spectra × molecules (N, N)


def groups_of(data: Dataset, rows: NDArray[np.int64], formulas: Mapping[str, Any]) -> dict[str, NDArray[np.int64]]:
    """Which of the `rows` have each of these formulas, without those that none has."""
    found: dict[str, list[int]] = {formula: [] for formula in formulas}
    for row in rows:
        formula = composition(data, int(row))
        if formula in found:
            found[formula].append(int(row))
    return {formula: np.array(members, np.int64) for formula, members in found.items() if members}


def composition(data: Dataset, row: int) -> str:
    """The formula of a molecule of C, H, N and O; for others something that is no formula of these."""
    atoms = data.atoms[int(data.atom_offset[row]) : int(data.atom_offset[row + 1])]
    counts = {symbol: int((atoms[:, 0] == number).sum()) for number, symbol in _ORGANIC.items()}
    others = len(atoms) - sum(counts.values())
    counts["H"] += int(atoms[:, _HYDROGENS].sum())
    return "".join(f"{symbol}{n if n > 1 else ''}" for symbol, n in counts.items() if n) + "?" * others


def judge_groups(data: Dataset, groups: Groups, scores: GroupScores, held_out: NDArray[np.int64]) -> dict[str, Any]:
    """For every member of every group how far its molecule comes first, and whether it validates.

    A first place that equal scores share counts in parts. `held_out` are the rows of the validation block.
    """
    by_group = []
    for formula, rows in groups.items():
        keys, of_all = data.inchi_key[rows], scores(rows)
        blocks, members = connectivity(keys), []
        for n, row in enumerate(rows):
            right, related = (share_of_first(of_all[n], kind == kind[n]) for kind in (keys, blocks))
            figures = {"right": right, "right_connectivity": related, "held_out": bool(np.isin(row, held_out))}
            members.append({"nmrshiftdb2_id": int(data.record_id[row]), **figures})
        by_group.append({"formula": formula, "connectivities": len(np.unique(blocks)), "members": members})
    return {"by_group": by_group}


def engine_scores(engine: Engine, data: Dataset, scores: MemberScores) -> GroupScores:
    """`GroupScores` of a model, one peak per carbon with its multiplicity."""

    def of_group(rows: NDArray[np.int64]) -> NDArray[np.floating]:
        cases, keys = list(make_cases(engine, data, rows)), data.inchi_key[rows]
        group = IsomerGroup("", cases, [s.decode() for s in data.smiles[rows]], keys, connectivity(keys))
        return np.stack([scores(engine, group, case) for case in cases])

    return of_group
