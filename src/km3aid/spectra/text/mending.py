"""Numbers that a print broke apart, `137.⏎9`, `60. 5`, `171·4`, `1 28.5`, made whole again."""

from __future__ import annotations

import re
from collections import Counter

from km3aid.spectra.text.analyses import ANALYSIS

_OTHER_POINT = re.compile(r"(?<![\w.])([0-9]{1,3})\s?[·∙⋅•‧]\s?([0-9]{1,4})(?!\w|\.[0-9])")
_BLANK = r"[ \t\r\n]"
_BEFORE_THE_POINT = re.compile(rf"(?<![\w.,-])[0-9]{{1,3}}{_BLANK}+\.{_BLANK}?[0-9]{{1,4}}(?![0-9]|\.[0-9])")
_CHUNK = re.compile(
    rf"(?:(?<=[,;:=)/δ\n])|(?<=δC|nd)|(?<=ppm)|^)({_BLANK}*)([0-9](?:[0-9.]|{_BLANK}|-\n)*[0-9])"
    rf"(?={_BLANK}*(?:[,;(\[/]|and\b|ppm\b|\.(?![0-9])|$)|[ \t]*\n)"
)
_SUSPECT = re.compile(r"[0-9]\.?-?\s+\.?\s?[0-9]|[·∙⋅•‧]")
_WHOLE = re.compile(
    r"(?<![\w.,-])[0-9]{1,3}\.([0-9]{1,4})(?!\w|\.[0-9])|(?<!\.\s)(?<![\w.,-])[0-9]{1,3}(?=\s?[,;(\[])()"
)
_FEWEST = 0.5  # numbers with decimals for each without, in a list whose shifts have decimals


def mend_numbers(text: str) -> tuple[str, list[tuple[str, str]]]:
    """A list of shifts with whole numbers, and each broken number with what it is read as.

    Pieces between two separators are joined only if they make one number with as many decimals as others in the list,
    which are those before another analysis.

    >>> mend_numbers("171.4, 137.\\n9, 60. 5, 21.0")
    ('171.4, 137.9, 60.5, 21.0', [('137. 9', '137.9'), ('60. 5', '60.5')])
    """
    mended: list[tuple[str, str]] = []
    if not _SUSPECT.search(text):
        return text, mended

    def note(found: str, whole: str) -> str:
        mended.append((" ".join(found.split()), whole))
        return whole

    text = _OTHER_POINT.sub(lambda m: note(m.group(), f"{m[1]}.{m[2]}"), text)
    text = _BEFORE_THE_POINT.sub(lambda m: note(m.group(), re.sub(r"\s", "", m.group())), text)
    usual = _decimals(text)

    def mend(chunk: re.Match[str]) -> str:
        before, line, last = "", "", chunk[2]
        if (whole := _joined(last, usual)) is None:
            before, line, last = last.rpartition("\n")  # behind the number of a page
            whole = _joined(last, usual) if line else None
        return chunk[1] + before + line + (note(last, whole) if whole else last)

    return _CHUNK.sub(mend, text), mended


def _decimals(text: str) -> set[int]:
    """How many decimals the whole numbers of the list have."""
    first = _WHOLE.search(text)
    stop = ANALYSIS.search(text, first.end()) if first else None
    found = Counter(len(m[1] or "") for m in _WHOLE.finditer(text, 0, stop.start() if stop else len(text)))
    whole = found.pop(0, 0)
    return set(found) if found.total() >= _FEWEST * whole else set()


def _joined(chunk: str, usual: set[int]) -> str | None:
    """The one number that the pieces of `chunk` make, or None where they make none or are whole already."""
    if not re.search(r"\s", chunk):
        return None
    whole = re.sub(r"\s|-\n", "", chunk)
    match = re.fullmatch(r"[0-9]{1,3}\.([0-9]{1,4})", whole)
    if match is None or float(whole) > 250:
        return None
    at_the_point = re.fullmatch(rf"[0-9]+\.-?{_BLANK}+[0-9]+", chunk)
    return whole if len(match[1]) in usual or (at_the_point and usual) else None
