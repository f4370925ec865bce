"""Pictures: a structure above its spectrum, as SVG or as a page on which peaks and carbons light up together."""

from km3aid.render.page import write_assignment, write_prediction

__all__ = ["write_assignment", "write_prediction"]
