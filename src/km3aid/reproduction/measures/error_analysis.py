"""What the paper lacks: how far confidences hold, what makes a molecule hard, and records that look wrong."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from km3aid.data.dataset import Dataset
from km3aid.engine import Engine
from km3aid.evaluation.assignment import score_distinct, score_per_carbon
from km3aid.evaluation.cases import Case
from km3aid.molecules import parse_smiles
from km3aid.molecules.similarity import nearest_tanimoto
from km3aid.reproduction.measures.alignment import node_scores

CONTRADICTED = 50
_CARBONS = (1, 6, 10, 15, 21, 31, 1000)
_RINGS = (0, 1, 2, 3, 4, 5, 1000)
_TANIMOTO = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9999, 1.01)


def reliability(engine: Engine, cases: Sequence[Case]) -> dict[str, list[dict[str, Any]]]:
    """Assigned peaks in tenths of their confidence: number, mean confidence, share that is right."""
    listed = [score_per_carbon(c, engine.match(c.node, c.classes, c.per_carbon())) for c in cases]
    distinct = [score_distinct(c, engine.match(c.node, c.classes, c.distinct())) for c in cases]
    found = {}
    for name, scored in (("per_carbon", listed), ("distinct", distinct)):
        confidence = np.concatenate([s.confidence for s in scored])
        found[name] = reliability_curve(confidence, np.concatenate([s.correct for s in scored]))
    return found


def reliability_curve(confidence: NDArray[np.float64], correct: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """Ten bins of equal width; empty ones are left out."""
    place = np.minimum((confidence * 10).astype(int), 9)
    return [
        {
            "peaks": int((place == b).sum()),
            "confidence": float(confidence[place == b].mean()),
            "right": float(correct[place == b].mean()),
        }
        for b in np.unique(place)
    ]


def difficulty(
    engine: Engine, data: Dataset, cases: Sequence[Case], train: NDArray[np.int64]
) -> dict[str, list[dict[str, Any]]]:
    """One-to-one accuracy and molecules without error by carbons, rings and similarity to the paper's training set."""
    molecules = [parse_smiles(data.smiles[c.row].decode()) for c in cases]
    known = [parse_smiles(data.smiles[row].decode()) for row in train]
    share = np.array([score_per_carbon(c, engine.match(c.node, c.classes, c.per_carbon())).share_right for c in cases])
    carbons = np.array([len(c.carbons) for c in cases], float)
    rings = np.array([m.mol.GetRingInfo().NumRings() for m in molecules], float)
    return {
        "carbons": by_bins(carbons, share, _CARBONS),
        "rings": by_bins(rings, share, _RINGS),
        "nearest_tanimoto": by_bins(np.array(nearest_tanimoto(molecules, known)), share, _TANIMOTO),
    }


def by_bins(values: NDArray[np.float64], share: NDArray[np.float64], edges: Sequence[float]) -> list[dict[str, Any]]:
    """Mean share and how many are 1, for `edges[i]` ≤ value < `edges[i + 1]`; empty bins are left out."""
    rows = []
    for low, high in pairwise(edges):
        inside = (values >= low) & (values < high)
        if inside.any():
            perfect = float((share[inside] == 1).mean())
            figures = {"molecules": int(inside.sum()), "accuracy": float(share[inside].mean()), "no_error": perfect}
            rows.append({"from": low, "below": high, **figures})
    return rows


def contradicted_records(engine: Engine, data: Dataset, cases: Sequence[Case]) -> list[dict[str, Any]]:
    """The reference assignments that cost most nats more than the cheapest one of the same peaks: probable errors."""
    found = [_contradiction(engine, data, case) for case in cases]
    return sorted((f for f in found if f["moved"]), key=lambda f: -f["nats"])[:CONTRADICTED]


def _contradiction(engine: Engine, data: Dataset, case: Case) -> dict[str, Any]:
    score = node_scores(engine, case, by_logits=False)
    atoms = np.sort(case.carbons)
    own = np.searchsorted(atoms, case.carbons)  # column of each peak's recorded carbon
    rows, chosen = linear_sum_assignment(score, maximize=True)
    nats = float(score[rows, chosen].sum() - score[rows, own].sum())
    recorded, predicted = case.recorded_ppm, case.predicted_ppm
    moved = [
        {
            "shift_ppm": round(float(recorded[case.carbons[p]]), 2),
            "recorded_atom": int(case.carbons[p]),
            "predicted_there_ppm": round(float(predicted[case.carbons[p]]), 1),
            "model_atom": int(atoms[c]),
            "predicted_here_ppm": round(float(predicted[atoms[c]]), 1),
        }
        for p, c in zip(rows, chosen, strict=True)
        if recorded[atoms[c]] != recorded[case.carbons[p]]
    ]
    return {
        "nmrshiftdb2_id": int(data.record_id[case.row]),
        "smiles": data.smiles[case.row].decode(),
        "nats": round(nats, 2),
        "moved": moved,
    }
