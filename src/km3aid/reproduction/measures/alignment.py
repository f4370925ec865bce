"""Table 1 and figure 3: one model on a validation block, molecule by molecule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset
from km3aid.engine import Engine
from km3aid.evaluation.cases import Case
from km3aid.evaluation.graph_level import GraphMatches, match_in_batches
from km3aid.evaluation.metrics import accuracy_summary, size_bands
from km3aid.evaluation.node_level import NodeScores, case_shares

NODE_METRICS = ("node", "released", "one_to_one")  # as in `NodeShares`


class NodeLevel(NamedTuple):
    """Of V molecules: which they are, how many carbons they have, and their shares by all definitions."""

    rows: NDArray[np.int64]  # (V,) of the data
    carbons: NDArray[np.int64]  # (V,)
    shares: NDArray[np.floating]  # (V, 3) in the order of `NodeShares`; NaN where a definition was not computed


def evaluate_alignment(
    engine: Engine, data: Dataset, cases: Sequence[Case], unseen: NDArray[np.bool_], scores: NodeScores
) -> dict[str, Any]:
    """Graph level in batches of 128, node level by the paper's definition and one-to-one, shares by size.

    `unseen` (M,) marks molecules of the data whose connectivity was not used in training.
    """
    rows = np.array([case.row for case in cases])
    shares = np.array([case_shares(case, scores(engine, case)) for case in cases])
    nodes = NodeLevel(rows, np.array([len(case.carbons) for case in cases]), shares)
    return summarise_alignment(match_in_batches(engine, data, rows), nodes, unseen)


def summarise_alignment(graph: GraphMatches, nodes: NodeLevel, unseen: NDArray[np.bool_]) -> dict[str, Any]:
    """The figures of table 1 and figure 3; see `evaluate_alignment`."""
    new = unseen[nodes.rows]
    by = dict(zip(NODE_METRICS, nodes.shares.T, strict=True))
    return {
        "molecules": len(nodes.rows),
        "graph": graph.summary(),
        **{name: _mean(shares) for name, shares in by.items()},
        "unseen_connectivity": {
            "molecules": int(new.sum()),
            "graph": _mean(graph.spectrum_to_molecule[unseen[graph.rows]]),
            **{name: _mean(shares[new]) for name, shares in by.items()},
        },
        "by_size": {
            band: {
                "molecules": int(inside.sum()),
                **{name: accuracy_summary(_known(shares[inside])) for name, shares in by.items()},
            }
            for band, inside in size_bands(nodes.carbons).items()
        },
    }


def _known(values: NDArray[Any]) -> NDArray[Any]:
    known: NDArray[Any] = values[~np.isnan(values)]
    return known


def _mean(values: NDArray[Any]) -> float | None:
    """None where there are no values."""
    return None if not len(values) or np.isnan(values.astype(float)).any() else float(values.mean())
