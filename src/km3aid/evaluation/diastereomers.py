"""Tell diastereomers apart: the spectrum of each of two that were both measured is compared with both structures.

What a difference of their scores says is fitted on all pairs, and reported on each fifth of the connectivities by a fit
on the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset
from km3aid.data.folds import Split, connectivity
from km3aid.engine import Engine
from km3aid.evaluation.cases import Case, make_cases
from km3aid.evaluation.metrics import (
    bootstrap_interval,
    calibration_error,
    chance_calibration_error,
    reliability_curve,
    share_of_first,
)
from km3aid.matching.configurations import Configurations
from km3aid.matching.logistic import fit_logistic
from km3aid.molecules.isomers import are_diastereomers

_FIFTHS, _BINS = 5, 10
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
    per_carbon: float  # own score less the other's, in log-odds, with one peak per carbon
    distinct: float  # the same with the distinct peaks


def evaluate_diastereomers(engine: Engine, data: Dataset, split: Split) -> tuple[Configurations, dict[str, Any]]:
    """What a difference counts, and the share of the pairs in which the right one comes first; ties count half.

    Every connectivity counts the same, and the 95 % interval is over connectivities.
    """
    apart = _apart(engine, data, untrained_pairs(data, split))
    by_connectivity: dict[bytes, list[float]] = defaultdict(list)
    for pair in apart:
        by_connectivity[pair.connectivity].append(_right(pair.per_carbon))
    shares = np.array([float(np.mean(each)) for each in by_connectivity.values()])
    told = fit_configurations(apart)
    return told, {
        "pairs": len(apart),
        "connectivities": len(shares),
        "right_first": float(shares.mean()) if len(shares) else None,
        "right_first_interval": list(bootstrap_interval(shares)) if len(shares) else None,
        "right_first_of_pairs": float(np.mean(np.concatenate([*by_connectivity.values()]))) if apart else None,
        "configurations": told.to_dict(),
        "calibration": {form: _calibration(apart, form == "per_carbon") for form in ("per_carbon", "distinct")},
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


def fifths(apart: Sequence[Apart]) -> Iterator[tuple[list[Apart], list[Apart]]]:
    """The pairs of four fifths of the connectivities, and those of the other fifth, five times."""
    place = {key: n % _FIFTHS for n, key in enumerate(sorted({pair.connectivity for pair in apart}))}
    for fifth in range(_FIFTHS):
        yield (
            [pair for pair in apart if place[pair.connectivity] != fifth],
            [pair for pair in apart if place[pair.connectivity] == fifth],
        )


def _calibration(apart: Sequence[Apart], per_carbon: bool) -> dict[str, Any] | None:
    """How the probability of the likelier one of each pair holds, by a fit on other connectivities."""
    told: list[tuple[float, float, float]] = []  # right, probability as it is told, and at full differences
    for fitting, others in fifths(apart):
        fitted = fit_configurations(fitting)
        for pair in others:
            difference = pair.per_carbon if per_carbon else pair.distinct
            both = np.array([abs(difference), 0.0])
            shares = [one.shares(both, per_carbon)[0] for one in (fitted, Configurations())]
            told.append((_right(difference), *shares))
    if not told:
        return None
    right, sure, full = np.array(told).T
    return {
        "right_first": float(right.mean()),
        "calibration_error": calibration_error(sure, right == 1, _BINS),
        "calibration_error_by_chance": chance_calibration_error(sure, _BINS),
        "calibration_error_at_full_differences": calibration_error(full, right == 1, _BINS),
        "reliability": reliability_curve(sure, right == 1),
    }


def _apart(engine: Engine, data: Dataset, pairs: Sequence[Pair]) -> list[Apart]:
    cases = {case.row: case for case in make_cases(engine, data, np.unique(np.array(pairs, np.int64).ravel()))}
    found = []
    for own, other in pairs:
        smiles = [data.smiles[row].decode() for row in (own, other)]
        found.append(Apart(data.inchi_key[own][:14], *_differences(engine, smiles, cases[own])))
    return found


def _differences(engine: Engine, smiles: Sequence[str], own: Case) -> tuple[float, float]:
    """The score of the first structure less that of the second, per carbon and with distinct peaks."""
    found = []
    for spectrum in (own.per_carbon(), own.distinct()):
        score = {hit.smiles: hit.score for hit in engine.rank(smiles, spectrum, by="structure").hits}
        found.append(score[smiles[0]] - score[smiles[1]])
    return found[0], found[1]


def _right(difference: float) -> float:
    return share_of_first(np.array([difference, 0.0]), np.array([True, False]))
