"""Tell diastereomers apart: the spectrum of each of two that were both measured is compared with both structures.

What a difference of their scores says is fitted on pairs outside the validation block and reported on those in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import permutations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset
from km3aid.data.folds import Split, connectivity
from km3aid.engine import Engine
from km3aid.evaluation.block import ValidationBlock
from km3aid.evaluation.cases import Case, make_cases
from km3aid.evaluation.metrics import bootstrap_interval, calibration_error, reliability_curve
from km3aid.matching.configurations import Configurations
from km3aid.matching.logistic import fit_logistic
from km3aid.molecules.isomers import are_diastereomers

Pair = tuple[int, int]  # rows of the data: whose spectrum it is, and what else it could be


def untrained_pairs(data: Dataset, split: Split) -> list[Pair]:
    """Ordered pairs of completely assigned diastereomers whose connectivity no training molecule has."""
    blocks = connectivity(data.inchi_key)
    untrained = ~np.isin(blocks, np.unique(blocks[split.train])) & (blocks != b"") & data.complete
    groups: dict[bytes, list[int]] = defaultdict(list)
    for row in np.flatnonzero(untrained).tolist():
        groups[blocks[row]].append(row)
    smiles = {row: data.smiles[row].decode() for rows in groups.values() if len(rows) > 1 for row in rows}
    return [
        pair
        for rows in groups.values()
        for pair in permutations(rows, 2)
        if are_diastereomers(smiles[pair[0]], smiles[pair[1]])
    ]


class Apart(NamedTuple):
    """How far apart a pair is, by the scores of `Engine.rank` for the spectrum of its first."""

    connectivity: bytes
    in_block: bool
    per_carbon: float  # own score less the other's, in log-odds, with one peak per carbon
    distinct: float  # the same with the distinct peaks


def evaluate_diastereomers(engine: Engine, block: ValidationBlock) -> tuple[Configurations, dict[str, Any]]:
    """What a difference counts, and the share of the pairs in which the right one comes first; ties count half.

    Every connectivity counts the same, and the 95 % interval is over connectivities.
    """
    pairs = untrained_pairs(block.data, block.split)
    apart = _apart(engine, block, pairs)
    by_connectivity: dict[bytes, list[float]] = defaultdict(list)
    for pair in apart:
        by_connectivity[pair.connectivity].append(_right(pair.per_carbon))
    shares = np.array([float(np.mean(each)) for each in by_connectivity.values()])
    told = fit_configurations([pair for pair in apart if not pair.in_block])
    return told, {
        "pairs": len(pairs),
        "connectivities": len(shares),
        "right_first": float(shares.mean()) if len(shares) else None,
        "right_first_interval": list(bootstrap_interval(shares)) if len(shares) else None,
        "right_first_of_pairs": float(np.mean(np.concatenate([*by_connectivity.values()]))) if pairs else None,
        "configurations": told.to_dict(),
        "fitted_on_pairs": sum(not pair.in_block for pair in apart),
        "calibration": _calibration(told, [pair for pair in apart if pair.in_block]),
    }


def fit_configurations(apart: Sequence[Apart]) -> Configurations:
    """What makes the right structures of these pairs likeliest, every connectivity counting the same; at most 1."""
    if not apart:
        return Configurations()
    keys = [pair.connectivity for pair in apart]
    weight = np.array([1 / keys.count(key) for key in keys])

    def fitted(difference: NDArray[np.float64]) -> float:
        either = np.concatenate([difference, -difference])[:, None]  # by symmetry there is no intercept
        right = np.repeat([True, False], len(difference))
        slope = fit_logistic(["difference"], either, right, np.tile(weight, 2)).weights["difference"]
        return round(min(max(slope, 0.0), 1.0), 3)

    return Configurations(
        fitted(np.array([pair.per_carbon for pair in apart])), fitted(np.array([pair.distinct for pair in apart]))
    )


def _calibration(told: Configurations, apart: Sequence[Apart]) -> dict[str, Any] | None:
    """How the probability of the likelier one of each pair holds, told as it is and at full differences."""
    if not apart:
        return None
    result: dict[str, Any] = {"pairs": len(apart)}
    for form, per_carbon in (("per_carbon", True), ("distinct", False)):
        difference = np.array([pair.per_carbon if per_carbon else pair.distinct for pair in apart])
        right = difference > 0
        sure = np.array([told.shares(np.array([0.0, size]), per_carbon)[1] for size in np.abs(difference)])
        full = np.array([Configurations().shares(np.array([0.0, size]), per_carbon)[1] for size in np.abs(difference)])
        result[form] = {
            "right_first": float(np.mean([_right(value) for value in difference])),
            "calibration_error": calibration_error(sure, right, 10),
            "calibration_error_at_full_differences": calibration_error(full, right, 10),
            "reliability": reliability_curve(sure, right),
        }
    return result


def _apart(engine: Engine, block: ValidationBlock, pairs: Sequence[Pair]) -> list[Apart]:
    data, own_block = block.data, set(block.rows.tolist())
    cases = {case.row: case for case in make_cases(engine, data, np.unique(np.array(pairs, np.int64).ravel()))}
    found = []
    for own, other in pairs:
        smiles = [data.smiles[row].decode() for row in (own, other)]
        found.append(Apart(data.inchi_key[own][:14], own in own_block, *_differences(engine, smiles, cases[own])))
    return found


def _differences(engine: Engine, smiles: Sequence[str], own: Case) -> tuple[float, float]:
    """The score of the first structure less that of the second, per carbon and with distinct peaks."""
    found = []
    for spectrum in (own.per_carbon(), own.distinct()):
        score = {hit.smiles: hit.score for hit in engine.rank(smiles, spectrum, by="structure").hits}
        found.append(score[smiles[0]] - score[smiles[1]])
    return found[0], found[1]


def _right(difference: float) -> float:
    return 0.5 if difference == 0 else float(difference > 0)
