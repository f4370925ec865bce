"""Tables 1 and 3 and figure 3: one model on a validation block, molecule by molecule and isomer by isomer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset
from km3aid.engine import Engine
from km3aid.evaluation.cases import Case
from km3aid.evaluation.graph_level import match_in_batches
from km3aid.evaluation.isomers import IsomerGroup, MemberScores, Ranked, rank_members
from km3aid.evaluation.metrics import accuracy_summary, size_bands
from km3aid.evaluation.node_level import NodeScores, case_shares


def evaluate_alignment(
    engine: Engine, data: Dataset, cases: Sequence[Case], unseen: NDArray[np.bool_], scores: NodeScores
) -> dict[str, Any]:
    """Graph level in batches of 128, node level by the paper's definition and one-to-one, shares by size.

    `unseen` (M,) marks molecules of the data whose connectivity was not used in training.
    """
    rows = np.array([case.row for case in cases])
    shares = np.array([case_shares(case, scores(engine, case)) for case in cases])
    carbons = np.array([len(case.carbons) for case in cases])
    graph, new = match_in_batches(engine, data, rows), unseen[rows]
    return {
        "molecules": len(cases),
        "graph": graph.summary(),
        "node": float(shares[:, 0].mean()),
        "one_to_one": float(shares[:, 1].mean()),
        "unseen_connectivity": {
            "molecules": int(new.sum()),
            "graph": _mean(graph.spectrum_to_molecule[unseen[graph.rows]]),
            "node": _mean(shares[new, 0]),
            "one_to_one": _mean(shares[new, 1]),
        },
        "by_size": {
            name: {
                "molecules": int(band.sum()),
                "node": accuracy_summary(shares[band, 0]),
                "one_to_one": accuracy_summary(shares[band, 1]),
            }
            for name, band in size_bands(carbons).items()
        },
    }


def summarise_groups(engine: Engine, groups: Sequence[IsomerGroup], scores: MemberScores) -> dict[str, Any]:
    """Share of all spectra that are told from their isomers; a stereoisomer in front is told from another connectivity.

    Every spectrum counts the same here; `evaluate_isomers` gives every group the same weight.
    """
    rows = [_group_figures(group, rank_members(engine, group, scores)) for group in groups]
    total = sum(r["members"] for r in rows)
    differ = [r for r in rows if r["connectivities"] == r["members"]]
    return {
        "groups": len(rows),
        "molecules": total,
        "accuracy": sum(r["right"] for r in rows) / total if total else None,
        "connectivity_accuracy": sum(r["right_connectivity"] for r in rows) / total if total else None,
        "groups_without_error": sum(r["right"] == r["members"] for r in rows),
        "groups_of_different_connectivity": len(differ),
        "groups_of_different_connectivity_without_error": sum(r["right"] == r["members"] for r in differ),
        "by_group": rows,
    }


def _group_figures(group: IsomerGroup, ranked: Sequence[Ranked]) -> dict[str, Any]:
    sizes = np.unique(group.blocks, return_counts=True)[1]
    return {
        "formula": group.formula,
        "members": len(group.cases),
        "connectivities": len(sizes),
        "members_with_stereoisomers": int(sizes[sizes > 1].sum()),
        "right": sum(r.right for r in ranked),
        "right_connectivity": sum(r.right_connectivity for r in ranked),
    }


def _mean(values: NDArray[Any]) -> float | None:
    """None where there are no values."""
    return float(values.mean()) if len(values) else None
