"""Molecules as plain arrays that many edits share: sketches, and the way from RDKit and back."""

from km3aid.molecules.graphs.sketch import (
    Sketch,
    Sketches,
    atomic_number,
    flat_mol,
    mol_of_sketch,
    sketch_of_mol,
    stacked,
    symbol,
)

__all__ = ["Sketch", "Sketches", "atomic_number", "flat_mol", "mol_of_sketch", "sketch_of_mol", "stacked", "symbol"]
