"""Remarks beside a shift: attached hydrogens, a count, a coupling pattern, a label, the name of the solvent."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from km3aid.spectra.solvents import is_solvent
from km3aid.spectra.spectrum import MULTIPLICITIES, Multiplicity, multiplicity_of

_CARBON_TYPES: dict[str, Multiplicity] = {
    "C": "S",
    "CQ": "S",
    "QUAT": "S",
    "CQUAT": "S",
    "QC": "S",
    "QUAT. C": "S",
    "QUATERNARY C": "S",
    "CH": "D",
    "CH2": "T",
    "CH3": "Q",
}
_LETTERS: dict[str, Multiplicity] = {"S": "S", "D": "D", "T": "T", "Q": "Q"}
_EITHER = re.compile(r"/|\bOR\b")
_COUPLING = re.compile(r"(?<![A-Za-z])[0-9]?\s?J(?![a-z]{2})[^;]*?Hz|(?<![A-Za-z])[0-9]?J(?![a-z]{2})[^,;]*")
_PATTERN = re.compile(r"(?:br\.?\s*)?(?:[sdtqmp]{1,4}|sept|quint|quin|sext|hept|multiplet|br|broad)")
_PATTERNS = re.compile(r"[sdtq](?:/[sdtq])+")  # of a coupling that is not quite clear
_TIMES = re.compile(r"[x×]\s*([0-9]{1,2})|([0-9]{1,2})\s*[x×]")
_CARBONS = re.compile(r"([0-9]{1,2})\s*[x×]?\s*(?:[Cc]|carbons?)|[Cc]\s*[x×]\s*([0-9]{1,2})")
_COUNTED = re.compile(r"(?!19F|31P)([0-9]{1,2})\s*[x×]?\s*((?!H$)[A-Z].*)")
_COUNTED_BEHIND = re.compile(r"([A-Z][^,;]*?)\s*[x×]\s*([2-9]|1[0-9])")
_NUMBER_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_CARBONS_IN_WORDS = re.compile(rf"({'|'.join(_NUMBER_WORDS)})\s(?:equivalent\s)?(?:C|carbons?)", re.IGNORECASE)
_INSTRUMENT = re.compile(r"[0-9.]+\s*MHz", re.IGNORECASE)
_SEPARATORS = re.compile(r"[,;]|\band\b|&")

PATTERN_REASON = "a coupling pattern; it does not give the attached hydrogens"


@dataclass(slots=True)
class Remark:
    """What one remark says."""

    multiplicity: Multiplicity | None = None
    letter: Multiplicity | None = None  # a bare S, D, T or Q: a multiplicity or a coupling pattern
    count: int | None = None
    coupled: bool = False
    solvent: str | None = None
    heading: bool = False  # a spectrometer's frequency is there, so that the solvent is that of the whole spectrum
    unused: list[tuple[str, str]] = field(default_factory=list)  # parts that say nothing about a peak, and why


def parse_multiplicity(word: str) -> Multiplicity | None:
    """The multiplicity that `word` names (S, D, T, Q, C, CH, CH2, CH3 in either case, or several), or None.

    >>> parse_multiplicity("ch2"), parse_multiplicity("C/CH2"), parse_multiplicity("CH3 or CH")
    ('T', 'S/T', 'D/Q')
    """
    keys = [key.strip() for key in _EITHER.split(word.upper())]
    known = [_CARBON_TYPES.get(key) or _LETTERS.get(key) for key in keys]
    if len(known) == 1:
        return known[0]
    all_known = None not in known and len(set(known)) == len(known) < len(MULTIPLICITIES)
    return multiplicity_of(MULTIPLICITIES.index(str(letter)) for letter in known) if all_known else None


@lru_cache(maxsize=1024)  # remarks repeat within a publication; no caller changes them
def read_remark(text: str) -> Remark:
    """Read the parentheses after a shift, or a single word beside it.

    >>> remark = read_remark("d, J = 12.3 Hz, 2C")
    >>> remark.letter, remark.coupled, remark.count
    ('D', True, 2)
    """
    remark = Remark(coupled=re.search("(?<!M)Hz", text) is not None, heading="MHz" in text)
    for coupling in _COUPLING.findall(text):
        remark.coupled = True
        remark.unused.append((coupling.strip(), "a coupling constant, not a shift"))
    for part in _SEPARATORS.split(_COUPLING.sub(",", text)):
        if part.strip(" .:\t\n"):
            _read_part(part.strip(" .:\t\n"), remark)
    return remark


def _read_part(part: str, remark: Remark) -> None:
    if (match := _TIMES.fullmatch(part)) or (match := _CARBONS.fullmatch(part)):
        _set(remark, "count", int(match[1] or match[2]), part)
    elif part.upper() in _LETTERS and remark.letter is None:
        remark.letter = _LETTERS[part.upper()]
    elif part.upper() not in _LETTERS and not _PATTERNS.fullmatch(part) and (multiplicity := parse_multiplicity(part)):
        _set(remark, "multiplicity", multiplicity, part)
    elif is_solvent(part):
        remark.solvent = part
    elif match := _COUNTED.fullmatch(part):
        _set(remark, "count", int(match[1]), part)
        _read_part(match[2], remark)
    elif match := _COUNTED_BEHIND.fullmatch(part):
        _set(remark, "count", int(match[2]), part)
        _read_part(match[1], remark)
    elif match := _CARBONS_IN_WORDS.fullmatch(part):
        _set(remark, "count", _NUMBER_WORDS[match[1].lower()], part)
    elif _PATTERN.fullmatch(part) or _PATTERNS.fullmatch(part):
        remark.unused.append((part, PATTERN_REASON))
    elif "Hz" not in part and not _INSTRUMENT.fullmatch(part):
        remark.unused.append((part, "a label; it gives neither count nor attached hydrogens"))
    elif "MHz" not in part:
        remark.unused.append((part, "a coupling constant, not a shift"))


def _set(remark: Remark, name: Literal["count", "multiplicity"], value: int | Multiplicity, part: str) -> None:
    known = getattr(remark, name)
    if known in (None, value):
        setattr(remark, name, value)
    else:
        remark.unused.append((part, f"contradicts the {name} {known} beside it"))
