"""Packages that only some commands need; the extras of km3aid install them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from km3aid.errors import ConfigError

EXTRA_OF = {
    "fastapi": "web",
    "fsspec": "cluster",
    "lightning": "train",
    "onnx": "train",
    "onnxscript": "train",
    "pydantic": "web",
    "reportlab": "pdf",
    "ray": "cluster",
    "starlette": "web",
    "torch": "train",
    "uvicorn": "web",
}  # by module


def how_to_install(module: str | None) -> str | None:
    """What to do where `module` cannot be found; None where no extra installs it.

    >>> how_to_install("lightning.fabric")
    "lightning is not installed; run: pip install 'km3aid[train]'"
    """
    package = (module or "").partition(".")[0]
    return (
        f"{package} is not installed; run: pip install 'km3aid[{EXTRA_OF[package]}]'" if package in EXTRA_OF else None
    )


def require(module: str, extra: str, purpose: str) -> Any:
    """Import `module` for `purpose`; where it is missing, raise a `ConfigError` that names the `extra` to install.

    >>> require("json", "train", "training").dumps(None)
    'null'
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"{purpose} needs {error.name or module}, which is not installed; run: pip install 'km3aid[{extra}]'"
        ) from error
