"""The tokens of a row of peaks: shifts, ranges, remarks, couplings, words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from km3aid.spectra.text.characters import REPEATED_GROUP, outer_brackets

_GROUP = "(?:C(?:H[23]?|q)?)"


class Token(NamedTuple):
    """A piece of text and where it starts."""

    kind: str  # `plain` (an unsigned number), `note` (what brackets enclose), `formula`, or a name in `_scanner`
    text: str
    start: int


def scan(text: str, mark: str) -> Iterator[Token]:
    """The tokens of normalised `text`, whose decimal mark is `mark`, without separators.

    >>> [(token.kind, token.text) for token in scan("128.5 (2C), 21", ".")]
    [('plain', '128.5'), ('note', '2C'), ('number', '21')]
    >>> [(token.kind, token.text) for token in scan("67.1 OCH(CH3)2", ".")]
    [('number', '67.1'), ('word', 'OCH'), ('formula', '(CH3)2')]
    """
    usual, other = _usual(mark).match, _scanner(mark).match
    start = 0
    while start < len(text):
        if match := usual(text, start):
            yield Token("plain", match[1], start)
            start = match.end()
            if (note := match[2]) is not None:
                opened = match.start(2) - 1
                if rest := REPEATED_GROUP.match(text, start):
                    start = rest.end()
                yield Token("formula", text[opened:start], opened) if rest else Token("note", note, opened)
        elif text[start] in "([" and (end := outer_brackets(text).get(start)):
            rest = REPEATED_GROUP.match(text, end + 1)
            after = rest.end() if rest else end + 1
            yield Token("formula", text[start:after], start) if rest else Token("note", text[start + 1 : end], start)
            start = after
        elif match := other(text, start):
            if (kind := match.lastgroup or "other") != "sep":
                yield Token(kind, match.group(), start)
            start = match.end()


def ends_of_range(token: Token, mark: str) -> tuple[float, float]:
    """The two numbers of a token of the kind `range`."""
    number = rf"([-+]?{_number(mark)})"
    ends = re.fullmatch(rf"{number}(?:-| - |- | to ){number}", token.text)
    assert ends is not None
    return float(ends[1].replace(mark, ".")), float(ends[2].replace(mark, "."))


def _number(mark: str) -> str:
    return rf"[0-9]+(?:{re.escape(mark)}[0-9]+)?"


@cache
def _usual(mark: str) -> re.Pattern[str]:
    """A shift with at most one bracketed remark and the comma after it: most of any list, in one match."""
    return re.compile(rf"({_number(mark)})(?:\s?\(([^()\[\]]*)\)(?:,\s)?|,\s)")


@cache
def _scanner(mark: str) -> re.Pattern[str]:
    number = _number(mark)
    end = rf"(?![0-9]|{re.escape(mark)}[0-9]|-[0-9])"
    kinds = {
        "sep": r"[\s,;]+|\.(?=\s|$)",
        "coupling": rf"[0-9]?\s?J(?![a-z]{{2}})[^\n=;]{{0,20}}?[=\s]\s*{number}"
        rf"(?:(?:\s*[,/&]\s*{number})*?\s*(?:[Hz]{{1,4}}(?![A-Za-z])|(?=\))))?",
        "quantity": rf"(?:{number}-)?{number}\s*(?:(?i:[MG]?Hz)|K|°\s?C|mg|m[Ll]|m?M|%|cm-1|nm|min|h)(?![A-Za-z])",
        "prefix": rf"(?:[2-9]|1[0-2])\s*[x×]\s*(?=[0-9]+{re.escape(mark)}[0-9])",
        "times": r"[x×]\s*[0-9]{1,2}(?![0-9.,]*[0-9])",
        "choice": rf"(?:{_GROUP}(?:/{_GROUP}){{1,2}}|[SDTQ](?:/[SDTQ]){{1,2}})(?![\w/])",
        "carbons": r"[2-9](?:\s*[x×]\s*)?C(?:H[0-3]?)?(?![\w-])",
        "unclear": r"[1-5][0-9]C(?:H[0-3]?)?(?![\w-])",
        "broken": rf"[0-9]+(?:{re.escape(mark)}[0-9]+){{2,}}",
        "range": rf"[-+]?{number}(?:-| - |- | to )[-+]?{number}{end}(?! - [0-9])",
        "reference": r"(?:[Tt]ables?|[Ff]ig(?:ures?|s?\.)|[Ss]chemes?|[Cc]ompounds?|[Ee]ntr(?:y|ies)|positions?)"
        r"\s+[A-Z]?[0-9]{1,3}[a-z]?"
        r"(?:\s*(?:,|-|and|&)\s*[A-Z]?[0-9]{1,3}[a-z]?)*(?![\w.]*[0-9])",
        "locant": r"-?[0-9]{1,2}(?:,[0-9]{1,2})*-(?=[A-Z]?[a-z]{3}|\([0-9]|\([A-Z]?[a-z]{3}|[NOS]-)",
        "equation": rf"(?!δ|delta|d\b|ppm|shift)[^\W\d_]\w*\s*=\s*{number}",
        "number": rf"(?:(?<=[,;]\s)-\s|[-+])?{number}{end}",
        "missing": r"n\.\s?[do]\.",
        "footnote": r"[*†‡§]+",
        "word": r"[^\W\d_](?:[\w'′\"]|[=-](?=\w))*",
        "other": r".",
    }
    return re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in kinds.items()), re.DOTALL)
