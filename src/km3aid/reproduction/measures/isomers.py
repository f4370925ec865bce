"""Table 3: every group of at least ten isomers of a validation block, each spectrum against all its members."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from km3aid.data.dataset import Dataset
from km3aid.engine import Engine
from km3aid.evaluation.cases import Case
from km3aid.matching.assign import cheapest_cost
from km3aid.matching.fusion import fuse
from km3aid.molecules import parse_smiles


def evaluate_isomer_groups(
    engine: Engine, data: Dataset, cases: Sequence[Case], by_similarity: bool, members: int = 10
) -> dict[str, Any]:
    """Accuracy per formula; a miss in favour of a stereoisomer is told from one of another connectivity.

    Records of one InChIKey are one molecule, so that any of them is a hit. `by_similarity`: the graph level alone.
    """
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        groups[parse_smiles(data.smiles[case.row].decode()).formula].append(case)
    kept = sorted((f, g) for f, g in groups.items() if len(g) >= members)
    rows = [_group(engine, data, formula, group, by_similarity) for formula, group in kept]
    total = sum(r["members"] for r in rows)
    differ = [r for r in rows if r["connectivities"] == r["members"]]
    return {
        "groups": len(rows),
        "molecules": total,
        "accuracy": _share(sum(r["right"] for r in rows), total),
        "connectivity_accuracy": _share(sum(r["right_connectivity"] for r in rows), total),
        "groups_without_error": sum(r["right"] == r["members"] for r in rows),
        "groups_of_different_connectivity": len(differ),
        "groups_of_different_connectivity_without_error": sum(r["right"] == r["members"] for r in differ),
        "by_group": rows,
    }


def _group(engine: Engine, data: Dataset, formula: str, group: list[Case], by_similarity: bool) -> dict[str, Any]:
    keys = np.array([data.inchi_key[c.row] for c in group])
    blocks = np.array([key[:14] for key in keys])
    molecules = np.stack([c.graph for c in group])
    right = right_connectivity = 0.0
    for n, case in enumerate(group):
        question = engine.question(case.per_carbon())
        score = (molecules @ question.vector).astype(np.float64)
        if not by_similarity:
            cost = [cheapest_cost(question.spectrum, c.classes, engine.matching) for c in group]
            score = fuse(score, -np.array(cost), question.fusion)
        best = score == score.max()  # ties share the hit
        right += float((keys[best] == keys[n]).mean())
        right_connectivity += float((blocks[best] == blocks[n]).mean())
    sizes = np.unique(blocks, return_counts=True)[1]
    return {
        "formula": formula,
        "members": len(group),
        "connectivities": len(sizes),
        "members_with_stereoisomers": int(sizes[sizes > 1].sum()),
        "right": right,
        "right_connectivity": right_connectivity,
    }


def _share(part: float, whole: int) -> float | None:
    return part / whole if whole else None
