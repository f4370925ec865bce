"""The paper's spectrum encoder: a convolution over a binary stick spectrum, after CReSS (Yang et al. 2021)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from km3aid.data.batches import PeakBatch

BINS, _LOWEST_PPM, _BIN_PPM = 4000, -50.0, 0.1
_CHANNELS, _POSITIONS = 32, 21
FEATURES = 768


class ResidualBlock(nn.Module):
    """relu(x + W₂ relu(W₁x))."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width))

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = functional.relu(x + self.mlp(x))
        return out


class ConvSpectrumEncoder(nn.Module):
    """Unit vectors (B, 768) of spectra from their shifts alone, without multiplicities and counts."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(1, _CHANNELS, kernel_size=400, stride=200, padding=200)
        width = _CHANNELS * _POSITIONS
        self.blocks = nn.Sequential(ResidualBlock(width), ResidualBlock(width))
        self.out = nn.Linear(width, FEATURES)

    def forward(self, peaks: PeakBatch) -> Tensor:
        x = functional.relu(self.conv(stick_spectrum(peaks).unsqueeze(1))).flatten(1)
        return functional.normalize(self.out(self.blocks(x)), dim=1)


def bins(shift_ppm: Tensor) -> Tensor:
    """Bin of every shift, of the same shape."""
    return torch.round((shift_ppm - _LOWEST_PPM) / _BIN_PPM + 1e-3).long().clamp(0, BINS - 1)


def stick_spectrum(peaks: PeakBatch) -> Tensor:
    """0 or 1 (B, 4000): whether a peak rounds to a bin of 0.1 ppm from −50 ppm on; the outer ones hold the rest."""
    index = bins(peaks.shift_ppm)
    sticks: Tensor = peaks.shift_ppm.new_zeros(len(index), BINS)
    return sticks.scatter_reduce(1, index, peaks.mask.to(sticks.dtype), "amax")
