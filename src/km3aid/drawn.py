"""What draws itself in a notebook and becomes a data frame: answers and spectra."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_RENDERER = "km3aid.render.notebook"  # stands above what it draws, and is found when something is drawn


class Drawn:
    """Something with a picture for notebooks and rows for data frames."""

    __slots__ = ()

    def _repr_html_(self) -> str | None:
        """Structure, spectrum and table as HTML; None where what was asked is not known and nothing can be drawn."""
        html: str | None = import_module(_RENDERER).html_of(self)
        return html

    def to_dataframe(self) -> Any:
        """A row for each peak, hit, carbon or test; a pandas frame, or an Arrow table where pandas is not installed.

        Peaks and atoms count from 0.
        """
        return import_module(_RENDERER).frame_of(self)
