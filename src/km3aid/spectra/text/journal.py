"""The 13C line of an experimental section: `13C NMR (101 MHz, CDCl3) δ 170.1 (C), 128.5 (2CH), 21.0 …`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.solvents import find_solvent, is_solvent_line
from km3aid.spectra.spectrum import SHIFT_MAX_PPM, SHIFT_MIN_PPM, LeftOut, Spectrum
from km3aid.spectra.text.analyses import ANALYSIS
from km3aid.spectra.text.bare_letters import interpret_letters
from km3aid.spectra.text.characters import decimal_mark, mask_brackets, outer_brackets
from km3aid.spectra.text.list_end import DELTA, MORE_SHIFTS, find_list
from km3aid.spectra.text.mending import mend_numbers
from km3aid.spectra.text.peak_text import Draft, PeakText, read_peak_text
from km3aid.spectra.text.remarks import PATTERN_REASON
from km3aid.spectra.text.sections import Section, cut_at_headings, snippet

_FREQUENCY = re.compile(r"([0-9]{2,3}(?:[.,][0-9]+)?)\s?MHz")
_HIGHEST_MHZ = 310.0  # of 13C, on a 1.2 GHz spectrometer; a higher frequency is that of the protons
_RANGE = re.compile(r"(?<=[0-9]) -(?=[0-9]{2,3}[.,][0-9])")  # `29.1 -29.6` is a range: no carbon lies so far below 0
_GLUED = re.compile(r"(?<=ppm)(?=[0-9])")
_SHIFT_IN_BRACKETS = re.compile(
    r"\s*([0-9]{1,3}(?:\.[0-9]+|(?=\s?ppm)))(?!\s?M?Hz)\s*(?:ppm)?\s*[,:;]?\s*([^0-9].*)?", re.DOTALL
)
_TABLE = re.compile(r"[Tt]ables?\s+[A-Z]?[0-9]+")
_ROW = re.compile(r"(?<![\w.])[0-9]{1,3}(?:\.[0-9]+)?(?:\s*\([^()]*\))?,\s+[0-9]{1,3}(?:\.[0-9]+)?(?=[\s,;(.]|\Z)")
_ENDED = re.compile(r"\s*\.(?![0-9])|[ \t\r]*\n[ \t\r]*\n")  # a list
_MOST_MENDED = 5


def parse_journal(text: str, where: str = "journal text") -> Spectrum:
    """The first 13C peak list of an experimental section; raises `SpectrumFormatError` where there is none.

    >>> [peak.shift_ppm for peak in parse_journal("13C NMR (101 MHz, CDCl3) δ 162.3 (d, J = 245 Hz), 21.0.")]
    [162.3, 21.0]
    """
    return next(read_journal([text], where))


def read_journal(lines: Iterable[str], where: str) -> Iterator[Spectrum]:
    """Read each 13C part of the text as a spectrum; shifts in ppm.

    Frequency, solvent and coupling constants never become peaks. Whether bare letters s, d, t, q are attached hydrogens
    or couplings is decided for each list (`bare_letters.py`) and told in `notes`. Raises `SpectrumFormatError` where
    there is no 13C peak.
    """
    text = "".join(lines)
    if not text.strip():
        raise SpectrumFormatError(f"{where}: empty; expected a line such as '13C NMR (101 MHz, CDCl3) δ 170.1, 21.0'")
    sections, outside = cut_at_headings(text)
    carbon = [section for section in sections if section.element == "C"]
    if not carbon:
        others = ", ".join(dict.fromkeys(section.head.strip() for section in sections))
        raise SpectrumFormatError(f"{where}: no 13C part, only {others}; expected '13C NMR (…) δ 170.1, 21.0'")
    outside += [snippet(s.head + s.body, "another nucleus or experiment") for s in sections if s.element != "C"]
    found: list[Spectrum] = []
    for section in carbon:
        spectrum = _read_section(section, f"{where}, line {section.line}", [] if found else outside)
        if spectrum is None:
            outside.append(snippet(section.head + section.body, "a 13C heading without peaks"))
        else:
            found.append(spectrum)
    yield from _numbered(found)
    if not found:
        table = next((m for section in carbon if (m := _TABLE.search(section.head + section.body))), None)
        instead = f"it refers to {table.group()}; give that table or the list of shifts, " if table else "expected "
        part = snippet(carbon[0].head + carbon[0].body, "")
        raise SpectrumFormatError(
            f"{where}, line {carbon[0].line}: the 13C part has no shift, neither in a list nor in a sentence with δ or "
            f"ppm ({part.text!r}); {instead}'13C NMR (…) δ 170.1, 21.0'"
        )


def _numbered(spectra: list[Spectrum]) -> list[Spectrum]:
    """The spectra of a text; where it has several, their notes and ids say so."""
    if len(spectra) < 2:
        return spectra
    note = f"the text has {len(spectra)} lists of 13C, each read as a spectrum of its own; this is number "
    return [replace(s, id=f"{n}", notes=(*s.notes, f"{note}{n}")) for n, s in enumerate(spectra, 1)]


def _read_section(section: Section, where: str, outside: list[LeftOut]) -> Spectrum | None:
    whole, mended = mend_numbers(_GLUED.sub(" ", section.body))
    body, between, tail, description, prose = find_list(whole)
    masked = mask_brackets(body)
    delta = DELTA.search(masked)
    before, start = delta.span() if delta else (0, 0)
    preamble, listed = body[:before], body[start:]
    found, drafts = _read_list(listed, masked[start:], delta is not None, where)
    if not drafts:
        found, drafts = _read_list(opened := _opened(listed), opened, True, where)
    if not drafts:
        return None
    notes: list[str] = []
    interpret_letters(drafts, found.left_out, notes, patterns=any(map(_is_pattern, found.left_out)))
    within = set(re.findall(r"[0-9]+\.[0-9]+", listed)) if mended else set()
    notes += _note_of_mended([pair for pair in mended if pair[1] in within])
    left_out = [*outside, *found.left_out]
    if description:
        left_out.append(snippet(description, "words before the first shift of a description"))
    if prose:
        notes.append("read from sentences: only numbers with δ or ppm and rows of several are shifts; check them")
    left_out += [snippet(text, "between the shifts, such as the head of a page") for text in between]
    if re.search(r"(?<![\w.])[0-9]+(?:\.[0-9]+)?(?!\s*(?:[MG]?Hz|K|°))(?![\w.])", masked[:before]):
        left_out.append(snippet(preamble, "before the δ"))
    if rest := tail.strip(" \n\t.;,"):
        left_out.append(snippet(rest, "text after the peak list"))
        notes += _note_of_rest(tail, rest)
    solvent = find_solvent(" ".join([section.head, description, preamble, *found.preface]))
    if solvent is None:
        solvent = next((draft.solvent for draft in drafts if draft.solvent), None)
    frequency = _FREQUENCY.search(section.head + description + body)
    megahertz = float(frequency[1].replace(",", ".")) if frequency else 0.0
    return Spectrum(
        tuple([d.to_peak(where) for d in drafts]),
        solvent=solvent,
        left_out=tuple(left_out),
        frequency_mhz=megahertz if 0 < megahertz <= _HIGHEST_MHZ else None,
        notes=tuple(notes),
    )


def _read_list(listed: str, masked: str, known_start: bool, where: str) -> tuple[PeakText, list[Draft]]:
    listed = _RANGE.sub("- ", listed)
    found = read_peak_text(listed, where, decimal_mark(masked, where), strict=False)
    within = [SHIFT_MIN_PPM <= draft.shift_ppm <= SHIFT_MAX_PPM for draft in found.drafts]
    while within and not within[-1] and any(within):  # masses, wavenumbers: not of the list, as no shift follows
        within.pop()
        reason = f"outside {SHIFT_MIN_PPM:g}…{SHIFT_MAX_PPM:g} ppm, after the last shift"
        found.left_out.append(LeftOut(found.drafts.pop().text, reason))
    return found, _without_solvent_and_frequency(found, known_start)


def _opened(text: str) -> str:
    """`text` with shifts taken out of brackets: `(171.3 ppm, COOH)` → `171.3 (COOH)`, `[δ 20.1 (C-1), 30.2]` → bare."""
    parts, last = [], 0
    for start, end in outer_brackets(text).items():
        inside = text[start + 1 : end]
        if single := _SHIFT_IN_BRACKETS.fullmatch(inside):
            bare = f"{single[1]} ({single[2] or ''})"
        elif delta := DELTA.search(inside):
            bare = f" {inside[delta.end() :]} "
        else:
            continue
        parts += [text[last:start], bare]
        last = end + 1
    return "".join([*parts, text[last:]])


def _note_of_mended(mended: list[tuple[str, str]]) -> list[str]:
    if not mended:
        return []
    pairs = ", ".join(f"{before!r} as {after}" for before, after in mended[:_MOST_MENDED])
    more = f" and {len(mended) - _MOST_MENDED} more" if len(mended) > _MOST_MENDED else ""
    return [f"numbers broken in print are made whole; check them: {pairs}{more}"]


def _note_of_rest(tail: str, rest: str) -> list[str]:
    """What is told of shifts behind the list: some that a sentence names, or a row where the list breaks off."""
    more = MORE_SHIFTS.search(rest)
    if more is None and not _ENDED.match(tail):
        analysis = ANALYSIS.search(rest)
        more = _ROW.search(rest, 0, analysis.start() if analysis else len(rest))
    if more is None:
        return []
    return [f"shifts in the text after the list are not read ({more.group()} …); add those that belong to it"]


def _is_pattern(item: LeftOut) -> bool:
    """Whether `item` can only be a splitting by several couplings: `dd`, but not `m` or `br`."""
    return item.reason == PATTERN_REASON and re.search(r"[sdtq]{2}|sept|hept|quin", item.text) is not None


def _without_solvent_and_frequency(found: PeakText, known_start: bool) -> list[Draft]:
    """The drafts but for those marked as the solvent's line, and for a bare number before the solvent in a heading."""
    kept = []
    for position, draft in enumerate(found.drafts):
        if draft.solvent and not draft.heading and is_solvent_line(draft.shift_ppm, draft.solvent):
            found.left_out.append(LeftOut(f"{draft.text} ({draft.solvent})", "marked as the solvent's line"))
        elif draft.solvent and position == 0 and not known_start and len(found.drafts) > 1:
            reason = "before the solvent, where a frequency would be; write δ before the first shift"
            found.left_out.append(LeftOut(f"{draft.text} ({draft.solvent})", reason))
            found.preface.append(draft.solvent)
        else:
            kept.append(draft)
    return kept
