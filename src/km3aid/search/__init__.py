"""Search: a spectrum's query, typed stages, on this machine or on a cluster behind one protocol.

Each name is loaded when it is first used: the compiled kernels take long to import.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from km3aid.search.local import LocalLibrary
    from km3aid.search.opening import open_library
    from km3aid.search.query import NO_FILTERS, Candidates, Limits, Query
    from km3aid.search.searchable import Searchable

__all__ = [
    "NO_FILTERS",
    "Candidates",
    "Limits",
    "LocalLibrary",
    "Query",
    "Searchable",
    "open_library",
]

_HOME = {
    "local": ("LocalLibrary",),
    "opening": ("open_library",),
    "query": ("NO_FILTERS", "Candidates", "Limits", "Query"),
    "searchable": ("Searchable",),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOME.items():
        if name in names:
            return getattr(import_module(f"km3aid.search.{module}"), name)
    raise AttributeError(f"module 'km3aid.search' has no attribute {name!r}")
