"""The models that come with km3aid."""

from __future__ import annotations

from importlib import resources
from pathlib import Path


def bundled_models() -> tuple[Path, Path | None]:
    """The file of the model that libraries are built with, and that of the precise one, where there is one."""
    folder = Path(str(resources.files("km3aid") / "weights"))
    precise = folder / "precise.safetensors"
    return folder / "best.safetensors", precise if precise.is_file() else None
