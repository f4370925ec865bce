"""Formulas as counts of elements: those of a mass, and their text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from km3aid.elucidate.target import ELEMENTS, Counts
from km3aid.molecules import hill
from km3aid.molecules.graphs import symbol

# monoisotopic masses in Da (CIAAW 2021)
_MASS_DA = {
    "H": 1.00782503, "C": 12.0, "N": 14.00307400, "O": 15.99491462, "F": 18.99840316, "Si": 27.97692653,
    "P": 30.97376200, "S": 31.97207117, "Cl": 34.96885268, "Br": 78.9183376, "I": 126.904472,
}  # fmt: skip
_MOST = {"N": 7, "O": 14, "F": 4, "Si": 1, "P": 1, "S": 2, "Cl": 3, "Br": 2, "I": 1}


def formulas_of_mass(mass_da: float, tolerance_da: float, elements: Sequence[str]) -> list[Counts]:
    """Neutral formulas within the tolerance that a molecule may have, those of fewer kinds of atoms first."""
    found = list(_formulas(mass_da, tolerance_da, [s for s in _MOST if s in elements]))
    return sorted(found, key=lambda counts: (sum(n > 0 for n in counts[2:-1]), sum(counts[2:-1])))


def spelt(counts: Counts) -> str:
    """The formula in Hill order, its charge left out.

    >>> spelt((6, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    'C2H6O'
    """
    return hill("".join(f"{symbol(z)}{n}" for z, n in zip(ELEMENTS, counts, strict=False) if n))


def _formulas(mass_da: float, tolerance_da: float, hetero: Sequence[str]) -> Iterator[Counts]:
    for numbers in product(*(range(_MOST[s] + 1) for s in hetero)):
        rest = mass_da - sum(n * _MASS_DA[s] for n, s in zip(numbers, hetero, strict=True))
        if rest < _MASS_DA["C"]:
            continue
        held = dict(zip(hetero, numbers, strict=True))
        ends = sum(held.get(s, 0) for s in ("F", "Cl", "Br", "I"))
        threes = held.get("N", 0) + held.get("P", 0)
        for carbons in range(max(1, int(rest / 15)), int(rest / 12) + 1):
            hydrogens = round((rest - 12 * carbons) / _MASS_DA["H"])
            off = abs(rest - 12 * carbons - hydrogens * _MASS_DA["H"])
            spare = 2 * (carbons + held.get("Si", 0)) + 2 + threes - ends - hydrogens
            if hydrogens >= 0 and off <= tolerance_da and spare >= 0 and spare % 2 == 0:
                counts = held | {"C": carbons, "H": hydrogens}
                if sum(numbers) <= 2 * carbons:
                    yield (*(counts.get(symbol(z), 0) for z in ELEMENTS), 0)
