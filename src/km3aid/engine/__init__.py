"""The one facade: `Engine.load()` → assign, rank, search, predict, embed."""

from km3aid.engine.engine import Engine
from km3aid.engine.results import (
    Alternative,
    AssignedPeak,
    Assignment,
    Hit,
    Hits,
    Matrix,
    PredictedCarbon,
    Prediction,
)

__all__ = [
    "Alternative",
    "AssignedPeak",
    "Assignment",
    "Engine",
    "Hit",
    "Hits",
    "Matrix",
    "PredictedCarbon",
    "Prediction",
]
