"""Tables that are not delimited rows, made into such: HTML, Markdown, TopSpin's listing, columns of a printed page.

Every line keeps its number, except in HTML, where the rows are counted.
"""

from __future__ import annotations

import re
from html import unescape

from km3aid.spectra.text.characters import normalise

_MOST_COLUMNS = 64
_HTML = re.compile(
    r"<(?P<closing>/?)(?P<tag>t[rdh]|sup|br)\b(?P<rest>[^<>]*)>|<[^<>]*>|(?P<text>[^<]+)|<", re.IGNORECASE
)
_SPAN = re.compile(r"colspan\s*=\s*[\"']?([1-9][0-9]?)(?![0-9])", re.IGNORECASE)
_MARKDOWN_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*")
_LISTING = re.compile(r"\bADDRESS\b.*\bFREQUENCY\b", re.IGNORECASE)
_LISTED = ("#", "address", "[Hz]", "ppm", "intensity")
_LABEL = (
    r"(?:C-?)?[0-9]{1,2}[a-z]?['′″\"]*(?:\s?[,/]\s?(?:C-?)?[0-9]{1,2}['′″\"]*)*|"
    r"[0-9]*-?(?:O?Me|O?CH3|OAc|Ac|CHO|CO|OMe|[A-Z][A-Za-z]{0,3}-[0-9]{1,2}['′″]*)(?:-[0-9]{1,2}['′″]*)?"
)
_TYPE = r"CH3|CH2|CH|Cq|qC|C|[sdtq](?![\w])"
_SPACED_SHIFT = re.compile(rf"\s+([0-9]{{1,3}}\.[0-9]{{1,2}})(?:,?\s*\(?({_TYPE})\)?(?![\w-]))?[a-z]?(?=[\s,;]|$)")
_HEADS = r"position|pos|no|atom|carbon|c no|c"
_SPACED_HEAD = re.compile(rf"\s*(?:{_HEADS})\.?\s.*?δ\s?_?C(?!.*[0-9]{{2}}\.[0-9])", re.IGNORECASE)
_DELTA_C = re.compile(r"δ\s?_?C")
_DELTA_H = re.compile(r"δ\s?_?H")
_ALL_CARBON_PPM = 15.0  # above it, no shift is one of 1H


def as_rows(lines: list[str]) -> list[str]:
    """The lines of a text with its table as rows delimited by tabs, or the lines themselves where it has no markup.

    >>> as_rows(["| C | ppm |", "|---|---|", "| 1 | 171.4 |"])
    ['C\\tppm', '', '1\\t171.4']
    """
    if any("<t" in line.lower() for line in lines) and re.search(r"<t[rdh][\s>]", "".join(lines), re.IGNORECASE):
        return _html(lines)
    if any(_MARKDOWN_RULE.fullmatch(line) and "|" in line for line in lines) or _is_piped(lines):
        return [_piped(line) for line in lines]
    for index, line in enumerate(lines):
        if _LISTING.search(line):
            return _listing(lines, index)
        if "\t" not in line and ";" not in line and _SPACED_HEAD.match(normalise(line)):
            return _spaced(lines, index)
    return lines


def why_not_a_table(lines: list[str]) -> str | None:
    """Why a text that names columns of δ is no table that can be read; None where it names none."""
    for line in map(normalise, lines):
        protons, carbons = _DELTA_H.search(line), _DELTA_C.search(line)
        if protons and carbons and _SPACED_HEAD.match(line):
            return "its columns of δC and δH cannot be told apart where blanks separate them; separate them by tabs"
        if protons and not carbons and re.match(rf"\s*\W*(?:{_HEADS})\b", line, re.IGNORECASE):
            return "the table has δH but no δC; expected shifts of 13C"
    return None


def _is_piped(lines: list[str]) -> bool:
    pipes = [line.count("|") for line in lines if line.strip()]
    return len(pipes) > 1 and min(pipes) > 0 and all(line.strip()[0] == "|" for line in lines if line.strip())


def _piped(line: str) -> str:
    if "|" not in line or _MARKDOWN_RULE.fullmatch(line):
        return ""
    cells = line.strip().removeprefix("|").removesuffix("|").split("|")
    return "\t".join(re.sub(r"[*`]|<br\s*/?>", " ", cell).strip() for cell in cells)


def _listing(lines: list[str], head: int) -> list[str]:
    """TopSpin's listing: a number, the address, the frequency in Hz and in ppm, and the intensity on each line.

    The number may be missing, or the intensity: where the rows do not count, it is the number.
    """
    number = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
    rows = [line.split() for line in lines[head + 1 :]]
    rows = [cells if len(cells) in (4, 5) and all(map(number.fullmatch, cells)) else [] for cells in rows]
    full = [cells for cells in rows if cells]
    counted = [cells[0] for cells in full] == [str(n) for n in range(1, len(full) + 1)]
    names = _LISTED if counted or any(len(cells) == len(_LISTED) for cells in full) else _LISTED[1:]
    return [""] * head + ["\t".join(names)] + ["\t".join(cells) for cells in rows]


def _spaced(lines: list[str], head: int) -> list[str]:
    """A printed table of natural products whose columns are separated by blanks; its δC must come first."""
    title = normalise(lines[head])
    carbons, protons = list(_DELTA_C.finditer(title)), _DELTA_H.search(title)
    if protons and (protons.start() < carbons[0].start() or len(carbons) > 1):
        return lines  # not to be told apart, as `why_not_a_table` says
    above = lines[head - 1].split() if head else []
    named = len(above) >= len(carbons) > 1
    names = above[-len(carbons) :] if named else [""] * len(carbons)
    rows = [*lines[: head - named], *([""] * named), "\t".join(["position", *(f"δC {name}".strip() for name in names)])]
    return rows + [_spaced_row(normalise(line), len(carbons), protons is not None) for line in lines[head + 1 :]]


def _spaced_row(line: str, columns: int, protons: bool) -> str:
    label = re.match(rf"\s*({_LABEL})(?=\s)", line)
    if label is None:
        return " ".join(line.split())
    cells, end = [label[1]], label.end()
    for _ in range(columns):
        shift = _SPACED_SHIFT.match(line, end)
        if shift is None or (protons and not shift[2] and float(shift[1]) < _ALL_CARBON_PPM):
            break
        cells.append(f"{shift[1]} {shift[2] or ''}".strip())
        end = shift.end()
    return "\t".join(cells)


def _html(lines: list[str]) -> list[str]:
    """The rows of all tables; a cell that spans columns stands in the first of them."""
    rows: list[list[str]] = []
    within = False
    span = 1
    for mark in _HTML.finditer("".join(lines)):
        tag, closing = (mark["tag"] or "").lower(), bool(mark["closing"])
        if tag in ("tr", "td", "th") and within:  # the end of a cell, also where it is not said
            rows[-1] += [""] * (span - 1)
            within = False
        if tag == "tr" and not closing:
            rows.append([])
        elif tag in ("td", "th") and not closing and rows and len(rows[-1]) < _MOST_COLUMNS:
            given = _SPAN.search(mark["rest"])
            span = min(int(given[1]), _MOST_COLUMNS) if given else 1
            rows[-1].append("")
            within = True
        elif within and tag == "sup":
            rows[-1][-1] += mark[0]
        elif within and tag in ("", "br"):
            rows[-1][-1] += " " if tag == "br" else re.sub(r"\s+", " ", unescape(mark["text"] or ""))
    return ["\t".join(re.sub(" +", " ", cell).strip() for cell in row) + "\n" for row in rows]
