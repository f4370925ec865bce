"""Batches of arrays → batches of tensors."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import torch

Moved = TypeVar("Moved")


def on_device(value: Moved, device: torch.device | str = "cpu") -> Moved:
    """A batch whose arrays have become tensors on `device`; what is no array stays as it is."""
    moved: Any = value
    if isinstance(value, np.ndarray):
        moved = torch.from_numpy(value).to(device)
    elif isinstance(value, torch.Tensor):
        moved = value.to(device)
    elif isinstance(value, tuple) and hasattr(value, "_make"):
        moved = value._make(on_device(part, device) for part in value)
    return moved  # type: ignore[no-any-return]
