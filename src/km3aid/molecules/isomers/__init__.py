"""Structures near a given one: constitutional isomers by small changes, and diastereomers."""

from km3aid.molecules.isomers.diastereomers import are_diastereomers, diastereomers
from km3aid.molecules.isomers.nearby import nearby_isomers

__all__ = ["are_diastereomers", "diastereomers", "nearby_isomers"]
