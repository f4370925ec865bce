"""Readers and exporters that other packages bring, by entry points; see docs/plugins.md."""

from __future__ import annotations

import warnings
from importlib.metadata import EntryPoint, entry_points
from typing import TypeVar

READERS, EXPORTERS = "km3aid.readers", "km3aid.exporters"
Row = TypeVar("Row")


def plugged(group: str, kind: type[Row]) -> dict[str, Row]:
    """The rows of a group by name; one that cannot be loaded, or is no `kind`, is left out with a warning.

    >>> plugged("km3aid.none-such", object)
    {}
    """
    found: dict[str, Row] = {}
    for point in entry_points(group=group):
        try:
            row = point.load()
        except Exception as error:  # whatever goes wrong in another package must not stop this one
            _leave_out(point, f"cannot be loaded ({type(error).__name__}: {error})")
            continue
        if isinstance(row, kind):
            found[point.name] = row
        else:
            _leave_out(point, f"is {type(row).__name__}, expected {kind.__module__}.{kind.__name__}")
    return found


def _leave_out(point: EntryPoint, why: str) -> None:
    package = point.dist.name if point.dist else "another package"
    warnings.warn(f"{point.group} {point.name!r} of {package} {why}; it is left out", stacklevel=3)
