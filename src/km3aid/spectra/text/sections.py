"""A text of several spectra cut at its headings, such as `13C NMR`, `13C{1H} NMR`, `δC`, `RMN 13C` and `1H NMR`."""

from __future__ import annotations

import re
from typing import NamedTuple

from km3aid.spectra.spectrum import LeftOut
from km3aid.spectra.text.characters import mask_brackets, normalise, outer_brackets

_ISOTOPE = (
    r"(?:\^?\{?(?P<mass>[0-9]{1,3}+)\}?-?\s?(?P<element>[A-Z][a-z]?)|(?P<element2>[A-Z][a-z]?)-(?P<mass2>[0-9]{1,3}))"
)
_DECOUPLED = r"(?:\s*-?\s*(?:\{[^}]{0,12}\}|\[1?H\]|\(1?H\)))?"
_METHOD = (
    r"(?:NMR|(?i:N\. ?M\. ?R)|nuclear\s+magnetic\s+resonance|RMN|ЯМР|APT|DEPTQ?(?:[\s-]?[0-9]{2,3})?|PENDANT|CMR)\b"
)
_HEAD = re.compile(
    r"(?<![0-9])(?=[\^{0-9A-ZЯδcp])(?![0-9]+[.,;)]|C[H)]|J\s)(?:"  # skips shifts and remarks at once
    rf"(?<![\w{{-])(?:(?<!\.)|(?=\S{{2,12}}(?:\s\(1?H\))?\s?{_METHOD})){_ISOTOPE}{_DECOUPLED}"
    rf"(?:(?:[^0-9.;:()δ]{{0,20}}?\b)?{_METHOD}|\s*(?=[:=δ(]))"
    rf"|(?<![\w-])(?P<bare>[CHFP])(?:13|1|19|31)?[\s-]?{_METHOD}"
    r"|(?<![\w/])δ\s?_?\{?(?P<delta>C|H|F|P|N|B|Si)\b\}?(?!\s?/\s?δ)"
    r"|(?<!\w)(?P<word>(?:[Cc]arbon|[Pp]roton)(?=(?:-13|-1)?[\s-]*NMR|\s*[(:δ=])|DEPT(?:[-\s]?[0-9]{2,3}|Q)?|APT|HSQC|HMBC|COSY|NOESY|ROESY|CMR)\b"
    r"(?:-13|-1)?(?:[\s-]*NMR)?(?=[^,;.]{0,40}[(:δ=]))"
)
_WORDS = {"carbon": "C", "cmr": "C", "deptq": "C", "apt": "C", "proton": "H"}
_LOOKS = re.compile(
    rf"{_ISOTOPE}[^\n]{{0,40}}\b(?:NMR|APT|DEPT)|(?<![A-Z]{2})(?:NMR|RMN)\b|ЯМР|(?<!\w)13C\s*[:(]|δ[^\n]{{0,60}}?[0-9]|\bdelta\b\s*[=:]?\s*[0-9]"
)
_NUCLEI = {  # whose mass and symbol are a heading without the word NMR
    *("1H", "2H", "6Li", "7Li", "10B", "11B", "13C", "14N", "15N", "17O", "19F", "27Al", "29Si", "31P", "51V", "59Co"),
    *("77Se", "103Rh", "117Sn", "119Sn", "125Te", "183W", "195Pt", "199Hg", "207Pb"),
}
_BLANKS = re.compile(r"[ \t]{2,}")
_MARKUP = re.compile(r"[$<~\\&]")
_NO_PROTON = re.compile(r"\s*[=:]?\s*(?:[2-9][0-9]|1[0-9]{2})\.[0-9]")
_MASS_IN_BRACKETS = re.compile(r"(?<![0-9][CHFP])(?<![0-9][CHFP][\s-])\(([0-9]{1,3}[CHFP]?)\)(?=[CHFP]?[\s-]?NMR\b)")
_LISTED = re.compile(
    r"(?:[(\[{][^()\[\]{}]*[)\]}]|[^.()\[\]{}0-9]){0,60}[0-9]{1,3}\.[0-9]+\s*[,;(]"
    r"|[^;]{0,80}?δ\s?[=:]?\s?[0-9]{1,3}\s?\.\s?[0-9]+(?:\s[sdtq])?\s?[,;(]"
)  # behind a heading
_CAPTION = re.compile(
    r"\b(?:[Ff]ig(?:ures?|s?\.)|[Ss]chemes?|[Tt]ables?)\s*[A-Z]?[0-9]{1,3}[a-z]?[.:]?[^.;:\n]{0,50}\Z"
)
_SNIPPET = 60
_LONGEST_CAPTION = 80  # characters of its beginning, `Figure S12. Part of the `
_SHORTEST_PART = 40  # characters


