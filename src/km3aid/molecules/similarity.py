"""Similarity of structures by Morgan fingerprints."""

from __future__ import annotations

from rdkit import DataStructs
from rdkit.Chem import rdFingerprintGenerator

from km3aid.molecules.molecule import Molecule

FINGERPRINT = "Morgan, radius 2, 2048 bits, chirality not looked at"
_GENERATOR = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)
MEASURES = {
    "cosine": DataStructs.CosineSimilarity,
    "dice": DataStructs.DiceSimilarity,
    "russel": DataStructs.RusselSimilarity,
    "sokal": DataStructs.SokalSimilarity,
    "tanimoto": DataStructs.TanimotoSimilarity,
}


def fingerprint_similarities(a: Molecule, b: Molecule) -> dict[str, float]:
    """Cosine, Dice, Russel(-Rao), Sokal and Tanimoto similarity of `FINGERPRINT`.

    Russel-Rao is the share of common bits among all 2048, so a molecule's similarity to itself is not 1.
    """
    first, second = _GENERATOR.GetFingerprint(a.mol), _GENERATOR.GetFingerprint(b.mol)
    return {name: float(measure(first, second)) for name, measure in MEASURES.items()}


def nearest_tanimoto(molecules: list[Molecule], references: list[Molecule]) -> list[float]:
    """For each molecule, its highest Tanimoto similarity to any of the references."""
    known = [_GENERATOR.GetFingerprint(m.mol) for m in references]
    return [max(DataStructs.BulkTanimotoSimilarity(_GENERATOR.GetFingerprint(m.mol), known)) for m in molecules]
