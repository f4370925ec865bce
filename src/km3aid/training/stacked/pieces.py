"""The parts of stacked models that move more data than they compute: compiled where that is possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

_EPS = 1e-5
_NEVER = 1e30


class Pieces(NamedTuple):
    """Functions of stacked tensors; see those below of the same names."""

    rectify: Callable[[Tensor, Tensor], Tensor]
    normalise: Callable[..., tuple[Tensor, Tensor, Tensor]]
    bend: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
    project: Callable[..., Tensor]
    contrast: Callable[..., tuple[Tensor, ...]]
    node_contrast: Callable[..., tuple[Tensor, ...]]
    contrast_gradient: Callable[..., Tensor]
    neighbour_sum: Callable[[Tensor, Tensor, Tensor], Tensor]


def rectify(x: Tensor, bias: Tensor) -> Tensor:
    """ReLU of x + bias, (M, N, W) and (M, 1, W)."""
    return functional.relu(x + bias)


def normalise(
    x: Tensor, mask: Tensor, count: Tensor, terms: tuple[Tensor, Tensor, Tensor], drop: float, positive: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """Batch norm of `x` (M, A, W) over the atoms of `mask` (M, A, 1), ReLU, dropout; with mean and variance.

    `terms`, each (M, 1, W): bias of `x`, weight and bias of the norm.
    """
    inner, weight, bias = terms
    x = x + inner
    mean = (x * mask).sum(1, keepdim=True) / count
    away = (x - mean) * mask
    variance = (away * away).sum(1, keepdim=True) / count
    out = (away * torch.rsqrt(variance + _EPS) * weight + bias) * mask
    out = functional.relu(out) if positive else out
    return (functional.dropout(out, drop) if drop else out), mean, variance


def bend(x: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """x + bias, (M, N, D) and (M, 1, D), and its GELU."""
    first = x + bias
    return first, functional.gelu(first)


def project(first: Tensor, second: Tensor, terms: tuple[Tensor, Tensor, Tensor], drop: float) -> Tensor:
    """LayerNorm of first + dropout(second + bias), all (M, N, D).

    `terms`, each (M, 1, D): that bias, weight and bias of the norm.
    """
    inner, weight, bias = terms
    second = second + inner
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


def contrast(logits: Tensor, valid: Tensor, target: Tensor) -> tuple[Tensor, ...]:
    """The contrast (M,) of stacked logits (M, N, N) with a target: the mean of both directions over what is `valid`.

    Also what its gradient needs: logarithms of the rows' and the columns' sums of exponentials (M, N), target and its
    transpose added (M, N, N), sum of each row of the target (M, N), and how many are valid (M,).
    """
    bias = (valid - 1) * _NEVER
    row_sum = torch.logsumexp(logits + bias.unsqueeze(1), 2)
    column_sum = torch.logsumexp(logits + bias.unsqueeze(2), 1)
    both = target + target.mT
    weight, count = target.sum(2), valid.sum(1).clamp(min=1)
    total = (weight * (row_sum + column_sum)).sum(1) - (both * logits).sum((1, 2))
    return 0.5 * total / count, row_sum, column_sum, both, weight, count


def node_contrast(
    logits: Tensor, valid: Tensor, shift_ppm: Tensor, kind: Tensor, shape: Tensor, rules: Tensor
) -> tuple[Tensor, ...]:
    """`contrast` of the logits with `targets`."""
    return contrast(logits, valid, targets(shift_ppm, kind, valid, shape, rules))


def contrast_gradient(above: Tensor, logits: Tensor, valid: Tensor, found: tuple[Tensor, ...]) -> Tensor:
    """The gradient (M, N, N) of `contrast` times `above` (M,)."""
    _, row_sum, column_sum, both, weight, count = found
    bias = (valid - 1) * _NEVER
    rows = weight.unsqueeze(2) * torch.exp(logits + bias.unsqueeze(1) - row_sum.unsqueeze(2))
    columns = weight.unsqueeze(1) * torch.exp(logits + bias.unsqueeze(2) - column_sum.unsqueeze(1))
    return (rows + columns - both) * (0.5 * above / count)[:, None, None]


class StackedContrast(torch.autograd.Function):
    """`contrast` with one target, or `node_contrast` with what its targets follow from.

    The gradient is computed by `contrast_gradient`, without the many matrices of automatic ones.
    """

    @staticmethod
    def forward(ctx: Any, logits: Tensor, valid: Tensor, pieces: Pieces, *target: Tensor) -> Tensor:
        ctx.targets = len(target)
        found = (pieces.contrast if len(target) == 1 else pieces.node_contrast)(logits, valid, *target)
        ctx.save_for_backward(logits, valid, *found)
        ctx.pieces = pieces
        return found[0].clone()

    @staticmethod
    def backward(ctx: Any, above: Tensor) -> tuple[Tensor | None, ...]:
        logits, valid, *found = ctx.saved_tensors
        none = [None] * (2 + ctx.targets)
        return (ctx.pieces.contrast_gradient(above, logits, valid, tuple(found)), *none)


class NeighbourSum(torch.autograd.Function):
    """The sum over each atom and its neighbours; bonds have no direction, so that its gradient is the same sum."""

    @staticmethod
    def forward(ctx: Any, h: Tensor, neighbour: Tensor, start: Tensor, pieces: Pieces) -> Tensor:
        ctx.save_for_backward(neighbour, start)
        ctx.pieces = pieces
        return pieces.neighbour_sum(h, neighbour, start)

    @staticmethod
    def backward(ctx: Any, above: Tensor) -> tuple[Tensor, None, None, None]:
        return ctx.pieces.neighbour_sum(above.contiguous(), *ctx.saved_tensors), None, None, None


def neighbour_sum(h: Tensor, neighbour: Tensor, start: Tensor) -> Tensor:
    """Sums (M, A, W) of the rows of `h` that `neighbour` (M·E,) names, from each `start` (M·A + 1,) to the next."""
    flat = functional.embedding_bag(neighbour, h.flatten(0, 1), start, mode="sum", include_last_offset=True)
    return flat.view(h.shape)


def plain_neighbour_sum(h: Tensor, neighbour: Tensor, start: Tensor) -> Tensor:
    """`neighbour_sum` by other means, which are slower."""
    edge = torch.arange(len(neighbour), device=h.device)
    atom = torch.searchsorted(start, edge, right=True) - 1
    flat = h.flatten(0, 1)
    return torch.zeros_like(flat).index_add_(0, atom, flat.index_select(0, neighbour)).view(h.shape)


PLAIN = Pieces(rectify, normalise, bend, project, contrast, node_contrast, contrast_gradient, neighbour_sum)


def compiled(pieces: Pieces) -> Pieces:
    """The same functions, compiled for each shape that they meet; needs a C compiler, which shows at the first call."""
    fast: dict[str, Any] = {n: torch.compile(f, dynamic=False, fullgraph=True) for n, f in pieces._asdict().items()}
    return Pieces(**{**fast, "neighbour_sum": pieces.neighbour_sum})


def captured_pieces(device: torch.device) -> Pieces:
    """`PLAIN`, with the neighbours' sum that a graph of kernels on a GPU can hold."""
    if device.type != "cuda":
        return PLAIN
    h = torch.randn(1, 8, 64, device=device)
    neighbour = torch.tensor([0, 1, 1, 0, 2, 5, 7, 7, 7], device=device)
    start = torch.tensor([0, 2, 4, 6, 6, 6, 6, 6, 9], device=device)
    wanted = plain_neighbour_sum(h, neighbour, start)
    try:
        neighbour_sum(h, neighbour, start)
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            found = neighbour_sum(h, neighbour, start)
        graph.replay()
        if torch.allclose(found, wanted, atol=1e-5):
            return PLAIN
    except RuntimeError:
        torch.cuda.synchronize()
    return PLAIN._replace(neighbour_sum=plain_neighbour_sum)
