"""The one facade: `Engine.load()` → assign, rank, search, predict, embed."""

from km3aid.engine.results import (
    Alternative,
    AssignedPeak,
    Assignment,
    Hit,
    Hits,
    PredictedCarbon,
    Prediction,
)

__all__ = ["Alternative", "AssignedPeak", "Assignment", "Hit", "Hits", "PredictedCarbon", "Prediction"]