class Section(NamedTuple):
    """The part of a text that belongs to one nucleus."""

    element: str
    head: str
    body: str  # after the heading
    line: int  # from 1


def is_journal(head: list[str]) -> bool:
    """Whether the lines have an NMR heading or a δ before numbers, outside comments that begin with `#`.

    >>> is_journal(["13C NMR (101 MHz, CDCl3) δ 170.1"])
    True
    """
    lines = normalise("".join(head)).splitlines()
    return any(_LOOKS.search(line) for line in lines if not line.lstrip().startswith("#"))


def cut_at_headings(text: str) -> tuple[list[Section], list[LeftOut]]:
    """The parts of a text, and what comes before the first; without headings, all is the 13C part."""
    text = _unpacked(_without_markup(normalise(text)))
    masked = mask_brackets(text)
    heads: list[tuple[re.Match[str], str]] = []
    for match in _HEAD.finditer(text):
        element = _element(match)
        inside = masked[match.start()] == " "
        misprinted = element == "H" and _NO_PROTON.match(text, match.end()) is not None  # δH before shifts of 13C
        again = bool(match["delta"]) and bool(heads) and (heads[-1][1] == element or misprinted)
        caption = bool(heads) and _CAPTION.search(text, max(0, match.start() - _LONGEST_CAPTION), match.start())
        if not (inside or again or _is_label(match) or (caption and not _LISTED.match(text, match.end()))):
            heads.append((match, element))
    if not heads:
        return [Section("C", "", text, 1)], []
    title = text[: heads[0][0].start()]
    outside = [snippet(title, "text before the spectrum")] if title.strip(" \n\t.:;,-") else []
    sections = []
    for index, (match, element) in enumerate(heads):
        stop = heads[index + 1][0].start() if index + 1 < len(heads) else len(text)
        body = slice(match.end(), stop)
        line = text.count("\n", 0, match.start()) + 1
        sections.append(Section(element, match.group(), text[body], line))
    return sections, outside


def _without_markup(text: str) -> str:
    """`text` with single blanks, without TeX, Markdown, HTML and brackets around a mass, as in `(13)C NMR`."""
    text = _MASS_IN_BRACKETS.sub(r"\1", _BLANKS.sub(" ", text.replace("\r\n", "\n")))
    if not _MARKUP.search(text):
        return text
    return re.sub(r"\$|</?[a-z]{1,6}>|~(?=[0-9]{1,2}~)|(?<=[0-9])~|\\(?=delta\b)", "", text.replace("&delta;", "δ"))


def _unpacked(text: str) -> str:
    """`text` without the brackets around a whole 13C part, as in `[8: 1H NMR …, 13C NMR δ 171.4, 60.5, 14.2]`."""
    around = []
    for start, end in outer_brackets(text).items():
        heads = (m for m in _HEAD.finditer(text, start, end) if _element(m) == "C" and not (m["word"] or m["delta"]))
        head = next(heads, None) if end - start > _SHORTEST_PART else None
        if head and len(re.findall(r"[0-9]{2}\.[0-9]", text[head.end() : end])) > 2:
            around += [start, end]
    if not around:
        return text
    characters = list(text)
    for place in around:
        characters[place] = " "
    return "".join(characters)


def _element(head: re.Match[str]) -> str:
    """The element whose spectrum a heading announces, or the experiment where that has two nuclei."""
    if re.search(r"DEPT(?!Q)", head.group()):
        return "DEPT"
    if head["bare"]:
        return head["bare"]
    if head["word"]:
        return _WORDS.get(head["word"].lower(), head["word"])
    if head["delta"]:
        return head["delta"]
    isotope = (head["mass"] or head["mass2"]) + (head["element"] or head["element2"])
    return {"13C": "C", "1H": "H"}.get(isotope, isotope)


def _is_label(head: re.Match[str]) -> bool:
    """Whether a number and letters before a colon or a bracket are no isotope: `Example 64B (S)-4-…`."""
    mass, element = head["mass"] or head["mass2"], head["element"] or head["element2"]
    return bool(mass) and f"{mass}{element}" not in _NUCLEI and not re.search(_METHOD, head.group())


def snippet(text: str, reason: str) -> LeftOut:
    """A text that is left out, shortened."""
    plain = " ".join(text.split())
    return LeftOut(plain if len(plain) <= _SNIPPET else plain[: _SNIPPET - 1] + "…", reason)
