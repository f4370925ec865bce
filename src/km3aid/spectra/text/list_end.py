"""Where the peak list of a paragraph ends: at the first thing that is neither a shift nor a remark on one."""

from __future__ import annotations

import re
from typing import NamedTuple

from km3aid.spectra.text.analyses import ANALYSIS
from km3aid.spectra.text.characters import REPEATED_GROUP, mask_brackets, outer_brackets
from km3aid.spectra.text.sentences import MANY_SHIFTS, MANY_WORDS, is_of_the_method, named_shifts, words_in

DELTA = re.compile(r"δ(?:\s?_?\{?[CH]\}?(?![\w-]))?|\bdelta\b")
MORE_SHIFTS = re.compile(r"δ_?C?\s*=?\s*[0-9]{1,3}\.[0-9]|(?<![0-9.])[0-9]{1,3}\.[0-9]+,?\s?ppm")  # in sentences

# The grammar of a list, in text whose brackets are blanked out.
_GROUP = (
    r"(?:C(?:q|quat|arom|aliph|p)?|Si|Se|Sn|Cl|Br|Ar(?:om|yl)?|Ph|Me|Et|[in]?Pr|[nst]?-?Bu|Bn|Bz|Ac|Ts|Boc|Cbz|"
    r"[HNOSPFBIq])"
)
_LABEL = (
    r"(?!19F|31P|11B|29Si|15N|1H)(?:[0-9]{1,2}(?:\s?[x×]\s?|-)?)?"
    rf"{_GROUP}(?:{_GROUP}|[0-9'′″\"α-ω≡=/+-])*[a-e]?s?(?![^\W_])"
)
_COUPLING = (
    r"[1-6]?\s?J(?:_?\{?[A-Z][\w,'′–-]{0,12}\}?)?\s*=?\s*[0-9][0-9.]*"
    r"(?:(?:\s*(?:[,/&]|and|or)\s*[0-9.]+)*\s*Hz)?"
)
_WORDS = (
    r"(?:ppm|to|as|ca\.?|each|(?:minor|major)(?:\s[a-z]*(?:mers?|forms?))?|br(?:oad)?\.?|app\.?|v|[sdtqmp]{1,4}|sept|hept|quint?|sext|quat\.?|(?:arom|aliph)\.|"
    r"n\.\s?[do]\.?|\^[a-z]|δ(?:_?\{?[CH]\}?)?|delta|[x×]\s?[0-9]{1,2}|[2-9]\s?[x×])(?![^\W_])"
)
_UNIT = (
    r" ?(?:[%°℃Å]|(?:K|[mkM]?g|[mµμ]?[lL]|[mn]?mol|[mnµμ]?M(?!\.)|[nm]m|cm|min|h|[MGk]?Hz|m?e?V|equiv|eq|kJ|"
    r"kcal|[kMGT]i?B)(?![\w′'+]|\s*=|\s[0-9])|[x×]\s?10(?![0-9]*\.))"
)
_BETWEEN = r"[\s,;:/&*†‡§)\]{}+=|~?•′≡-]+|[(\[]|\.+(?![0-9])|(?:and|or)\b"
_REMARK = rf"{_COUPLING}|{_WORDS}|{_LABEL}|[(\[][^()\[\],;\n]{{0,40}}(?=[,;])"  # the last: a bracket left open
_COUNT = r"[1-9][0-9]?(?:\s?[x×]\s?)?(?:C(?:H[0-3]?)?|carbons?)(?![\w-])|(?:[2-9]|1[0-9])\s?[x×]\s?(?=[0-9])"
_NUMBER = r"(?:[0-9]+(?:\.[0-9]+)+[a-e](?!\w)|[0-9]+(?:\.[0-9]+)*)"
_NO_RATIO = r"(?<!\.[0-9]:)(?!(?<=[0-9]:)[0-9]+(?![0-9.]))"  # before a number: `95:5`, but `C1:170.1`
_PIECE = re.compile(rf"(?P<count>{_COUNT})|(?P<number>{_NUMBER})|(?P<remark>{_REMARK})|(?P<between>{_BETWEEN})")
_RUN = re.compile(r"(?:([0-9]{1,3}\.[0-9]{1,3})\s*[,;]\s*)+")  # most of any list, in one match
_NO_WHOLE_SHIFT = re.compile(  # locants, and a number of carbons
    r"\s?-(?![0-9]| [0-9]{1,3}\s*[,;])|(?:,[0-9]{1,2}['′]*)+-|\sC\b|[^\W\d_]"
)
_NO_SHIFT = re.compile(rf"{_UNIT}|:(?!\s*{_GROUP})|\s?-\s*(?!{_LABEL})[^\W\d_]|(?!{_LABEL}|ppm)[^\W\d_]")
_WORD_BEHIND = re.compile(rf"[ \t]+(?!(?:and|or)\b|{_REMARK})[^\W\d_]")
_NEXT_WORD = re.compile(rf"\.?{_WORD_BEHIND.pattern}")
_WORD = r"[^\W\d_](?:[\w'′+/=-]|\.(?=\S)){0,30}"
_WORDS_AHEAD = re.compile(  # between two shifts
    rf"(?:{_WORD}[ \t]+){{0,2}}{_WORD}\s*[,;]\s*(?=[0-9])|(?:et|und|y|e|и)\s+(?=[0-9])|(?P<bare>{_WORD}\s+(?=[0-9]))"
)
_NO_REMARK = re.compile(r"[.,;:&]|\n\s*\n")  # between a shift and words
_NOT_OF_A_CARBON = re.compile(
    r"\b(?:solids?|oil|foam|gum|powder|crystals?|needles|syrup|wax|eluent|hexanes?|lit|c?log ?[PD]|T?PSA)\b", re.I
)
_GAP = re.compile(r"\n[ \t\r]*\n")
_SOFT, _HARD = re.compile(r"[,;&:]|and|or"), re.compile(r"[.\n]")
_LINE = re.compile(r"(?!.*[0-9]\.[0-9]).*[^,;\s][ \t\r]*$", re.MULTILINE)
_BRACKET = re.compile(r"[ \t]*(?=[(\[])")
_INDENT = 80  # characters
_LONGEST_REMARK = 2000  # characters between two shifts
_PAGE_BREAK = 400  # characters between two pages of a list, at most
_NEW_LINE = re.compile(r"\n[ \t]*(?=[0-9])")
_DECIMAL = re.compile(r"[0-9]{1,3}\.([0-9]+)")
_WHOLE = re.compile(r"[0-9]{1,3}(?=\s*[,;])()")
_HIGHEST_PPM = 250.0

