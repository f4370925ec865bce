"""Open the libraries that a command names."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from km3aid.cli.options import RunOptions
from km3aid.errors import ConfigError

if TYPE_CHECKING:
    from km3aid.search import Searchable


def opener(on_cluster: bool, run: RunOptions, told: bool) -> Callable[[str | None], Searchable]:
    """A function that opens each library once; where `told`, its warnings are printed then."""
    from km3aid.cli.output import warn
    from km3aid.search import open_library

    @cache
    def opened(path: str | None) -> Searchable:
        if path is None:
            raise ConfigError("no library; give --library FOLDER, or the record's own 'library'")
        library = open_library(path, strict=run.strict, on_cluster=on_cluster)
        for warning in library.warnings if told and not run.quiet else ():
            warn(warning)
        return library

    return opened
