"""Packages that only some commands need; the extras of km3aid install them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from km3aid.errors import ConfigError


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
