"""Open the libraries that a command names, or the starter library where it names none."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from km3aid.cli.options import RunOptions
from km3aid.errors import ConfigError

if TYPE_CHECKING:
    from km3aid.engine import Engine
    from km3aid.engine.starter import Building
    from km3aid.progress import Progress
    from km3aid.search import Searchable


def opener(
    on_cluster: bool, run: RunOptions, told: bool, engine: Callable[[], Engine]
) -> Callable[[str | None], Searchable]:
    """A function that opens each library once; where `told`, its warnings are printed then.

    `engine` gives the model of the starter library, which is opened where the name is None.
    """
    from km3aid.cli.output import warn
    from km3aid.search import open_library

    @cache
    def opened(path: str | None) -> Searchable:
        if path is None and on_cluster:
            raise ConfigError("no library; give --library with --cluster, or the record's own 'library'")
        library = (
            starter(engine(), run.quiet)
            if path is None
            else open_library(path, strict=run.strict, on_cluster=on_cluster)
        )
        for warning in library.warnings if told and not run.quiet else ():
            warn(warning)
        return library

    return opened


def starter(engine: Engine, quiet: bool) -> Searchable:
    """The starter library, built first where this model has not searched it yet."""
    from km3aid.engine.starter import starter_library
    from km3aid.search import LocalLibrary
    from km3aid.threads import available_cores

    return LocalLibrary(starter_library(engine, _building(quiet), available_cores()))


def _building(quiet: bool) -> Building:
    """Says that the starter library is built, and shows how far it is on a terminal."""
    from km3aid.cli.progress import progress_bar

    @contextmanager
    def building(total: int) -> Iterator[Progress | None]:
        if not quiet:
            print(f"km3aid: building the starter library, {total:,} compounds, for this model, once", file=sys.stderr)
        with progress_bar("Building the starter library", total, quiet) as progress:
            yield progress

    return building
