"""One assignment by several definitions: which figure is meant by "accuracy" moves it by several points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from km3aid.engine import Engine
from km3aid.evaluation.cases import Case
from km3aid.evaluation.metrics import error_free_by_size
from km3aid.evaluation.node_level import NodeScores, NodeShares, case_shares, cost_scores, logit_scores

SCORES: dict[str, NodeScores] = {"node_level": logit_scores, "whole_cost": cost_scores}


def by_definition(engine: Engine, cases: Sequence[Case]) -> dict[str, Any]:
    """For the node level alone and for the tool's whole cost: accuracy and molecules without error by each definition.

    One peak per carbon with its multiplicity; definitions as in `NodeShares`.
    """
    carbons = np.array([len(case.carbons) for case in cases])
    found = {}
    for name, scores in SCORES.items():
        shares = np.array([case_shares(case, scores(engine, case)) for case in cases])
        found[name] = {
            definition: {"accuracy": float(own.mean()), "no_error": error_free_by_size(own, carbons)}
            for definition, own in zip(NodeShares._fields, shares.T, strict=True)
        }
    return found
