"""What the paper does not ask: how reliable confidences are, which molecules are hard, which records look wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset
from km3aid.engine import Engine
from km3aid.evaluation.assignment import joined, score_distinct, score_per_carbon
from km3aid.evaluation.cases import Case
from km3aid.evaluation.metrics import accuracy_in_bins, best_one_to_one, reliability_curve
from km3aid.evaluation.node_level import cost_scores
from km3aid.molecules import parse_smiles
from km3aid.molecules.similarity import nearest_tanimoto

CONTRADICTED = 50
_CARBONS = (1, 6, 10, 15, 21, 31, 1000)
_RINGS = (0, 1, 2, 3, 4, 5, 1000)
_TANIMOTO = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9999, 1.01)


def reliability(engine: Engine, cases: Sequence[Case]) -> dict[str, list[dict[str, Any]]]:
    """Assigned peaks in tenths of their confidence: number, mean confidence, share that is right."""
    return {
        "per_carbon": reliability_curve(*joined(score_per_carbon(engine, cases))),
        "distinct": reliability_curve(*joined(score_distinct(engine, cases))),
    }


def difficulty(
    engine: Engine, data: Dataset, cases: Sequence[Case], train: NDArray[np.int64]
) -> dict[str, list[dict[str, Any]]]:
    """One-to-one accuracy and molecules without error by carbons, rings and similarity to the paper's training set."""
    molecules = [parse_smiles(data.smiles[c.row].decode()) for c in cases]
    known = [parse_smiles(data.smiles[row].decode()) for row in train]
    share = np.array([s.share_right for s in score_per_carbon(engine, cases)])
    carbons = np.array([len(c.carbons) for c in cases], float)
    rings = np.array([m.mol.GetRingInfo().NumRings() for m in molecules], float)
    return {
        "carbons": accuracy_in_bins(carbons, share, _CARBONS),
        "rings": accuracy_in_bins(rings, share, _RINGS),
        "nearest_tanimoto": accuracy_in_bins(np.array(nearest_tanimoto(molecules, known)), share, _TANIMOTO),
    }


def contradicted_records(engine: Engine, data: Dataset, cases: Sequence[Case]) -> list[dict[str, Any]]:
    """The reference assignments that cost most above the cheapest one of the same peaks, in nats: probable errors."""
    compared = [_contradiction(engine, data, case) for case in cases]
    return sorted((c for c in compared if c["moved"]), key=lambda c: -c["nats"])[:CONTRADICTED]


def _contradiction(engine: Engine, data: Dataset, case: Case) -> dict[str, Any]:
    score = cost_scores(engine, case)
    atoms = np.sort(case.carbons)
    own = np.searchsorted(atoms, case.carbons)  # column of each peak's recorded carbon
    rows, chosen = np.arange(len(score)), best_one_to_one(score)
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
        for p, c in enumerate(chosen)
        if recorded[atoms[c]] != recorded[case.carbons[p]]
    ]
    return {
        "nmrshiftdb2_id": int(data.record_id[case.row]),
        "smiles": data.smiles[case.row].decode(),
        "nats": round(nats, 2),
        "moved": moved,
    }
