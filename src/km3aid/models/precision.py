"""Where numbers may be rounded: encoders may compute in bfloat16, but shifts and similarities never do."""

from __future__ import annotations

from contextlib import AbstractContextManager

import torch
from torch import Tensor


def exact(like: Tensor) -> AbstractContextManager[None]:
    """A block in single precision on the device of `like`, whatever the surrounding precision.

    In bfloat16, with its eight bits, a shift near 150 ppm would be off by up to half a ppm.
    """
    return torch.autocast(like.device.type, enabled=False)


def rounded(x: Tensor) -> Tensor:
    """`x` in the precision of the caller, so that operations which only move data move less of it."""
    kind = x.device.type
    return x.to(torch.get_autocast_dtype(kind)) if torch.is_autocast_enabled(kind) else x


def multiplies_bfloat16(device: torch.device) -> bool:
    """Whether `device` multiplies matrices faster in bfloat16 than in single precision."""
    return device.type == "cuda" or (device.type == "cpu" and bool(torch.cpu._is_avx512_bf16_supported()))


def fast_single_precision() -> None:
    """Multiply single-precision matrices through oneDNN on CPUs where this is faster without rounding."""
    if not torch.cpu._is_amx_tile_supported():  # with AMX oneDNN would round to bfloat16
        torch.set_float32_matmul_precision("medium")
