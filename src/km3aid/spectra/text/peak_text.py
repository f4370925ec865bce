"""Peaks written in a row of text, `170.2 169.8Q 128.5(2C)`: the grammar that lists, tables and journal lines share.

`normalise` makes the characters uniform, `decimal_mark` settles what a comma means, `read_peak_text` reads the peaks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import NamedTuple

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.solvents import is_solvent
from km3aid.spectra.spectrum import LeftOut, Multiplicity, Peak
from km3aid.spectra.text.remarks import PATTERN_REASON, Remark, parse_multiplicity, read_remark

_PROSE = "words between the shifts"
_WIDEST_RANGE_PPM = 10.0
_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]|[()\[\]]")  # a pair that holds no other, or one alone
_DASH = re.compile("[‐‑‒–—―−]")
_SILENT = {"ppm", "and"}  # words beside shifts that say nothing about a peak
_FILLERS = {*_SILENT, "at", "in", "of", "with", "shift", "shifts", "delta", "d"}  # the same, in prose before them


class Token(NamedTuple):
    """A piece of text: its kind (a name in `_scanner`; plain, a usual shift; note), its text and where it starts."""

    kind: str
    text: str
    start: int


@dataclass(slots=True)
class Draft:
    """A peak being read; `letter` is a bare S, D, T or Q whose meaning is still open, `coupled` says that J follows."""

    text: str
    shift_ppm: float
    multiplicity: Multiplicity | None = None
    count: int | None = None
    letter: Multiplicity | None = None
    coupled: bool = False
    solvent: str | None = None

    def to_peak(self, where: str, intensity: float | None = None) -> Peak:
        """The finished peak; raises `SpectrumFormatError` that begins with `where` if a value is out of range."""
        try:
            return Peak(self.shift_ppm, self.multiplicity, self.count, intensity)
        except SpectrumFormatError as error:
            raise SpectrumFormatError(f"{where}: {error}") from None


@dataclass(slots=True)
class PeakText:
    """What a text holds: drafts in order, the words before the first one, and all that did not become a peak."""

    drafts: list[Draft] = field(default_factory=list)
    preface: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    prose_end: int = 0  # where the last of `left_out` ended


def normalise(text: str) -> str:
    """`text` in plain characters, without `<sup>` and `<sub>`; a superscript mark behind a number becomes `*`.

    >>> normalise("¹³C, CDCl₃, 128.9–128.4, 21.0²")
    '13C, CDCl3, 128.9-128.4, 21.0*'
    """
    if "<" in text:
        text = re.sub(r"</?su[bp]>", "", re.sub(r"(?<=[0-9])<sup>[^<]{0,8}</sup>", "*", text))
    if text.isascii():
        return text
    text = _raised().sub(lambda match: "*" * len(match.group()), text)
    plain = unicodedata.normalize("NFKC", text).replace("\u200b", "").replace("\ufeff", "")
    return _DASH.sub("-", plain)


@cache
def _raised() -> re.Pattern[str]:
    """Superscripts and their like that stand behind a number."""
    marks = "".join(c for c in map(chr, range(128, 0x3400)) if unicodedata.category(c) == "No")
    return re.compile(f"(?<=[0-9])[{marks}]+")


def decimal_mark(text: str, where: str) -> str:
    """Whether `.` or `,` marks the decimals in `text`; raises `SpectrumFormatError` where that is ambiguous.

    >>> decimal_mark("170,2 169,8", "x"), decimal_mark("170.2,169.8", "x"), decimal_mark("170,169,128", "x")
    (',', '.', '.')
    """
    masked = mask_notes(text)
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
            f"{where}: the comma in {commas[0]!r} may be a decimal mark or part two shifts; write "
            f"{commas[0].replace(',', '.')} for one shift or {commas[0].replace(',', ', ')} for two"
        )
    return ","


@lru_cache(maxsize=8)  # every step of reading a text asks for it again
def mask_notes(text: str) -> str:
    """`text` with every parenthesis blanked out; the length stays."""
    if "(" not in text and "[" not in text:
        return text
    parts, last = [], 0
    for start, end in _parentheses(text).items():
        parts += [text[last:start], " " * (end + 1 - start)]
        last = end + 1
    return "".join([*parts, text[last:]])


def read_peak_text(text: str, where: str, mark: str = ".", strict: bool = True) -> PeakText:
    """Read the peaks of normalised `text`, whose decimals are marked by `mark`.

    A `strict` text may hold nothing but shifts and remarks on them: anything else is a `SpectrumFormatError`. In the
    other mode, for prose, it goes to `left_out`. A bare letter is a multiplicity in a strict text only.
    """
    result = PeakText()
    tokens = list(_scan(text, mark))
    times = 0  # of `2 × 128.5`, until its shift comes
    for position, token in enumerate(tokens):
        if token.kind == "note":
            _remark(token, text, where, strict, result)
            continue
        if token.kind == "plain" and (strict or not token.text.isdigit()):
            result.drafts.append(Draft(token.text, float(token.text.replace(mark, ".")), count=times or None))
            times = 0
            continue
        following = tokens[position + 1] if position + 1 < len(tokens) else None
        if not (strict or result.drafts) and token.kind == "word" and token.text.lower() in _FILLERS:
            continue
        reason = _not_a_shift(token, following, strict, text)
        if token.kind in ("plain", "number", "range") and reason is None:
            draft = _draft(token, where, mark, result.left_out)
            draft.count, times = times or None, 0
            result.drafts.append(draft)
        elif token.kind == "prefix":
            times = int(token.text.rstrip(" x×"))
        elif token.kind in ("word", "carbons", "times", "coupling", "footnote") and reason is None:
            _remark(token, text, where, strict, result)
        elif strict:
            raise _unreadable(text, token, where, reason)
        elif token.kind != "quantity":
            _leave_out(result, text, token, reason or "not understood")
    return result


def _scan(text: str, mark: str) -> Iterator[Token]:
    usual, scan = _usual(mark).match, _scanner(mark).match
    start = 0
    while start < len(text):
        if match := usual(text, start):
            yield Token("plain", match[1], start)
            if (note := match[2]) is not None:
                yield Token("note", note, match.start(2) - 1)
            start = match.end()
        elif text[start] in "([" and (end := _parentheses(text).get(start)):
            yield Token("note", text[start + 1 : end], start)
            start = end + 1
        elif match := scan(text, start):
            if (kind := match.lastgroup or "other") != "sep":
                yield Token(kind, match.group(), start)
            start = match.end()


@cache
def _usual(mark: str) -> re.Pattern[str]:
    """A shift with at most one remark in parentheses, and what parts it from the next: most of any list, at once."""
    number = rf"[0-9]+(?:{re.escape(mark)}[0-9]+)?"
    return re.compile(rf"({number})(?:\s?\(([^()\[\]]*)\)(?:,\s)?|,\s)")


@cache
def _scanner(mark: str) -> re.Pattern[str]:
    number = rf"[0-9]+(?:{re.escape(mark)}[0-9]+)?"
    end = rf"(?![0-9]|{re.escape(mark)}[0-9]|-[0-9])"
    kinds = {
        "sep": r"[\s,;]+|\.(?=\s|$)",
        "coupling": rf"[0-9]?\s?J(?![a-z]{{2}})[^\n=;]{{0,20}}?[=\s]\s*{number}"
        rf"(?:(?:\s*[,/&]\s*{number})*?\s*(?:[Hz]{{1,4}}(?![A-Za-z])|(?=\))))?",
        "quantity": rf"(?:{number}-)?{number}\s*(?:(?i:[MG]?Hz)|K|°\s?C|mg|m[Ll]|m?M|%|cm-1|nm|min|h)(?![A-Za-z])",
        "prefix": rf"(?:[2-9]|1[0-2])\s*[x×]\s*(?=[0-9]+{re.escape(mark)}[0-9])",
        "times": r"[x×]\s*[0-9]{1,2}(?![0-9.,]*[0-9])",
        "carbons": r"[2-9](?:\s*[x×]\s*)?C(?:H[0-3]?)?(?![\w-])",
        "unclear": r"[1-5][0-9]C(?:H[0-3]?)?(?![\w-])",
        "range": rf"[-+]?{number}(?:-| - |- | to )[-+]?{number}{end}(?! - [0-9])",
        "equation": rf"(?!δ|delta|ppm|shift)[^\W\d_]\w*\s*=\s*{number}",
        "number": rf"(?:(?<=[,;]\s)-\s|[-+])?{number}{end}",
        "footnote": r"[*†‡§]+",
        "word": r"[^\W\d_](?:[\w'′\"]|[=-](?=\w))*",
        "other": r".",
    }
    return re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in kinds.items()), re.DOTALL)


@lru_cache(maxsize=8)
def _parentheses(text: str) -> dict[int, int]:
    """The outermost pairs of round or square brackets, opening position → closing position."""
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


def _not_a_shift(token: Token, following: Token | None, strict: bool, text: str) -> str | None:
    """Why `token` says nothing about a peak, or None where it does."""
    if token.kind == "unclear":
        carbon = token.text.lstrip("0123456789")
        number = token.text.removesuffix(carbon)
        return f"ambiguous: write {number}.0{carbon} for a shift, ({token.text}) for a count"
    if token.kind == "equation":
        return "a stated value, not a peak"
    if token.kind == "coupling" and strict:
        return "a coupling constant; put it in parentheses behind its shift"
    if token.kind == "word":
        ends_in_colon = text[token.start + len(token.text) :].lstrip().startswith(":")
        return "a heading" if ends_in_colon and not is_solvent(token.text) else _unknown_word(token.text, strict)
    if strict or following is None or token.kind not in ("plain", "number") or not token.text.isdigit():
        return None
    if following.kind == "word" and _unknown_word(following.text, False) and following.text.lower() not in _SILENT:
        return f"a number of {following.text}, not a shift"
    return None


def _unknown_word(word: str, strict: bool) -> str | None:
    if parse_multiplicity(word) or word.lower() in _SILENT:
        return None
    if strict:
        return "not a shift in ppm"
    remark = read_remark(word)
    known = remark.count or remark.solvent or any(reason == PATTERN_REASON for _, reason in remark.unused)
    return None if known else _PROSE


def _draft(token: Token, where: str, mark: str, left_out: list[LeftOut]) -> Draft:
    if token.kind in ("plain", "number"):
        return Draft(token.text, float(token.text.replace(mark, ".").replace("- ", "-")))
    shifts = [float(n.replace(mark, ".")) for n in _numbers(token.text, mark)]
    middle = round(sum(shifts) / 2, 4)
    if abs(shifts[0] - shifts[1]) > _WIDEST_RANGE_PPM:
        raise SpectrumFormatError(
            f"{where}: the range {token.text!r} is wider than {_WIDEST_RANGE_PPM:g} ppm and cannot stand for one peak; "
            "give its peaks one by one"
        )
    left_out.append(LeftOut(token.text, f"a range; its midpoint, {middle:g} ppm, is taken as the peak"))
    return Draft(token.text, middle)


def _numbers(text: str, mark: str) -> list[str]:
    number = rf"[0-9]+(?:{re.escape(mark)}[0-9]+)?"
    parts = re.fullmatch(rf"([-+]?{number})(?:(?:-| - |- | to )([-+]?{number}))?", text)
    return [part for part in parts.groups() if part] if parts else []


def _remark(token: Token, text: str, where: str, strict: bool, result: PeakText) -> None:
    """Attach `token` to the peak before it, or to the preface."""
    if token.kind == "word" and token.text.lower() in _SILENT:
        return
    if not result.drafts:
        if strict:
            raise _unreadable(text, token, where, "it follows no shift")
        result.preface.append(token.text)
        return
    draft = result.drafts[-1]
    if token.kind == "footnote":
        result.left_out.append(LeftOut(f"{draft.text}{token.text}", "a footnote mark; the shift is kept"))
        return
    remark = read_remark(token.text)
    if remark.unused:
        result.left_out += [LeftOut(f"{draft.text}: {part}", reason) for part, reason in remark.unused]
    _merge(draft, remark, where, strict, result.left_out)


def _merge(draft: Draft, remark: Remark, where: str, strict: bool, left_out: list[LeftOut]) -> None:
    draft.coupled |= remark.coupled
    draft.solvent = draft.solvent or remark.solvent
    stated = remark.multiplicity
    if strict and remark.letter and remark.coupled:
        left_out.append(LeftOut(f"{draft.text}: {remark.letter.lower()}", PATTERN_REASON))
    elif strict:
        stated = stated or remark.letter
    else:
        draft.letter = draft.letter or remark.letter
    contradictions = [("multiplicity", draft.multiplicity, stated), ("count", draft.count, remark.count)]
    for name, old, new in contradictions if draft.multiplicity or draft.count else ():
        if old is not None and new is not None and old != new:
            if strict:
                raise SpectrumFormatError(f"{where}: {draft.text} has two {name} values, {old} and {new}; give one")
            left_out.append(LeftOut(f"{draft.text}: {new}", f"contradicts the {name} {old} beside it"))
    draft.multiplicity = draft.multiplicity or stated
    draft.count = draft.count or remark.count


def _unreadable(text: str, token: Token, where: str, reason: str | None) -> SpectrumFormatError:
    start, end = token.start, token.start + max(1, len(token.text))
    while start > 0 and not (text[start - 1].isspace() or text[start - 1] in ",;"):
        start -= 1
    while end < len(text) and not (text[end].isspace() or text[end] in ",;"):
        end += 1
    chunk = text[start:end] if end - start <= 40 else text[start : start + 39] + "…"
    return SpectrumFormatError(
        f"{where}: {chunk!r} cannot be read: {reason or 'not a shift in ppm'}; "
        "expected shifts such as 170.2, 169.8Q or 128.5(2C), parted by blanks or commas"
    )


def _leave_out(result: PeakText, text: str, token: Token, reason: str) -> None:
    """Note `token`; words of one reason with nothing but blanks between them make one entry."""
    if not token.text.strip(" .:/=|+-"):
        return
    last = result.left_out[-1] if result.left_out else None
    if last and last.reason == reason == _PROSE and text[result.prose_end : token.start].isspace():
        result.left_out[-1] = LeftOut(f"{last.text} {token.text}", reason)
    else:
        result.left_out.append(LeftOut(token.text, reason))
    result.prose_end = token.start + len(token.text)
