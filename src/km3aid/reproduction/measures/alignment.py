"""Table 1 and figure 3: graph and node level of one model on a validation block, molecule by molecule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from km3aid.data.batches import NONE, cut_batch
from km3aid.data.dataset import Dataset
from km3aid.encoding.encode import node_logits
from km3aid.engine import Engine
from km3aid.evaluation.cases import Case
from km3aid.evaluation.graph_level import evaluate_graph_level

BANDS = ("all", "under_10", "10_to_20", "over_20")
BATCH = 128


def evaluate_alignment(
    engine: Engine, data: Dataset, cases: Sequence[Case], unseen: NDArray[np.bool_], by_logits: bool
) -> dict[str, Any]:
    """Graph level in batches of 128, node level by the paper's definition and one-to-one, shares by size.

    `unseen` (M,) marks molecules of the data whose connectivity did not train. `by_logits`: the node level alone
    decides, as in the paper; otherwise the costs that the tool uses.
    """
    rows = np.array([case.row for case in cases])
    shares = np.array([_case_shares(engine, case, by_logits) for case in cases])
    carbons = np.array([len(case.carbons) for case in cases])
    new = unseen[rows]
    return {
        "molecules": len(cases),
        "graph": evaluate_graph_level(engine, data, rows),
        "node": float(shares[:, 0].mean()),
        "one_to_one": float(shares[:, 1].mean()),
        "unseen_connectivity": {
            "molecules": int(new.sum()),
            "graph": _graph_share(engine, data, rows, new),
            "node": float(shares[new, 0].mean()) if new.any() else None,
            "one_to_one": float(shares[new, 1].mean()) if new.any() else None,
        },
        "by_size": {
            name: {
                "molecules": int(band.sum()),
                "node": accuracy_shares(shares[band, 0]),
                "one_to_one": accuracy_shares(shares[band, 1]),
            }
            for name, band in zip(BANDS, size_bands(carbons), strict=True)
        },
    }


def node_shares(
    score: NDArray[np.float64], peaks_ppm: NDArray[np.float32], recorded_ppm: NDArray[np.float32]
) -> tuple[float, float]:
    """Share of peaks whose carbon has the peak's shift, by each peak's best carbon and by the best one-to-one choice.

    `score` (C, C): the peaks at `peaks_ppm` against the carbons with `recorded_ppm`.
    """
    alone = recorded_ppm[score.argmax(1)] == peaks_ppm
    _, chosen = linear_sum_assignment(score, maximize=True)
    return float(alone.mean()), float((recorded_ppm[chosen] == peaks_ppm).mean())


def size_bands(carbons: NDArray[np.int64]) -> tuple[NDArray[np.bool_], ...]:
    """The molecules of each of `BANDS`, by their number of carbons."""
    return carbons > 0, carbons < 10, (carbons >= 10) & (carbons <= 20), carbons > 20


def accuracy_shares(shares: NDArray[np.float64]) -> dict[str, Any]:
    """Share of molecules with everything right and with at least 80 %, and a histogram in tenths."""
    if not len(shares):
        return {"perfect": None, "at_least_80": None, "histogram": [0] * 10}
    tenths = np.minimum((shares * 10 + 1e-9).astype(int), 9)
    return {
        "perfect": float((shares == 1).mean()),
        "at_least_80": float((shares >= 0.8 - 1e-9).mean()),
        "histogram": np.bincount(tenths, minlength=10).tolist(),
    }


def node_scores(engine: Engine, case: Case, by_logits: bool) -> NDArray[np.float64]:
    """Scores (C, C) of the peaks by rising shift at the carbons in the order of the atoms.

    The orders differ on purpose: among carbons that the model cannot tell apart the first wins, which must not be the
    right one by the way they are listed.
    """
    carbons = np.sort(case.carbons)
    if by_logits:
        return node_logits(engine.model, case.per_carbon(), case.node[carbons], engine.device)
    cost = engine.match_costs(case.node, case.classes, case.per_carbon())
    owner = {atom: k for k, atoms in enumerate(case.classes.atoms) for atom in atoms}
    return -cost[:, [owner[int(atom)] for atom in carbons]]


def _case_shares(engine: Engine, case: Case, by_logits: bool) -> tuple[float, float]:
    recorded = case.recorded_ppm
    return node_shares(node_scores(engine, case, by_logits), recorded[case.carbons], recorded[np.sort(case.carbons)])


def _graph_share(engine: Engine, data: Dataset, rows: NDArray[np.int64], counted: NDArray[np.bool_]) -> float | None:
    """Spectrum → molecule accuracy in batches of 128 over the molecules that are `counted`."""
    if not counted.any():
        return None
    order = np.random.default_rng(0).permutation(len(rows))
    right = np.zeros(len(rows), bool)
    for start in range(0, len(rows), BATCH):
        part = order[start : start + BATCH]
        chosen = rows[part]
        batch = cut_batch(data, chosen, data.spectrum_offset[chosen], NONE, np.random.default_rng(0)).to(engine.device)
        with torch.inference_mode():
            found = (engine.model.encode_spectra(batch.peaks) @ engine.model.encode(batch.graph).graph.T).argmax(1)
        right[part] = found.cpu().numpy() == np.arange(len(part))
    return float(right[counted].mean())
