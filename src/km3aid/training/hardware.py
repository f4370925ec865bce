"""What a training runs on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from km3aid.models.precision import fast_single_precision, multiplies_bfloat16
from km3aid.optional import require


@dataclass(frozen=True, slots=True)
class Hardware:
    """The processors of one training."""

    accelerator: str = "auto"  # or cpu, gpu
    devices: int | str = 1  # how many GPUs, or auto

    def fabric(self, precision: str) -> Any:
        """A launched `Fabric`; raises `ConfigError` where lightning is not installed.

        `precision` auto: bfloat16 for the matrices of the encoders where the processor multiplies it; otherwise
        single precision.
        """
        lightning = require_lightning()
        on_gpu = self.accelerator in ("gpu", "cuda") or (self.accelerator == "auto" and torch.cuda.is_available())
        half = precision == "auto" and multiplies_bfloat16(torch.device("cuda" if on_gpu else "cpu"))
        fast_single_precision()
        fabric = lightning.Fabric(
            accelerator=self.accelerator, devices=self.devices, precision="bf16-mixed" if half else "32-true"
        )
        fabric.launch()
        return fabric


def require_lightning() -> Any:
    """The module `lightning.fabric`; raises `ConfigError` that names the extra to install."""
    return require("lightning.fabric", "train", "training")
