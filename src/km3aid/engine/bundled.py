"""The models that come with km3aid."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from km3aid.engine.engine import Engine


def bundled_models() -> tuple[Path, Path | None]:
    """The file of the model that libraries are built with, and that of the precise one, where there is one."""
    folder = Path(str(resources.files("km3aid") / "weights"))
    precise = folder / "precise.safetensors"
    return folder / "best.safetensors", precise if precise.is_file() else None


def models_of(engine: Engine) -> tuple[Engine, ...]:
    """The engine, and that of the precise model where it has one: whatever an answer may come from."""
    return (engine,) if engine.precise is engine else (engine, engine.precise)


def identity_of(engine: Engine) -> dict[str, str]:
    """The hashes of what searches depend on: of both models, and of the constants of matching of both."""
    precise = {} if engine.precise is engine else engine.precise.identity
    return engine.identity | {f"precise_{name}": value for name, value in precise.items()}
