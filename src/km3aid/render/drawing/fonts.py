"""The typeface of PNG and PDF: Bitstream Vera Sans, which comes with reportlab, so that no system font is needed."""

from __future__ import annotations

from importlib.resources import files

REGULAR = str(files("reportlab") / "fonts" / "Vera.ttf")
BOLD = str(files("reportlab") / "fonts" / "VeraBd.ttf")
