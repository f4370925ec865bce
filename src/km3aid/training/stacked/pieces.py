"""The parts of stacked models that move more data than they compute: compiled where that is possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx
from torch.nn import functional

_EPS = 1e-5
_NEVER = 1e30


class Contrast(NamedTuple):
    """What the gradient of a contrast needs."""

    loss: Tensor  # (M,)
    row_sum: Tensor  # (M, N) logarithms of the rows' sums of exponentials
    column_sum: Tensor  # (M, N)
    both: Tensor  # (M, N, N) target and its transpose, added
    weight: Tensor  # (M, N) sum of each row of the target
    count: Tensor  # (M,)


class Pieces(NamedTuple):
    """Functions of stacked tensors; see those below of the same names."""

    normalise: Callable[..., tuple[Tensor, Tensor, Tensor]]
    project: Callable[..., Tensor]
    targets: Callable[..., Tensor]
    contrast: Callable[..., tuple[Tensor, ...]]
    contrast_gradient: Callable[..., Tensor]


def normalise(
    x: Tensor, mask: Tensor, count: Tensor, weight: Tensor, bias: Tensor, drop: float, rectify: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """Batch norm of `x` (M, A, W) over the atoms of `mask` (M, A, 1), ReLU, dropout; with mean and variance."""
    mean = (x * mask).sum(1, keepdim=True) / count
    away = (x - mean) * mask
    variance = (away * away).sum(1, keepdim=True) / count
    out = (away * torch.rsqrt(variance + _EPS) * weight + bias) * mask
    out = functional.relu(out) if rectify else out
    return (functional.dropout(out, drop) if drop else out), mean, variance


def project(first: Tensor, second: Tensor, weight: Tensor, bias: Tensor, drop: float) -> Tensor:
    """LayerNorm of first + dropout(second), all (M, N, D)."""
    total = first + (functional.dropout(second, drop) if drop else second)
    return functional.layer_norm(total, total.shape[-1:], None, None, _EPS) * weight + bias


def targets(shift_ppm: Tensor, kind: Tensor, valid: Tensor, shape: Tensor, rules: Tensor) -> Tensor:
    """Targets (M, C, C) of the node level.

    `shape` (M, 2, C): the weight is exp(−kΔ/(sΔ + 1)) with k and s of the row's carbon. `rules` (M, 3): no weight
    beyond this Δ; 1: none between different `kind` (M, C); 1: rows sum to 1. `valid` (M, C) marks what is not padded.
    """
    away = (shift_ppm.unsqueeze(2) - shift_ppm.unsqueeze(1)).abs()
    beyond, gate, unit = (rules[:, n, None, None] for n in range(3))
    weights = torch.exp(-away * shape[:, 0].unsqueeze(2) / (away * shape[:, 1].unsqueeze(2) + 1))
    alike = (kind.unsqueeze(2) == kind.unsqueeze(1)) | (gate == 0)
    pair = valid.unsqueeze(2) * valid.unsqueeze(1)
    weights = torch.where((away <= beyond) & alike, weights * pair, 0.0)
    return weights / torch.where(unit == 1, weights.sum(2, keepdim=True).clamp(min=1e-12), 1.0)


def contrast(logits: Tensor, target: Tensor, valid: Tensor) -> tuple[Tensor, ...]:
    """`Contrast` of stacked logits (M, N, N): the mean of both directions, over the `valid` (M, N) rows and columns."""
    bias = (valid - 1) * _NEVER
    row_sum = torch.logsumexp(logits + bias.unsqueeze(1), 2)
    column_sum = torch.logsumexp(logits + bias.unsqueeze(2), 1)
    both = target + target.mT
    weight, count = target.sum(2), valid.sum(1)
    total = (weight * (row_sum + column_sum)).sum(1) - (both * logits).sum((1, 2))
    return 0.5 * total / count, row_sum, column_sum, both, weight, count


def contrast_gradient(above: Tensor, logits: Tensor, valid: Tensor, found: tuple[Tensor, ...]) -> Tensor:
    """The gradient (M, N, N) of `contrast` times `above` (M,)."""
    _, row_sum, column_sum, both, weight, count = found
    bias = (valid - 1) * _NEVER
    rows = weight.unsqueeze(2) * torch.exp(logits + bias.unsqueeze(1) - row_sum.unsqueeze(2))
    columns = weight.unsqueeze(1) * torch.exp(logits + bias.unsqueeze(2) - column_sum.unsqueeze(1))
    return (rows + columns - both) * (0.5 * above / count)[:, None, None]


PLAIN = Pieces(normalise, project, targets, contrast, contrast_gradient)


def compiled() -> Pieces:
    """The same functions, compiled for each shape that they meet; needs a C compiler, which shows at the first call."""
    return Pieces._make(torch.compile(piece, dynamic=False, fullgraph=True) for piece in PLAIN)


class StackedContrast(torch.autograd.Function):
    """`contrast` whose gradient is computed by `contrast_gradient`, without the many matrices of automatic ones."""

    @staticmethod
    def forward(ctx: Any, logits: Tensor, target: Tensor, valid: Tensor, pieces: Pieces) -> Tensor:
        found = pieces.contrast(logits, target, valid)
        ctx.save_for_backward(logits, valid, *found)
        ctx.pieces = pieces
        return found[0].clone()

    @staticmethod
    def backward(ctx: Any, above: Tensor) -> tuple[Tensor, None, None, None]:  # type: ignore[override]
        logits, valid, *found = ctx.saved_tensors
        return ctx.pieces.contrast_gradient(above, logits, valid, tuple(found)), None, None, None


class NeighbourSum(torch.autograd.Function):
    """The sum over each atom and its neighbours; bonds have no direction, so that its gradient is the same sum."""

    @staticmethod
    def forward(ctx: FunctionCtx, h: Tensor, neighbour: Tensor, start: Tensor) -> Tensor:
        ctx.save_for_backward(neighbour, start)
        return neighbour_sum(h, neighbour, start)

    @staticmethod
    def backward(ctx: Any, above: Tensor) -> tuple[Tensor, None, None]:  # type: ignore[override]
        return neighbour_sum(above.contiguous(), *ctx.saved_tensors), None, None


def neighbour_sum(h: Tensor, neighbour: Tensor, start: Tensor) -> Tensor:
    """Sums (M, A, W) of the rows of `h` that `neighbour` (M·E,) names, from each `start` (M·A + 1,) to the next."""
    flat = functional.embedding_bag(neighbour, h.flatten(0, 1), start, mode="sum", include_last_offset=True)
    return flat.view(h.shape)
