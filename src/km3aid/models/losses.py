"""The losses: contrast on both levels, and the likelihood of shifts."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional


def contrast(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy of the rows of `logits` (N, M) against the distributions `target` (N, M), averaged over rows."""
    return -(target * functional.log_softmax(logits, 1)).sum(1).mean()


def symmetric_contrast(logits: Tensor, target: Tensor) -> Tensor:
    """Both directions of `contrast`, averaged; row i of `target` (N, N) is the distribution of row and column i."""
    return 0.5 * (contrast(logits, target) + contrast(logits.T, target))


def laplace_kernel(shift_ppm: Tensor, multiplicity: Tensor, width_ppm: float) -> Tensor:
    """Target (C, C): exp(−|Δppm|/width) between carbons of equal multiplicity, 0 otherwise, rows normalised."""
    near = torch.exp(-(shift_ppm[:, None] - shift_ppm[None, :]).abs() / width_ppm)
    return _rows(near * (multiplicity[:, None] == multiplicity[None, :]))


def knowledge_span(shift_ppm: Tensor, tau1: float, tau2: float) -> Tensor:
    """Target (C, C): softmax over j of τ2/(|ppmᵢ − ppmⱼ| + τ1), eq. 10 of K-M3AID."""
    return (tau2 / ((shift_ppm[:, None] - shift_ppm[None, :]).abs() + tau1)).softmax(1)


def _rows(weights: Tensor) -> Tensor:
    return weights / weights.sum(1, keepdim=True)


def laplace_nll(
    shift_ppm: Tensor, centre_ppm: Tensor, log_scale: Tensor, outlier: float = 0.0, outlier_ppm: float = 20.0
) -> Tensor:
    """Negative log-likelihood (N,) |δ − μ|/b + log b of a Laplace distribution, without its constant.

    A share `outlier` of the shifts follows a Laplace distribution of the scale `outlier_ppm` instead.
    """
    away = (shift_ppm - centre_ppm).abs()
    cost = away * torch.exp(-log_scale) + log_scale
    if not outlier:
        return cost
    plainly_wrong = away / outlier_ppm + math.log(outlier_ppm) - math.log(outlier)
    return -torch.logaddexp(math.log1p(-outlier) - cost, -plainly_wrong)


def pair_within_classes(predicted: Tensor, recorded: Tensor, carbon_class: Tensor) -> Tensor:
    """For each recorded shift (N,) the index of a prediction (N,) of its class, such that their errors are least.

    The smallest goes with the smallest: nothing says which carbon of a class, such as a pair of diastereotopic methyls,
    gives which line.
    """
    paired = torch.empty_like(carbon_class)
    paired[_by_class(recorded, carbon_class)] = _by_class(predicted, carbon_class)
    return paired


def _by_class(values: Tensor, carbon_class: Tensor) -> Tensor:
    order = values.argsort(stable=True)
    return order[carbon_class[order].argsort(stable=True)]
