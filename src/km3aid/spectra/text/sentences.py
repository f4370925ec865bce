"""Shifts that sentences name: `two signals at 169.0 and 157.3 ppm`, `a carbonyl (δ 172.2)`; other numbers are none."""

from __future__ import annotations

import re
from typing import NamedTuple

_WORD = re.compile(r"(?<![A-Za-z])[a-z]{4,}(?![A-Za-z])")
MANY_WORDS = 3  # before the first number: no heading
MANY_SHIFTS = 3  # in a row they need neither δ nor ppm
_SENTENCE = re.compile(r"[.!?]\s+(?=[A-Z(\[0-9-])|\n[ \t\r]*\n")
_NEAR = 80  # characters before a row of numbers
_SENTENCES_BEFORE = 2  # without a shift, at most
_NUMBER = (
    r"(?<![\w.,-])(?<![0-9]:)-?[0-9]{1,3}(?:\.[0-9]{1,3})?"
    r"(?![\w%°]|:[0-9]|\.[0-9]|\s?(?:%|[MkG]?Hz|mg|m[Ll]|°|nm|cm|eV|min|K\b))"
)
_PEAK = rf"{_NUMBER}(?:\s*ppm)?(?:\s*\([^()]{{0,80}}\))?(?:,?\s*ppm\b)?"
_PEAKS = re.compile(
    r"(?P<delta>(?:δ(?:\s?_?\{?C\}?)?|\bdelta\b)\s*[=:]?\s*(?:\(ppm\)\s*)?)?"
    rf"(?P<peaks>{_PEAK}(?:(?:\s*(?:,|;|&|/|-|\b(?:and|or|to|at)\b)\s*)+{_PEAK})*)"
)
_SHOWN = re.compile(
    r"\b(?:show|display|exhibit|reveal|appear|resonat|assign|attribut|correspond|observ|detect|contain)"
)
_OF_SIGNALS = re.compile(r"signal|peak|resonan|carbon|shift|(?<![A-Za-z])C=|CH[23]?\b")
_OF_THE_METHOD = re.compile(
    r"referenc|record|calibrat|standard|relative to|residual|acquir|instrument|spectromet(?:er|re)|error|deviat|within|"
    r"accura|resolution|width|region|enlarge|expan|comput|predict"
)
_SIGNALS_AT = re.compile(r"\b(?:signal|peak|resonance)s?\sat\s*\Z")
_DIFFERENCE = re.compile(  # before a number that is no shift
    r"(?:(?<!chemical )\bshift\sof|shift(?:s|ed)?\s(?:\w+\s)?by|\bdiffer(?:s|ed|ing|ences?)?\b(?:\s[\w-]+){0,3}|Δ)\s*\Z"
)


class Named(NamedTuple):
    """The shifts of a description as a list, the words before the first one, and what comes after the last one."""

    before: str
    text: str
    after: str


def words_in(text: str) -> int:
    """How many ordinary words a text has; headings have few."""
    return len(_WORD.findall(text))


def named_shifts(body: str) -> Named:
    """The shifts that the sentences of `body` name with δ or ppm, or as a row of several.

    Sentences on how spectra are measured, referenced or computed name none.

    >>> named_shifts(" spectrum of 2 showed signals at 169.5 and 164.0 ppm. It melts at 98.5.").text
    'δ 169.5 and 164.0 ppm'
    """
    peaks: list[str] = []
    first, last, start = len(body), 0, 0
    for index, end in enumerate([*(m.end() for m in _SENTENCE.finditer(body)), len(body)]):
        rows = _PEAKS.finditer(body, start, end)
        found = [m for m in rows if _names_shifts(m, body[start:end], body[max(start, m.start() - _NEAR) : m.start()])]
        if found:
            first, last = min(first, found[0].start()), found[-1].end()
            peaks += [m["peaks"] for m in found]
        elif peaks or index >= _SENTENCES_BEFORE:
            break
        start = end
    return Named(body[:first], f"δ {'; '.join(peaks)}" if peaks else "", body[last:])


def is_of_the_method(sentence: str) -> bool:
    """Whether a sentence tells how spectra are measured, referenced or computed."""
    return bool(_OF_THE_METHOD.search(sentence) and not _SHOWN.search(sentence))


def _names_shifts(row: re.Match[str], sentence: str, before: str) -> bool:
    """Whether a row of numbers, with what is `before` it in its sentence, is one of shifts and not of differences."""
    if is_of_the_method(sentence) or _DIFFERENCE.search(before):
        return False
    if row["delta"]:
        return True
    numbers = re.findall(_NUMBER, row["peaks"])
    decimals = all("." in number for number in numbers)
    if decimals and _SIGNALS_AT.search(before):
        return True
    if "ppm" in row["peaks"] or (len(numbers) >= MANY_SHIFTS and decimals):
        return bool(_SHOWN.search(sentence) or _OF_SIGNALS.search(sentence))
    return False
