"""Molecular formulas as text: read, put into Hill order, count the elements."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rdkit import Chem

from km3aid.errors import MoleculeError

_PART = re.compile(r"([A-Z][a-z]?)([0-9]*)")
# Atoms, in brackets or not, then a charge: + -- -2, or a number first where no atom's number can be meant: ]2- and ^2-.
_WHOLE = re.compile(
    rf"(\[)?(?P<atoms>(?:{_PART.pattern})+)(?(1)\])[ ^]?(?P<charge>\++|-+|[+-][0-9]+|(?<=[] ^])[0-9]+[+-])?"
)
_RAISED_CHARGE = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]*[⁺⁻]$")
_PLAIN = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹₊₋⁺⁻−–", "01234567890123456789+-+---")
_ELEMENTS = {Chem.GetPeriodicTable().GetElementSymbol(n) for n in range(1, 119)}


def element_counts(formula: str) -> dict[str, int]:
    """Atoms of each element; raises `MoleculeError`.

    >>> element_counts("C2H6O")
    {'C': 2, 'H': 6, 'O': 1}
    """
    return _read(formula)[0]


def formula_charge(formula: str) -> int:
    """The charge that a formula names; raises `MoleculeError`.

    >>> formula_charge("C9H7O4-")
    -1
    """
    return _read(formula)[1]


def hill(formula: str) -> str:
    """The formula in Hill order: C, H, then the others by letter, then the charge; raises `MoleculeError`.

    A formula has the charge that it names and no other: `C9H8O4` is neutral, its anion is `C9H7O4-`, which may also be
    written `C9H7O4 1-`, `[C9H7O4]-` or `C₉H₇O₄⁻`. The number of a charge stands behind the sign (`C4H4O4-2`), or before
    it after a space, a bracket or `^`, or raised. The result is spelt as RDKit spells it.

    >>> hill("O4H8C9"), hill("[C4H4O4]2-"), hill("C₅H₁₂N⁺")
    ('C9H8O4', 'C4H4O4-2', 'C5H12N+')
    """
    counts, charge = _read(formula)
    first = [s for s in ("C", "H") if s in counts and "C" in counts]
    order = first + sorted(set(counts) - set(first))
    text = "".join(s + (str(counts[s]) if counts[s] > 1 else "") for s in order)
    sign = f"{charge:+d}" if charge else ""
    return text + (sign[0] if sign in ("+1", "-1") else sign)


def check_elements(symbols: Iterable[str]) -> frozenset[str]:
    """Element symbols as a set; raises `MoleculeError` at one that names no element."""
    for symbol in symbols:
        if symbol not in _ELEMENTS:
            raise MoleculeError(f"{symbol!r} is not the symbol of an element; write for example C,H,N,O")
    return frozenset(symbols)


def _read(formula: str) -> tuple[dict[str, int], int]:
    """Atoms of each element, and the charge."""
    text = _RAISED_CHARGE.sub(lambda charge: "^" + charge[0], formula.strip()).translate(_PLAIN)
    whole = _WHOLE.fullmatch(text)
    if not whole:
        raise MoleculeError(f"{formula!r} is not a molecular formula; write for example C9H8O4, an ion as C9H7O4-")
    counts: dict[str, int] = {}
    for symbol, number in _PART.findall(whole["atoms"]):
        if symbol not in _ELEMENTS:
            advice = "write D and T as H" if symbol in ("D", "T") else "write a formula such as C9H8O4"
            raise MoleculeError(f"{formula!r}: {symbol} names no element; {advice}")
        counts[symbol] = counts.get(symbol, 0) + int(number or 1)
    charge = whole["charge"] or "+0"
    number = int(charge.strip("+-") or len(charge))
    return {symbol: count for symbol, count in counts.items() if count}, -number if "-" in charge else number
