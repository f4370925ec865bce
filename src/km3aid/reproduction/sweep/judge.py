"""What is kept of every model of a sweep besides its weights: which molecules it gets right, and by how much."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset
from km3aid.evaluation.node_level import NodeShares, node_shares
from km3aid.reproduction.measures.case_studies import PAPERS, recorded_ppm


def judge_nodes(logits: Sequence[NDArray[np.float32]], shift_ppm: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """`NodeShares` (V, 3) by the logits (C, C) of each molecule's peaks × carbons, both in the order of the atoms.

    Peaks are looked at by rising shift, so that among carbons that a model cannot tell apart none wins by its place.
    """
    found = []
    for score, ppm in zip(logits, shift_ppm, strict=True):
        order = np.argsort(ppm, kind="stable")
        found.append(node_shares(score[order].astype(np.float64), ppm[order], ppm))
    return np.array(found, np.float32).reshape(-1, len(NodeShares._fields))


def recorded_shifts(data: Dataset, rows: NDArray[np.int64]) -> list[NDArray[np.float32]]:
    """The shifts of each molecule's carbons that have one, in the order of the atoms, of its fullest spectrum."""
    every = [recorded_ppm(data, int(row)) for row in rows]
    return [ppm[~np.isnan(ppm)] for ppm in every]


def rows_of_cases(data: Dataset) -> NDArray[np.int64]:
    """The rows of the figures' molecules that the data hold, in the order of `PAPERS`."""
    return np.array([int(n) for i in PAPERS.values() for n in np.flatnonzero(data.record_id == i)], np.int64)
