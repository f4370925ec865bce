"""Libraries: molecules with precomputed embeddings and shifts, on disk."""

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
