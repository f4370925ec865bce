"""The models that come with km3aid."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from km3aid.errors import CheckpointError

if TYPE_CHECKING:
    from km3aid.engine.engine import Engine


def bundled_models() -> tuple[Path, Path]:
    """The file of the model that libraries are built with, and that of the precise one.

    Raises `CheckpointError` where the package lacks one of them.
    """
    folder = Path(str(resources.files("km3aid") / "weights"))
    library, precise = folder / "best.safetensors", folder / "precise.safetensors"
    for file in (library, precise):
        if not file.is_file():
            raise CheckpointError(f"{file}: missing; install km3aid again: pip install --force-reinstall km3aid")
    return library, precise


def models_of(engine: Engine) -> tuple[Engine, ...]:
    """The engine, and that of the precise model where it has one: whatever an answer may come from."""
    return (engine,) if engine.precise is engine else (engine, engine.precise)


def identity_of(engine: Engine) -> dict[str, str]:
    """The hashes of what searches depend on: of both models, and of the constants of matching of both."""
    precise = {} if engine.precise is engine else engine.precise.identity
    return engine.identity | {f"precise_{name}": value for name, value in precise.items()}