_ANNOUNCED = re.compile(
    r"(?:δ(?:_?\{?C\}?)?|delta|ppm[)\]]?|:|=)\s*\Z"
)  # in a heading with words, before the first shift
_OWN_SENTENCE = re.compile(r"[.\n][ \t]*(?=(?:δ(?:\s?_?\{?C\}?)?|delta\b)\s*(?:\(ppm\)\s*)?[=:]?\s*[0-9])")
_SHIFT_IN_BRACKETS = re.compile(r"[(\[][^()\[\]]{0,12}?δ_?C?\s*=?\s*[0-9]{1,3}\.[0-9]")


class PeakList(NamedTuple):
    """A text cut into its list of peaks, what interrupts that, such as the head of a page, and what is around it."""

    text: str
    between: list[str]
    tail: str
    before: str = ""  # the words of a description
    prose: bool = False  # whether sentences name the shifts


def find_list(body: str) -> PeakList:
    """The peak list in `body`, the text after a heading.

    The list goes on as long as there is a shift or a remark on one, and over what stands between two pages where it is
    visibly unfinished. A description in sentences goes on as long as they name shifts.

    >>> find_list("δ 171.4,\\nPage 5 of 9\\n14.2. 3.2. Synthesis")
    PeakList(text='δ 171.4, 14.2', between=['Page 5 of 9'], tail='. 3.2. Synthesis', before='', prose=False)
    """
    masked = mask_brackets(body)
    first = _first_shift(masked)
    begin = first.start() if first else 0
    words = words_in(masked[:begin])
    if first is None or words >= MANY_WORDS or _SHIFT_IN_BRACKETS.search(body, 0, begin):
        return _after_words(body, masked, begin)
    found = _walk(body, masked, begin, _end_of_data(body, masked, begin))
    if words and not _ANNOUNCED.search(body[:begin]) and len(_DECIMAL.findall(found.text, begin)) < MANY_SHIFTS:
        return PeakList("", [], body[begin:], body[:begin])
    return found


def _after_words(body: str, masked: str, begin: int) -> PeakList:
    """The shifts after words: a list in a sentence of its own or after a colon at `begin`, or those that words name."""
    before, text, after = named_shifts(body)
    own = _OWN_SENTENCE.search(body)
    if own and (not text or own.end() <= len(before)):
        return find_list(body[own.end() :])._replace(before=body[: own.end()])
    words = body[:begin].rstrip()
    if words.endswith(":") and not (". " in words or "measured" in words or is_of_the_method(words)):
        found = _walk(body, masked, begin, _end_of_data(body, masked, begin))
        if len(_DECIMAL.findall(found.text, begin)) >= max(2, len(_DECIMAL.findall(text))):
            return found
    return PeakList(text, [], after, before, prose=True)


def _first_shift(masked: str) -> re.Match[str] | None:
    """The first number that can be a shift; a whole number before a δ is none."""
    delta = DELTA.search(masked)
    first = None
    for number in re.finditer(rf"(?<![\w.-]){_NO_RATIO}{_NUMBER}", masked):
        if _is_shift(masked, number, hard=False, decimals=False):
            if "." in number.group() or delta is None or number.start() > delta.start():
                return number
            first = first or number
    return first


