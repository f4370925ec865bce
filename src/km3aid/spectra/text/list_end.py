"""Where the peak list of a paragraph ends: at the next analysis, the next sentence, section or compound."""

from __future__ import annotations

import re

_MS = (
    r"(?!(?:T|TBD|OT)MS)[A-Z][A-Za-z+/-]{0,20}MS\b|MS\b|(?:HR|LR)[- ]?(?:ESI|EI|FAB|CI|APCI|MALDI|DART|Q|FT)|"
    r"(?:ESI|EI|FAB|MALDI|APCI|DART|LIFDI|GC|LC|UPLC|TOF)(?=[-/+ (:])|m/z|[Mm]\+|"
    r"(?:[Ee]xact\s)?[Mm]ass\b|[Mm]ol\.?\s?[Ww]t"
)
_OPTICS = (
    r"(?:FT-?)?IR\b|FT-IR|ATR|UV\b|[νv]\s?_?\{?max|ν|λ\s?_?\{?(?:max|em|ex|abs)|[Ff]luorescence|E?CD\s\(|"
    r"[Oo]ptical|[αa]_?D\b|ORD\b|E[PS]R\s\(|CV\s\(|GPC\b|P?XRP?D\b"
)
_CONTENT = (
    r"(?:%\s?)?C[:,]?\s?[0-9]{1,2}\.[0-9]{1,2}%?[,;]\s?(?:%\s?)?H[:,]?\s?[0-9]|"
    r"[Aa]nal(?:\b|ysis)|[Ee]lemental|EA\b|CHNS?\b|[Cc]alc(?:d|'d|ulated)?\b|[Ff]ound\b|[Rr]equires\b"
)
_PROPERTIES = (
    r"[mMb]\.?\s?[pP]\.?(?![A-Za-z])|[Mm]elting|[Bb]oiling|[Yy]ield|R_?f\b|t_?R\b|[Rr]etention|[Pp]urity|HPLC|SFC|TLC|"
    r"X-?[Rr]ay|CCDC|CAS\b|[Cc]rystal|DSC|TGA|ee\b|e\.e\.|"
    r"d\.?r\.?(?=\s*[=:(]?\s*[>0-9])|[Mm]\.?[Ww]\.?\b|M_?r\b|log\s?P|pKa|IC_?50|[Ee]nantiomeric"
)
_REFERENCES = (
    r"[Tt]ables?\s[A-Z]?[0-9]|[Ff]ig(?:ures?|s?\.)\s[A-Z]?[0-9]|[Ss]cheme\s[0-9]|[Rr]efs?\.|[Ll]it\.|[Aa]cknowledg|"
    r"[Ss]upplementary|References\b|doi\b|DOI\b|https?:|c\.?f\.\s"
)
_FORMULA = r"C(?:[7-9]|[1-9][0-9])H[0-9]{1,3}(?:[A-Z][a-z]?[0-9]*)+(?![\w-])"
_ANALYSIS = re.compile(
    rf"(?=[A-Zabcdeflmprtvyνλα%])(?<![\w-])(?:{_MS}|{_OPTICS}|{_CONTENT}|{_PROPERTIES}|{_REFERENCES}|{_FORMULA})"
    r"|\[[αa]\]|\[M(?:\s?[+-]|\])|\(M\s?[+-]"
)
# What begins another section, sentence or compound, after a full stop or a line break.
_SECTION = r"(?:[0-9]{1,2}\.(?:[0-9]{1,2}\.)*(?:[0-9]{1,2})?|[0-9](?:\.[0-9]{1,2})+|[SIVX]{1,4}\.)\s+[A-Z][A-Za-z]{2}"
_COMPOUND = (
    r"[0-9]{1,3}[a-z]?:|[0-9]{1,3}[a-z]\b\.?|[0-9]{1,2}(?:,[0-9]{1,2})*['′]?-(?:[A-Za-z]{2}|[(\[])|"
    r"\([ERSZ0-9a-z,±+-]{1,12}\)-|(?:[NOS]|tert|sec|cis|trans|rac|meso|[opmn])-[A-Z0-9(]"
)
_CARBON_TYPE = r"(?:C(?:[HqNO](?![a-z])|=)|Cq|Ar|Ph|Me|O[A-Z]|N[A-Z])"
_SENTENCE = (
    rf"[A-Z][a-z]{{2}}|(?!(?:and|ppm|minor|major|as)\b)[a-z]{{3}}|(?:in|is|of|by)\s[a-z]|(?!{_CARBON_TYPE})[A-Z]{{2}}"
)
# What goes on with the list after a full stop: another shift, or a remark.
_GOES_ON = (
    r"[0-9]{1,3}(?:[.,][0-9]{1,4})?(?=\s*(?:$|[,;(\[/.*&×x+0-9-]|(?:ppm|and|or|to|br|[sdtqm]|[2-9]?C(?:H[0-3]?|q)?)\b))|"
    rf"{_CARBON_TYPE}|(?:C(?:-?[0-9]+)?|Et|Bn|Ac|δ|delta|J|and|ppm|minor|major|as|br|[sdtqm]{{1,3}})\b"
)
# `[0124]` begins a paragraph of a patent, `(c)` a compound; no shift is written in Chinese, Japanese or Korean.
_NUMBERED = rf"\[[0-9]{{2,5}}\]|\((?:[a-z]|[ivx]{{1,4}}|[0-9]{{1,2}})\)\s+(?:{_COMPOUND}|{_SENTENCE})"
_FOREIGN = r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2}"
_VALUE = r"(?!δ|delta\b|J\b|C-?[0-9])[^\W\d_][\w⁄]{0,9}\s*(?:\([^()]{0,30}\)\s*)?=\s*[-+<>~]?[0-9]"
_NO_SHIFTS = r"(?![^.;\n]{0,60}(?:carbon|signal|peak|rotamer|isomer|conformer|diastereo|form\b))"
_PROSE = rf"{_NO_SHIFTS}[a-z]{{4,}}\s(?:of|is|was|are|were|at|for|with|by|from|in)\b"
_STOP = re.compile(
    rf"(?:(?<![.\s])\s*\.{{1,2}}\s+)(?:{_SECTION}|{_COMPOUND}|{_NUMBERED}|(?=[^\W_])(?!{_GOES_ON}))"
    rf"|[.;]\s+(?:{_VALUE}|{_FOREIGN}|{_PROSE})"
)
# A number in a line of its own, unless it is one of a column of shifts.
_PAGE = r"-\s?[0-9]{1,4}\s?-[ \t]*(?=\n|\Z)|(?:[Pp]age\s|S-?)?[0-9]{1,4}[ \t]*(?:\n\s*\n|\n\s*(?=[A-Z][a-z]{2})|\n?\Z)"
_COLUMN = re.compile(r"(?:^|\n)[ \t]*[0-9.]+[ \t]*\Z")
_CITATION = r"[A-Z][A-Za-z]+\.?(?:\s[A-Z&][A-Za-z]*\.?){0,5},?\s(?:[0-9]{1,4}\s)?\(?(?:19|20)[0-9]{2}\b"
_WORDS = rf"{_NO_SHIFTS}[A-Z][a-z]{{2,}}\s[a-z]{{2,}}\s[a-z]{{2,}}|(?=[A-Z][a-z]{{2}})(?!.*[0-9]{{2}}\.[0-9])"
_LINE = re.compile(rf"(?<![,;&\s-])[ \t]*\n\s*(?:{_SECTION}|{_COMPOUND}|{_PAGE}|{_CITATION}|{_WORDS})")
_GAP = re.compile(r"(?<![,;:&\s-])\s*\n[ \t\r]*\n")

