"""The characters of typed and printed peak lists: made uniform, brackets found, the decimal mark settled."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from km3aid.errors import SpectrumFormatError

_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]|[()\[\]]")  # a pair with no other inside, or a single one
# What follows the bracket of a group that a formula has several times: the 2 of N(CH3)2, the 2CH of (CH3)2CH.
REPEATED_GROUP = re.compile(r"(?<=[)\]])[2-9](?:[A-Z][A-Za-z0-9]*)?(?![\w(\[]|\.[0-9]|,[0-9]{1,2}(?![0-9.]))")
_INVISIBLE = re.compile("[\u00ad\u200b\ufeff]")  # soft hyphens, blanks without width, marks of byte order
_DASH = re.compile("[‐‑‒–—―−]")
_STOPS = str.maketrans({"、": ", ", "。": ". "})


def normalise(text: str) -> str:
    """`text` in plain characters, without `<sup>` and `<sub>`; a superscript mark after a number becomes `*`.

    >>> normalise("¹³C, CDCl₃, 128.9–128.4, 21.0²")
    '13C, CDCl3, 128.9-128.4, 21.0*'
    """
    if "<" in text:
        text = re.sub(r"</?su[bp]>", "", re.sub(r"(?<=[0-9])<sup>[^<]{0,8}</sup>", "*", text))
    if text.isascii():
        return text
    text = _superscripts().sub(lambda match: "*" * len(match.group()), text)
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    plain = _DASH.sub("-", plain)
    return plain.translate(_STOPS) if "、" in plain or "。" in plain else plain


@cache
def _superscripts() -> re.Pattern[str]:
    """Superscripts and similar marks after a number."""
    marks = "".join(c for c in map(chr, range(128, 0x3400)) if unicodedata.category(c) == "No")
    return re.compile(f"(?<=[0-9])[{marks}]+")


def decimal_mark(text: str, where: str) -> str:
    """Whether `.` or `,` is the decimal mark of `text`; raises `SpectrumFormatError` where that is ambiguous.

    >>> decimal_mark("170,2 169,8", "x"), decimal_mark("170.2,169.8", "x"), decimal_mark("170,169,128", "x")
    (',', '.', '.')
    """
    masked = mask_brackets(text)
    if not re.search(r"[0-9],[0-9]", masked):
        return "."
    chunks = re.split(r"[\s;]+|,(?=\s|$)", masked)
    chunks = [chunk for chunk in chunks if chunk]
    commas = [m for chunk in chunks for m in re.findall(r"(?<![\w.,])[0-9]+,[0-9]+(?![0-9.,])", chunk)]
    if any(re.search(r"(?<![A-Za-z])[0-9]+,[0-9]+,[0-9]", chunk) for chunk in chunks) or not commas:
        return "."
    has_point = any(re.search(r"[0-9]\.[0-9]", chunk) for chunk in chunks)
    if has_point or len(chunks) == 1 or any(len(c.partition(",")[2]) > 2 for c in commas):
        raise SpectrumFormatError(
            f"{where}: the comma in {commas[0]!r} may be a decimal mark or separate two shifts; write "
            f"{commas[0].replace(',', '.')} for one shift or {commas[0].replace(',', ', ')} for two"
        )
    return ","


@lru_cache(maxsize=8)  # every step of reading a text asks for it again
def mask_brackets(text: str) -> str:
    """`text` with everything in brackets, and how often a formula has it, blanked out; its length is unchanged."""
    if "(" not in text and "[" not in text:
        return text
    parts, last = [], 0
    for start, end in outer_brackets(text).items():
        repeated = REPEATED_GROUP.match(text, end + 1)
        after = repeated.end() if repeated else end + 1
        parts += [text[last:start], " " * (after - start)]
        last = after
    return "".join([*parts, text[last:]])


@lru_cache(maxsize=8)
def outer_brackets(text: str) -> dict[int, int]:
    """The outermost pairs of round or square brackets: opening position → closing position."""
    opened: list[int] = []
    outer: dict[int, int] = {}
    for bracket in _BRACKETS.finditer(text):
        start, end = bracket.span()
        if end - start > 1:
            outer[start] = end - 1
        elif text[start] in "([":
            opened.append(start)
        elif opened:
            start = opened.pop()
            while outer and next(reversed(outer)) > start:
                outer.popitem()
            outer[start] = end - 1
    return outer
