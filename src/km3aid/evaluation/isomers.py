"""Tell isomers apart: in every group of one formula each spectrum is compared with all members of its group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset
from km3aid.data.folds import connectivity
from km3aid.engine import Engine
from km3aid.evaluation.cases import Case
from km3aid.evaluation.metrics import share_of_first
from km3aid.molecules import parse_smiles

MEMBERS = 10  # fewer make no group


class IsomerGroup(NamedTuple):
    """The N molecules of one formula; records of one InChIKey are one molecule, so that any of them is right."""

    formula: str
    cases: Sequence[Case]
    smiles: Sequence[str]
    keys: NDArray[np.bytes_]  # (N,)
    blocks: NDArray[np.bytes_]  # (N,) first blocks of the keys: connectivities


class Ranked(NamedTuple):
    """One spectrum against its group: the right one's share of first place, by InChIKey and by connectivity."""

    right: float
    right_connectivity: float
    first: int  # the member that came first


MemberScores = Callable[[Engine, IsomerGroup, Case], NDArray[np.float64]]
"""Scores (N,) of all members for the spectrum of one, with one peak per carbon."""


def isomer_groups(data: Dataset, cases: Sequence[Case], members: int = MEMBERS) -> list[IsomerGroup]:
    """The groups of at least `members` molecules, by formula."""
    by_formula: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_formula[parse_smiles(data.smiles[case.row].decode()).formula].append(case)
    return [_group(data, f, group) for f, group in sorted(by_formula.items()) if len(group) >= members]


def _group(data: Dataset, formula: str, cases: list[Case]) -> IsomerGroup:
    rows = [case.row for case in cases]
    keys = data.inchi_key[rows]
    return IsomerGroup(formula, cases, [s.decode() for s in data.smiles[rows]], keys, connectivity(keys))


def tool_scores(engine: Engine, group: IsomerGroup, case: Case) -> NDArray[np.float64]:
    """`MemberScores` by `Engine.rank`."""
    score = {hit.smiles: hit.score for hit in engine.rank(group.smiles, case.per_carbon(), by="structure").hits}
    return np.array([score[smiles] for smiles in group.smiles])


def similarity_scores(engine: Engine, group: IsomerGroup, case: Case) -> NDArray[np.float64]:
    """`MemberScores` by the graph level alone, as in the paper."""
    vector = engine.query(case.per_carbon()).vector
    return (np.stack([c.graph for c in group.cases]) @ vector).astype(np.float64)


def rank_members(engine: Engine, group: IsomerGroup, scores: MemberScores) -> list[Ranked]:
    """Rank the group for the spectrum of each of its members."""
    ranked = []
    for n, case in enumerate(group.cases):
        score = scores(engine, group, case)
        right, same_block = group.keys == group.keys[n], group.blocks == group.blocks[n]
        ranked.append(Ranked(share_of_first(score, right), share_of_first(score, same_block), int(score.argmax())))
    return ranked


def evaluate_isomers(engine: Engine, data: Dataset, cases: Sequence[Case], members: int = MEMBERS) -> dict[str, Any]:
    """Accuracy of `Engine.rank` as the mean over the groups; lists each miss and what came first instead."""
    report: list[dict[str, Any]] = []
    misses: list[dict[str, Any]] = []
    for group in isomer_groups(data, cases, members):
        ranked = rank_members(engine, group, tool_scores)
        report.append(
            {
                "formula": group.formula,
                "members": len(group.cases),
                "right": sum(r.right for r in ranked),
                "connectivities_differ": len(set(group.blocks)) == len(group.blocks),
            }
        )
        misses += [
            {
                "formula": group.formula,
                "is": group.smiles[n],
                "found": group.smiles[r.first],
                "same_connectivity": bool(group.blocks[r.first] == group.blocks[n]),
            }
            for n, r in enumerate(ranked)
            if r.right < 1
        ]
    return {
        "groups": len(report),
        "molecules": sum(g["members"] for g in report),
        "accuracy": float(np.mean([g["right"] / g["members"] for g in report])) if report else None,
        "misses_of_other_connectivity": sum(not m["same_connectivity"] for m in misses),
        "by_group": report,
        "misses": misses,
    }
