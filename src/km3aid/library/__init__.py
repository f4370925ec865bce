"""Libraries: molecules with precomputed embeddings and shifts, on disk."""

from km3aid.library.build import BuildReport, Entries, build_library
from km3aid.library.store import Library, take

__all__ = ["BuildReport", "Entries", "Library", "build_library", "take"]
