"""What the node level aims at: how alike each pair of carbons is, by their shifts."""

from __future__ import annotations

import torch
from torch import Tensor

from km3aid.models.config import KM3AIDConfig
from km3aid.models.losses import knowledge_span

# Mean difference in ppm (without those above 5 ppm) of a carbon's shifts in two spectra of one molecule of nmrshiftdb2,
# by its attached hydrogens (0 to 3, unknown): below and above 90 ppm.
SCATTER_PPM = ((0.52, 0.49), (0.63, 0.44), (0.49, 0.42), (0.46, 0.46), (0.50, 0.50))
_SP2_PPM = 90.0


def target(config: KM3AIDConfig, shift_ppm: Tensor, multiplicity: Tensor) -> Tensor:
    """Weights (C, C) of the carbons at `shift_ppm` (C,) as partners of each one; rows sum to 1 if `normalised`."""
    if config.discrimination == "knowledge-span":
        return knowledge_span(shift_ppm, config.tau1, config.tau2)
    away = (shift_ppm[:, None] - shift_ppm[None, :]).abs()
    if config.discrimination == "laplace":
        weights = _kernel(away, shift_ppm, multiplicity, config.kernel_ppm)
    else:
        weights = (away <= (config.threshold_ppm if config.discrimination == "weak-pair" else 0.0)).to(shift_ppm.dtype)
    return weights / weights.sum(1, keepdim=True) if config.normalised else weights


def scatter_ppm(shift_ppm: Tensor, multiplicity: Tensor, table: Tensor | None = None) -> Tensor:
    """By how much the shift of such a carbon differs between two spectra of one molecule, of any one shape.

    `table` holds `SCATTER_PPM`, where it must not be copied to the device.
    """
    if table is None:
        table = torch.tensor(SCATTER_PPM, dtype=shift_ppm.dtype, device=shift_ppm.device)
    return table[multiplicity, (shift_ppm > _SP2_PPM).long()]


def _kernel(away: Tensor, shift_ppm: Tensor, multiplicity: Tensor, width_ppm: float) -> Tensor:
    """exp(−|Δppm|/width); without a width that of each row's kind, 0 between different multiplicities."""
    if width_ppm:
        return torch.exp(-away / width_ppm)
    near = torch.exp(-away / scatter_ppm(shift_ppm, multiplicity)[:, None])
    return near * (multiplicity[:, None] == multiplicity[None, :])
