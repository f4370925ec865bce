"""The linear sum assignment, and functions of probabilities: few lines each, and SciPy takes long to import."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def linear_sum_assignment(cost: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the cheapest one-to-one assignment of an (M, N) matrix, in the order of the rows.

    Rows are taken in one after the other along the shortest augmenting path (Jonker & Volgenant, Computing 38 (1987)
    325). Raises `ValueError` where a cost is not a finite number.

    >>> linear_sum_assignment(np.array([[4.0, 1.0, 3.0], [2.0, 0.0, 5.0]]))[1].tolist()
    [1, 0]
    """
    if not np.isfinite(cost).all():
        raise ValueError("every cost must be a finite number")
    if cost.shape[0] > cost.shape[1]:
        columns, rows = linear_sum_assignment(cost.T)
        order = np.argsort(rows)
        return rows[order], columns[order]
    row_of = np.full(cost.shape[1], -1)  # of every column
    column_of = np.full(cost.shape[0], -1)
    row_price, column_price = np.zeros(cost.shape[0]), np.zeros(cost.shape[1])
    for row in range(cost.shape[0]):
        _take_in(row, cost, row_of, column_of, row_price, column_price)
    return np.arange(cost.shape[0]), column_of


def _take_in(
    row: int,
    cost: NDArray[np.float64],
    row_of: NDArray[np.intp],
    column_of: NDArray[np.intp],
    row_price: NDArray[np.float64],
    column_price: NDArray[np.float64],
) -> None:
    """Give `row` a column along the shortest path to a free one, and keep all reduced costs at zero or more."""
    columns = cost.shape[1]
    distance = np.full(columns, np.inf)
    before = np.full(columns, -1)  # the row from which a column is reached
    is_open = np.ones(columns, bool)
    i, far = row, 0.0
    seen_rows = [row]
    while True:
        reached = far + cost[i] - row_price[i] - column_price
        nearer = is_open & (reached < distance)
        distance[nearer], before[nearer] = reached[nearer], i
        least = np.where(is_open, distance, np.inf)
        far = float(least.min())
        ties = np.flatnonzero(least == far)
        free = ties[row_of[ties] < 0]
        j = int(free[0] if len(free) else ties[0])
        is_open[j] = False
        if row_of[j] < 0:
            break
        i = int(row_of[j])
        seen_rows.append(i)
    row_price[row] += far
    for r in seen_rows[1:]:
        row_price[r] += far - distance[column_of[r]]
    done = ~is_open
    column_price[done] -= far - distance[done]
    while True:
        i = int(before[j])
        row_of[j] = i
        column_of[i], j = j, int(column_of[i])
        if i == row:
            return


def expit(x: Any) -> Any:
    """The logistic function."""
    return np.exp(-np.logaddexp(0.0, -np.asarray(x)))


def logit(p: Any) -> Any:
    """Its inverse."""
    return np.log(p) - np.log1p(-np.asarray(p))


def log_softmax(x: NDArray[np.float64], axis: int | None = None) -> NDArray[np.float64]:
    """Logarithms of weights in the ratio of exp(x) that add up to 1, along `axis` or altogether."""
    far: NDArray[np.float64] = x - x.max(axis, keepdims=True)
    normalised: NDArray[np.float64] = far - np.log(np.exp(far).sum(axis, keepdims=True))
    return normalised


def softmax(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights in the ratio of exp(x) that add up to 1."""
    weights: NDArray[np.float64] = np.exp(log_softmax(x))
    return weights
