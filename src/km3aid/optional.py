"""Packages that only some commands need, which the extras of km3aid install."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from km3aid.errors import ConfigError


def require(module: str, extra: str, purpose: str) -> Any:
    """Import `module`; raises `ConfigError` that names the `extra` to install where it, or what it needs, is missing.

    >>> require("json", "train", "training").dumps(None)
    'null'
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"{purpose} needs {error.name}, which is not installed; run: pip install 'km3aid[{extra}]'"
        ) from error
