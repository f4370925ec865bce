"""Dropout whose random bits cost little on a CPU, where drawing them one by one takes a tenth of a training step."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

_LEVELS = 1 << 16  # a value is kept or not by 16 random bits, four values by one random number


class Dropout(nn.Module):
    """x·mask/(1 − probability), the probability to the next multiple of 1/65536; x as it is outside training."""

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = probability

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or not self.probability:
            return x
        if x.device.type != "cpu":
            return functional.dropout(x, self.probability)
        dropped = round(self.probability * _LEVELS)
        kept = _bits(x.numel()).view(x.shape) >= dropped - _LEVELS // 2
        return x * (kept.to(x.dtype) * (_LEVELS / (_LEVELS - dropped)))


def _bits(count: int) -> Tensor:
    """Evenly distributed int16 (count,), drawn from torch's own generator."""
    words = torch.empty(-(-count // 4), dtype=torch.int64).random_(-(1 << 63), None)
    return words.view(torch.int16)[:count]
