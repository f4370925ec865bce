"""Where km3aid keeps what it can make again."""

from __future__ import annotations

import os
import sys
from pathlib import Path

VARIABLE = "KM3AID_CACHE"


def cache_folder() -> Path:
    """The folder that `KM3AID_CACHE` names, otherwise the one that the system has for this user; it may not exist."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or _home() / "AppData" / "Local") / "km3aid" / "Cache"
    if sys.platform == "darwin":
        return _home() / "Library" / "Caches" / "km3aid"
    return Path(os.environ.get("XDG_CACHE_HOME") or _home() / ".cache") / "km3aid"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # no home is known of this user
        return Path(os.curdir)
