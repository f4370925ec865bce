"""The names of what is printed beside a 13C list: mass, infrared, elemental analysis, melting point, …."""

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
_FORMULA = r"C(?:[7-9]|[1-9][0-9])H[0-9]{1,3}(?:[A-Z][a-z]?[0-9]*)+(?![\w-])"
ANALYSIS = re.compile(
    rf"(?=[A-Zabcdeflmprtvyνλα%])(?<![\w-])(?:{_MS}|{_OPTICS}|{_CONTENT}|{_PROPERTIES}|{_FORMULA})"
    r"|\[[αa]\]|\[M(?:\s?[+-]|\])|\(M\s?[+-]"
)
