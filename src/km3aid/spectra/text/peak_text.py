"""Peaks written in a row of text, `170.2 169.8Q 128.5(2C)`: the grammar shared by lists, tables and journal lines."""

from __future__ import annotations

from dataclasses import dataclass, field

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.solvents import is_solvent
from km3aid.spectra.spectrum import LeftOut, Multiplicity, Peak, peak_at
from km3aid.spectra.text.remarks import PATTERN_REASON, Remark, parse_multiplicity, read_remark
from km3aid.spectra.text.tokens import Token, ends_of_range, scan

_PROSE = "words between the shifts"
_NEVER_SHIFTS = {
    "equation": "a stated value, not a peak",
    "reference": "a reference to another part, not a peak",
    "locant": "belongs to a name",
    "formula": "belongs to a formula",
    "missing": "not determined or not observed",
    "broken": "has several decimal points; which shift is meant is not clear",
}
_WIDEST_RANGE_PPM = 10.0
_SILENT = {"ppm", "and"}  # words beside shifts that say nothing about a peak
_FILLERS = {*_SILENT, "at", "in", "of", "with", "shift", "shifts", "delta", "d"}  # the same, in prose before them


@dataclass(slots=True)
class Draft:
    """A peak while it is being read."""

    text: str
    shift_ppm: float
    multiplicity: Multiplicity | None = None
    count: int | None = None
    letter: Multiplicity | None = None  # a bare S, D, T or Q whose meaning is still open
    coupled: bool = False  # whether a coupling constant follows
    solvent: str | None = None  # named beside the shift
    heading: bool = False  # whether a spectrometer's frequency follows, as in a heading

    def to_peak(self, where: str) -> Peak:
        """The finished peak; raises `SpectrumFormatError` that begins with `where` if a value is out of range."""
        return peak_at(where, self.shift_ppm, self.multiplicity, self.count)


@dataclass(slots=True)
class PeakText:
    """What a text holds: drafts in order, the words before the first one, and all that did not become a peak."""

    drafts: list[Draft] = field(default_factory=list)
    preface: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    prose_end: int = 0  # where the last item of `left_out` ended


def read_peak_text(text: str, where: str, mark: str = ".", strict: bool = True) -> PeakText:
    """Read the peaks of normalised `text`, whose decimal mark is `mark`.

    A `strict` text may hold only shifts and remarks on them: anything else is a `SpectrumFormatError`, whereas in
    prose it goes to `left_out`. A bare letter is a multiplicity in strict text only.
    """
    result = PeakText()
    tokens = list(scan(text, mark))
    times = 0  # the 2 of `2 × 128.5`, until its shift comes
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
        elif token.kind in ("word", "choice", "carbons", "times", "coupling", "footnote") and reason is None:
            _remark(token, text, where, strict, result)
        elif strict:
            raise _unreadable(text, token, where, reason)
        elif token.kind != "quantity":
            _leave_out(result, text, token, reason or "not understood")
    return result


def _not_a_shift(token: Token, following: Token | None, strict: bool, text: str) -> str | None:
    """Why `token` says nothing about a peak, or None where it does."""
    if token.kind == "unclear":
        carbon = token.text.lstrip("0123456789")
        number = token.text.removesuffix(carbon)
        return f"ambiguous: write {number}.0{carbon} for a shift, ({token.text}) for a count"
    if token.kind in _NEVER_SHIFTS:
        return _NEVER_SHIFTS[token.kind]
    if token.kind == "coupling" and strict:
        return "a coupling constant; put it in parentheses after its shift"
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
        return Draft(token.text, float("".join(token.text.split()).replace(mark, ".")))
    first, last = ends_of_range(token, mark)
    if abs(first - last) > _WIDEST_RANGE_PPM:
        raise SpectrumFormatError(
            f"{where}: the range {token.text!r} is wider than {_WIDEST_RANGE_PPM:g} ppm and cannot stand for one peak; "
            "give its peaks one by one"
        )
    middle = round((first + last) / 2, 4)
    left_out.append(LeftOut.range(token.text, middle))
    return Draft(token.text, middle)


def _remark(token: Token, text: str, where: str, strict: bool, result: PeakText) -> None:
    """Attach `token` to the peak before it, or to the preface."""
    if token.kind == "word" and token.text.lower() in _SILENT:
        return
    if not result.drafts:
        if strict:
            raise _unreadable(text, token, where, "no shift comes before it")
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
    draft.heading |= remark.heading
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
        "expected shifts such as 170.2, 169.8Q or 128.5(2C), separated by spaces or commas"
    )


def _leave_out(result: PeakText, text: str, token: Token, reason: str) -> None:
    """Note `token`; adjacent words of prose make one entry."""
    if not token.text.strip(" .:/=|+-"):
        return
    last = result.left_out[-1] if result.left_out else None
    if last and last.reason == reason == _PROSE and text[result.prose_end : token.start].isspace():
        result.left_out[-1] = LeftOut(f"{last.text} {token.text}", reason)
    else:
        result.left_out.append(LeftOut(token.text, reason))
    result.prose_end = token.start + len(token.text)
