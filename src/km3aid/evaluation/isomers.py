"""Rank the isomers of a validation block: every group of equal formula, each spectrum against all its members."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from km3aid.data.dataset import Dataset
from km3aid.engine import Engine
from km3aid.evaluation.cases import Case
from km3aid.molecules import parse_smiles


def evaluate_isomers(engine: Engine, data: Dataset, cases: Sequence[Case], members: int = 10) -> dict[str, Any]:
    """Top-1 accuracy in every formula group of at least `members`; lists each miss and what came first instead."""
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        groups[parse_smiles(data.smiles[case.row].decode()).formula].append(case)
    report: list[dict[str, Any]] = []
    misses: list[dict[str, Any]] = []
    for formula, group in sorted(groups.items()):
        if len(group) < members:
            continue
        smiles = [data.smiles[c.row].decode() for c in group]
        blocks = [data.inchi_key[c.row][:14] for c in group]
        right = 0
        for n, case in enumerate(group):
            hits = engine.rank(smiles, case.per_carbon())
            first = smiles.index(hits.hits[0].smiles)
            if smiles[first] == smiles[n]:
                right += 1
            else:
                same = blocks[first] == blocks[n]
                misses.append({"formula": formula, "is": smiles[n], "found": smiles[first], "same_connectivity": same})
        distinct = len(set(blocks)) == len(blocks)
        report.append({"formula": formula, "members": len(group), "right": right, "connectivities_differ": distinct})
    total = sum(g["members"] for g in report)
    return {
        "groups": len(report),
        "molecules": total,
        "accuracy": float(np.mean([g["right"] / g["members"] for g in report])) if report else None,
        "misses_of_other_connectivity": sum(not m["same_connectivity"] for m in misses),
        "by_group": report,
        "misses": misses,
    }
