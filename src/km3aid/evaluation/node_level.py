"""Scores of every peak at every carbon of its molecule, with one peak per carbon: what the node level is judged by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.encoding.encode import node_logits
from km3aid.engine import Engine
from km3aid.evaluation.cases import Case
from km3aid.evaluation.metrics import best_alone, best_one_to_one, best_released, share_right

NodeScores = Callable[[Engine, Case], NDArray[np.float64]]
"""Scores (C, C) of the peaks by rising shift at the carbons in the order of the atoms.

The orders differ on purpose: among carbons that the model cannot tell apart the first wins, which must not be the
right one by the way they are listed.
"""


class NodeShares(NamedTuple):
    """Share of a molecule's peaks that are right: each peak's best carbon by itself; the same as the paper's release
    scores it, after a softmax over the peaks for each carbon; and the best matching.
    """

    alone: float
    released: float
    one_to_one: float


def cost_scores(engine: Engine, case: Case) -> NDArray[np.float64]:
    """`NodeScores` by everything that the tool uses: predicted shifts, multiplicities and the node level."""
    cost = engine.match_costs(case.node, case.classes, case.per_carbon())
    owner = {atom: k for k, atoms in enumerate(case.classes.atoms) for atom in atoms}
    return -cost[:, [owner[int(atom)] for atom in np.sort(case.carbons)]]


def logit_scores(engine: Engine, case: Case) -> NDArray[np.float64]:
    """`NodeScores` by the node level alone, as in the paper."""
    return node_logits(engine.network, case.per_carbon(), case.node[np.sort(case.carbons)])


def node_shares(
    score: NDArray[np.float64], peak_ppm: NDArray[np.float32], carbon_ppm: NDArray[np.float32]
) -> NodeShares:
    """All shares for `score` (C, C) of peaks at `peak_ppm` (C,) and carbons recorded at `carbon_ppm` (C,)."""
    chosen = (best_alone(score), best_released(score), best_one_to_one(score))
    return NodeShares(*(share_right(carbon_ppm[c], peak_ppm) for c in chosen))


def summarise_shares(shares: Sequence[NodeShares]) -> dict[str, float]:
    """Means over molecules, and the share of them without an error one-to-one."""
    alone, released, one_to_one = np.array(shares).T
    return {
        "node": float(alone.mean()),
        "released": float(released.mean()),
        "one_to_one": float(one_to_one.mean()),
        "no_error": float((one_to_one == 1).mean()),
    }


def case_shares(case: Case, score: NDArray[np.float64]) -> NodeShares:
    """`node_shares` of a case, with scores in the orders of `NodeScores`."""
    recorded = case.recorded_ppm
    return node_shares(score, recorded[case.carbons], recorded[np.sort(case.carbons)])