MORE_SHIFTS = re.compile(r"δ_?C?\s*=?\s*[0-9]{1,3}\.[0-9]|(?<![0-9.])[0-9]{1,3}\.[0-9]+,?\s?ppm")  # in sentences
_SHIFT_IN_BRACKETS = re.compile(r"[(\[][^()\[\]]{0,12}?δ_?C?\s*=?\s*[0-9]{1,3}\.[0-9]")
_FIRST_SHIFT = re.compile(r"[0-9]\.[0-9]|[0-9](?=\s*(?:[,;.]|ppm|$|and\s+[0-9]))")
_WORD = re.compile(r"(?<![A-Za-z])[a-z]{4,}(?![A-Za-z])")
_PROSE_WORDS = 3
_SHIFT_LENGTH = 12  # characters, with the blanks around it


def end_of_list(body: str, masked: str) -> int:
    """Where the peak list in `body` ends; `masked` is the body with its brackets blanked out.

    >>> text = "δ 171.4, 14.2. 3.2. Synthesis"
    >>> text[: end_of_list(text, text)]
    'δ 171.4, 14.2'
    """
    first = _FIRST_SHIFT.search(masked)
    begin = first.end() if first else 0
    if bracketed := _SHIFT_IN_BRACKETS.search(body, 0, begin or len(body)):
        begin = bracketed.end()
    prose = is_description(masked[:begin])
    ends = [len(body)]
    for pattern in (_ANALYSIS, _STOP, _LINE, _GAP):
        for end in pattern.finditer(body, begin):
            inside = masked[end.start()] == " " and body[end.start()] not in "[(\n "
            column = pattern is _LINE and _COLUMN.search(body, max(0, end.start() - _SHIFT_LENGTH), end.start())
            if not (inside or column or (prose and pattern is _STOP and _says_more(body, end.end()))):
                ends.append(end.start())
                break
    return min(ends)


def is_description(text: str) -> bool:
    """Whether the text before the first shift is that of a sentence, not a heading."""
    return len(_WORD.findall(text)) >= _PROSE_WORDS


def _says_more(body: str, start: int) -> bool:
    """Whether the next sentence of a description names shifts."""
    stop = re.compile(r"\.\s").search(body, start)
    return MORE_SHIFTS.search(body, start, stop.start() if stop else len(body)) is not None
