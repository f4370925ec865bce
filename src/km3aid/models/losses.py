"""The losses: contrast on both levels, and the likelihood of a shift."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def contrast(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy of the rows of `logits` (N, M) against the distributions `target` (N, M), mean over rows."""
    return -(target * functional.log_softmax(logits, 1)).sum(1).mean()


def symmetric_contrast(logits: Tensor, target: Tensor) -> Tensor:
    """Both directions of `contrast`, averaged; `target` (N, N) holds unnormalised, symmetric weights."""
    rows = target / target.sum(1, keepdim=True)
    return 0.5 * (contrast(logits, rows) + contrast(logits.T, rows))


def laplace_kernel(shift_ppm: Tensor, multiplicity: Tensor, width_ppm: float) -> Tensor:
    """exp(−|Δppm|/width) among carbons of equal multiplicity, 0 elsewhere (C, C)."""
    near = torch.exp(-(shift_ppm[:, None] - shift_ppm[None, :]).abs() / width_ppm)
    return near * (multiplicity[:, None] == multiplicity[None, :])


def laplace_nll(shift_ppm: Tensor, centre_ppm: Tensor, log_scale: Tensor) -> Tensor:
    """Mean negative log-likelihood |δ − μ|/b + log b of a Laplace distribution (constant left out)."""
    return ((shift_ppm - centre_ppm).abs() * torch.exp(-log_scale) + log_scale).mean()
