"""Libraries: molecules with precomputed embeddings and shifts, on disk. Each name is loaded when it is first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from km3aid.library.build import SHARD_RECORDS, BuildOptions, is_complete, open_builder
    from km3aid.library.builder import Builder, BuildReport
    from km3aid.library.filters import Filters
    from km3aid.library.library import Library
    from km3aid.library.maintain import export_library, merge_libraries, verify_library
    from km3aid.library.manifest import Manifest, read_manifest
    from km3aid.library.paths import Place, place_of
    from km3aid.library.shard import Shard

__all__ = [
    "SHARD_RECORDS",
    "BuildOptions",
    "BuildReport",
    "Builder",
    "Filters",
    "Library",
    "Manifest",
    "Place",
    "Shard",
    "export_library",
    "is_complete",
    "merge_libraries",
    "open_builder",
    "place_of",
    "read_manifest",
    "verify_library",
]

_HOME = {
    "build": ("SHARD_RECORDS", "BuildOptions", "is_complete", "open_builder"),
    "builder": ("Builder", "BuildReport"),
    "filters": ("Filters",),
    "library": ("Library",),
    "maintain": ("export_library", "merge_libraries", "verify_library"),
    "manifest": ("Manifest", "read_manifest"),
    "paths": ("Place", "place_of"),
    "shard": ("Shard",),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOME.items():
        if name in names:
            return getattr(import_module(f"km3aid.library.{module}"), name)
    raise AttributeError(f"module 'km3aid.library' has no attribute {name!r}")
