"""The facade: `Engine.load()`, then assign, rank, search, predict, embed. Importing this package loads no torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from km3aid.engine.results import (
    Alternative,
    AssignedPeak,
    Assignment,
    Elucidation,
    Hit,
    Hits,
    Matrix,
    PredictedCarbon,
    Prediction,
    Proposal,
    Verification,
)

if TYPE_CHECKING:
    from km3aid.engine.engine import Engine

__all__ = [
    "Alternative",
    "AssignedPeak",
    "Assignment",
    "Elucidation",
    "Engine",
    "Hit",
    "Hits",
    "Matrix",
    "PredictedCarbon",
    "Prediction",
    "Proposal",
    "Verification",
]


def __getattr__(name: str) -> Any:
    if name != "Engine":
        raise AttributeError(f"module 'km3aid.engine' has no attribute {name!r}")
    from km3aid.engine.engine import Engine

    return Engine
