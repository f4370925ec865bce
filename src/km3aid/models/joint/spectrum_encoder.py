"""Vectors of peaks and spectra: shifts as sines and cosines, multiplicities, counts, and attention over the peaks."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from km3aid.data.batches import MAX_COUNT, UNKNOWN, PeakBatch
from km3aid.models.config import JointConfig

_WAVELENGTHS_PPM = (0.5, 500.0, 32)  # shortest, longest, how many


class ShiftFeatures(nn.Module):
    """Sine and cosine of a shift at 32 wavelengths between 0.5 and 500 ppm, evenly spaced in the logarithm."""

    frequency: Tensor
    size = 2 * _WAVELENGTHS_PPM[2]

    def __init__(self) -> None:
        super().__init__()
        shortest, longest, number = _WAVELENGTHS_PPM
        wavelengths = torch.logspace(math.log10(shortest), math.log10(longest), number)
        self.register_buffer("frequency", 2 * math.pi / wavelengths, persistent=False)

    def forward(self, shift_ppm: Tensor) -> Tensor:
        """(…,) → (…, 64)."""
        angle = shift_ppm.unsqueeze(-1) * self.frequency
        return torch.cat([angle.sin(), angle.cos()], -1)


class PeakEncoder(nn.Module):
    """One peak by itself: its shift, its multiplicity and, where `counts`, its number of carbons."""

    def __init__(self, width: int, out: int, counts: bool) -> None:
        super().__init__()
        self.features = ShiftFeatures()
        self.shift = nn.Linear(ShiftFeatures.size, width)
        self.multiplicity = nn.Embedding(UNKNOWN + 1, width)
        self.count = nn.Embedding(MAX_COUNT + 1, width) if counts else None
        self.mlp = nn.Sequential(nn.GELU(), nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, out))

    def forward(self, shift_ppm: Tensor, multiplicity: Tensor, count: Tensor | None = None) -> Tensor:
        x = self.shift(self.features(shift_ppm)) + self.multiplicity(multiplicity)
        if self.count is not None and count is not None:
            x = x + self.count(count)
        out: Tensor = self.mlp(x)
        return out


class SpectrumEncoder(nn.Module):
    """One vector (B, 2·peak_width) for each set of peaks: self-attention, then sum and mean."""

    def __init__(self, config: JointConfig) -> None:
        super().__init__()
        width = config.peak_width
        self.peaks = PeakEncoder(width, width, counts=True)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                width, config.peak_heads, 2 * width, config.dropout, "gelu", batch_first=True, norm_first=True
            )
            for _ in range(config.peak_layers)
        )
        self.norm = nn.LayerNorm(width)

    def forward(self, peaks: PeakBatch) -> Tensor:
        x = self.peaks(peaks.shift_ppm, peaks.multiplicity, peaks.carbons)
        hidden = ~peaks.mask
        with sdpa_kernel(SDPBackend.MATH):  # the fused kernel is slower on a CPU: the sets are small
            for layer in self.layers:
                x = layer(x, src_key_padding_mask=hidden)
        x = self.norm(x.float()) * peaks.mask.unsqueeze(-1)
        total = x.sum(1)
        return torch.cat([total * 0.1, total / peaks.mask.sum(1, keepdim=True).clamp(min=1)], 1)
