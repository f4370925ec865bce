"""Molecular formulas as text: read, put into Hill order, count the elements."""

from __future__ import annotations

import re

from rdkit import Chem

from km3aid.errors import MoleculeError

_PART = re.compile(r"([A-Z][a-z]?)(\d*)")
_CHARGE = re.compile(r"[+-]\d*$")
_WHOLE = re.compile(rf"(?:{_PART.pattern})+(?:{_CHARGE.pattern})?")
_ELEMENTS = {Chem.GetPeriodicTable().GetElementSymbol(n) for n in range(1, 119)}


def element_counts(formula: str) -> dict[str, int]:
    """Atoms of each element; raises `MoleculeError`.

    >>> element_counts("C2H6O")
    {'C': 2, 'H': 6, 'O': 1}
    """
    text = formula.strip()
    if not _WHOLE.fullmatch(text):
        raise MoleculeError(f"{formula!r} is no molecular formula; write for example C9H8O4")
    counts: dict[str, int] = {}
    for symbol, number in _PART.findall(text):
        if symbol not in _ELEMENTS:
            raise MoleculeError(f"{formula!r}: {symbol} is no element; write a formula such as C9H8O4")
        counts[symbol] = counts.get(symbol, 0) + int(number or 1)
    return {symbol: count for symbol, count in counts.items() if count}


def hill(formula: str) -> str:
    """The formula in Hill order: C, H, then the others by letter; a charge such as + or -2 stays at the end.

    >>> hill("O4H8C9")
    'C9H8O4'
    """
    counts = element_counts(formula)
    charge = _CHARGE.search(formula.strip())
    first = [s for s in ("C", "H") if s in counts and "C" in counts]
    order = first + sorted(set(counts) - set(first))
    text = "".join(s + (str(counts[s]) if counts[s] > 1 else "") for s in order)
    return text + (charge.group() if charge else "")


def check_elements(symbols: list[str]) -> frozenset[str]:
    """Element symbols as a set; raises `MoleculeError` at one that is none."""
    for symbol in symbols:
        if symbol not in _ELEMENTS:
            raise MoleculeError(f"{symbol!r} is no element symbol; write for example C,H,N,O")
    return frozenset(symbols)
