"""The losses: contrast on both levels, and the likelihood of shifts."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

_ABSENT = -1e4  # a logit that adds nothing to any softmax


def contrast(logits: Tensor, target: Tensor, real: Tensor | None = None) -> Tensor:
    """Cross-entropy of the rows of `logits` (…, N, M) against the distributions `target`, averaged over all rows.

    `real` (…, N) tells where rows and columns are none and only fill up a square; the target is 0 there.
    """
    if real is None:
        return -(target * functional.log_softmax(logits, -1)).sum(-1).mean()
    logits = logits.masked_fill(~real.unsqueeze(-2), _ABSENT)
    return -(target * functional.log_softmax(logits, -1)).sum() / real.sum()


def symmetric_contrast(logits: Tensor, target: Tensor, real: Tensor | None = None) -> Tensor:
    """Both directions of `contrast`, averaged; row i of `target` (…, N, N) is the distribution of row and column i."""
    return 0.5 * (contrast(logits, target, real) + contrast(logits.mT, target, real))


def laplace_kernel(shift_ppm: Tensor, multiplicity: Tensor, width_ppm: float, real: Tensor | None = None) -> Tensor:
    """Target (…, C, C): exp(−|Δppm|/width) between carbons of equal multiplicity, 0 otherwise, rows normalised.

    It is 0 from and to the carbons that are not `real` (…, C).
    """
    near = torch.exp(-(shift_ppm.unsqueeze(-1) - shift_ppm.unsqueeze(-2)).abs() / width_ppm)
    near = near * (multiplicity.unsqueeze(-1) == multiplicity.unsqueeze(-2))
    if real is None:
        return _rows(near)
    near = near * (real.unsqueeze(-1) & real.unsqueeze(-2))
    return near / near.sum(-1, keepdim=True).clamp(min=1)  # a carbon is as near as 1 to itself


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


def reassigned(gain: Tensor, other: Tensor, group: Tensor, groups: int, enough: float) -> Tensor:
    """For each recorded shift (N,) its prediction: the `other` one throughout a group that gains `enough` by it in all.

    `gain` (N,) is what each shift costs less with the prediction `other` (N,) than with its own, `group` (N,) says to
    which of so many groups it belongs.
    """
    total = gain.new_zeros(groups).index_add(0, group, gain)
    return torch.where(total.index_select(0, group) > enough, other, torch.arange(len(other), device=other.device))


def _by_class(values: Tensor, carbon_class: Tensor) -> Tensor:
    order = values.argsort(stable=True)
    return order[carbon_class[order].argsort(stable=True)]
