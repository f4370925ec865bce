"""Make a library searchable, on this machine or on the Ray cluster that this process has joined."""

from __future__ import annotations

from pathlib import Path

from km3aid.library import Library, Place
from km3aid.search.local import LocalLibrary
from km3aid.search.searchable import Searchable


def open_library(path: str | Place, *, strict: bool = False, on_cluster: bool = False) -> Searchable:
    """Open the library at `path`, a folder or a URI such as `s3://bucket/library`; raises `LibraryError`.

    A damaged shard is left out with a warning; with `strict` it is an error. `on_cluster`: its shards are spread over
    the workers of the cluster that `km3aid.ray_cluster.connect` has joined.
    """
    if on_cluster:
        from km3aid.search.on_ray import open_on_ray

        return open_on_ray(path, strict=strict)
    return LocalLibrary(Library.open(path, strict=strict))


def searchable(library: Searchable | Library | str | Path) -> Searchable:
    """`library` itself where it can be searched; otherwise opened, or made searchable on this machine."""
    if isinstance(library, str | Path):
        return open_library(library)
    return LocalLibrary(library) if isinstance(library, Library) else library
