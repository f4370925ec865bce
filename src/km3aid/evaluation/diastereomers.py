"""Tell diastereomers apart: the spectrum of each of two that were both measured is compared with both structures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset
from km3aid.data.folds import Split, connectivity
from km3aid.engine import Engine
from km3aid.evaluation.cases import Case, make_cases
from km3aid.evaluation.isomers import IsomerGroup, tool_scores
from km3aid.evaluation.metrics import bootstrap_interval, share_of_first
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


def evaluate_diastereomers(engine: Engine, data: Dataset, split: Split) -> dict[str, Any]:
    """Share of the pairs in which `Engine.rank` puts the right one first; ties count half.

    Every connectivity counts the same, and the 95 % interval is over connectivities.
    """
    pairs = untrained_pairs(data, split)
    cases = {case.row: case for case in make_cases(engine, data, np.unique(np.array(pairs, np.int64).ravel()))}
    by_connectivity: dict[bytes, list[float]] = defaultdict(list)
    for own, other in pairs:
        right = _right(engine, data, [cases[own], cases[other]])
        by_connectivity[data.inchi_key[own][:14]].append(right)
    shares = np.array([float(np.mean(each)) for each in by_connectivity.values()])
    return {
        "pairs": len(pairs),
        "connectivities": len(shares),
        "right_first": float(shares.mean()) if len(shares) else None,
        "right_first_interval": list(bootstrap_interval(shares)) if len(shares) else None,
        "right_first_of_pairs": float(np.mean(np.concatenate([*by_connectivity.values()]))) if pairs else None,
    }


def _right(engine: Engine, data: Dataset, both: Sequence[Case]) -> float:
    """1 where the first case's own structure comes first for its spectrum, ½ where neither does."""
    rows = [case.row for case in both]
    keys: NDArray[np.bytes_] = data.inchi_key[rows]
    group = IsomerGroup("", both, [data.smiles[row].decode() for row in rows], keys, connectivity(keys))
    return share_of_first(tool_scores(engine, group, both[0]), np.array([True, False]))