def _is_shift(masked: str, number: re.Match[str], hard: bool, decimals: bool) -> bool:
    """Whether a number stands where a list has its shifts; `hard`: after a full stop or in a new line without comma."""
    whole, end = "." not in number.group(), number.end()
    if _NO_SHIFT.match(masked, end):
        return False
    if whole and decimals and _NO_WHOLE_SHIFT.match(masked, end):
        return False
    if not (whole and decimals):
        return not (_NEXT_WORD.match(masked, end) and (hard or whole))
    return not (hard or _NEXT_WORD.match(masked, end))


def _is_heading(masked: str, piece: re.Match[str]) -> bool:
    """Whether `piece` begins a line that has no shift with decimals and no comma at its end: the number of a page."""
    begin = masked.rfind("\n", max(0, piece.start() - _INDENT), piece.start())
    return begin >= 0 and not masked[begin + 1 : piece.start()].strip(" \t-") and bool(_LINE.match(masked, begin + 1))


def _end_of_data(body: str, masked: str, begin: int) -> int:
    """Where another analysis is named after the beginning of the list."""
    for end in ANALYSIS.finditer(body, begin):
        if masked[end.start()] != " " or body[end.start()] in "[(":  # not inside of brackets
            return end.start()
    return len(body)


def _walk(body: str, masked: str, begin: int, stop: int) -> PeakList:
    """The list that begins with the shift at `begin`."""
    parts, between = [], []
    start, end, at = 0, begin, begin
    decimals: set[int] = set()  # how many the shifts have
    while at < stop and at - end < _LONGEST_REMARK:
        if run := _RUN.match(masked, at, stop):
            decimals.add(run.end(1) - masked.index(".", run.start(1)) - 1)
            end, at = run.end(1), run.end()
            continue
        piece = _PIECE.match(masked, at, stop)
        kind = piece.lastgroup if piece else None
        gap = masked[end:at]
        hard = bool(_HARD.search(gap)) and not _SOFT.search(gap)
        if (
            piece is None
            or (hard and _GAP.search(gap))
            or (kind == "number" and not _is_shift(masked, piece, hard, bool(decimals)))
            or (kind != "between" and decimals and "." not in piece.group() and _is_heading(masked, piece))
        ):
            if piece is None and (ahead := _behind_a_remark(masked, begin, end, at, stop, decimals)):
                at = ahead
                continue
            following = _next_page(masked[:stop], end, at, decimals) if _SOFT.search(gap) else None
            if following is None:
                break
            parts.append(body[start:end] + ", ")
            between.append(body[end:following].strip(" \t\n,;"))
            start = end = at = following
            continue
        at = piece.end()
        if kind == "number":
            decimals.update(len(part) for part in piece.group().split(".")[1:])
        if kind == "number" or (kind in ("count", "remark") and not hard):
            end = at
    while after := _BRACKET.match(body, end):
        if (closed := outer_brackets(body).get(after.end())) is None:
            break
        repeated = REPEATED_GROUP.match(body, closed + 1)
        end = repeated.end() if repeated else closed + 1
    return PeakList("".join([*parts, body[start:end]]), between, body[end:])


def _behind_a_remark(masked: str, begin: int, end: int, at: int, stop: int, decimals: set[int]) -> int | None:
    """Where a shift follows, with a comma if the list has commas, on a few words at `at` beside the shift before."""
    words = _WORDS_AHEAD.match(masked, at, stop)
    if words is None or _NOT_OF_A_CARBON.search(words[0]) or ("\n" in masked[end:at] and not masked[at].islower()):
        return None
    if _NO_REMARK.search(masked, end, at) or (words["bare"] and masked.find(",", begin, end) >= 0):
        return None
    number = _DECIMAL.match(masked, words.end(), stop)
    if number is None or len(number[1]) not in decimals or float(number.group()) > _HIGHEST_PPM:
        return None
    return words.end() if _is_shift(masked, number, hard=False, decimals=True) else None


def _next_page(masked: str, end: int, at: int, decimals: set[int]) -> int | None:
    """Where a list goes on that something interrupts after a comma: with a shift that has as many `decimals`."""
    most = max(2, *decimals, 0)
    for start in _NEW_LINE.finditer(masked, end, at + _PAGE_BREAK):
        number = (_DECIMAL if decimals else _WHOLE).match(masked, start.end())
        if number is None or start.end() <= at or len(number[1]) > most or float(number.group()) > _HIGHEST_PPM:
            continue
        if not (_NO_SHIFT.match(masked, number.end()) or _WORD_BEHIND.match(masked, number.end())):
            return start.end()
    return None
