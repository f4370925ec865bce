"""What the columns of a peak table are called, in the programs and languages that write them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from km3aid.spectra.text.characters import normalise

# Names in lower case, without spaces, underscores and brackets.
_COLUMNS: dict[str, re.Pattern[str]] = {
    "shift": re.compile(
        r"(?:13c|c13)?(?:nmr)?(?:chemical)?shifts?(?:δ|delta)?(?:13c)?(?:ppm)?|(?:δ|delta)c?(?:13c)?(?:ppm)?|"
        r"(?:13c|c13)(?:nmr)?(?:δ|delta)?(?:ppm)?|ppm(?:shift)?|[νv]?f1(?:ppm)?|peakppm|positionppm|position|"
        r"(?:chem(?:ische)?)?verschiebung(?:δ|delta)?(?:13c)?(?:ppm)?|déplacement(?:chimique)?(?:ppm)?|"
        r"(?:desplazamiento|deslocamento)(?:qu[ií]mico)?(?:ppm)?|spostamentochimico(?:ppm)?|"
        r"хим(?:ический)?сдвиг(?:ppm|мд)?|化学位移(?:ppm)?|(?:化学)?シフト値?(?:ppm)?|kemiskskift(?:ppm)?|"
        r"(?:kemialliset)?siirtym[äa]t?(?:ppm)?|chemickýposun(?:ppm)?|kémiaieltolódás(?:ppm)?|화학적이동(?:ppm)?|przesuni[ęe]cie(?:chemiczne)?(?:ppm)?"
    ),
    "multiplicity": re.compile(
        r"multiplicit(?:y|ies)|mult|(?:carbon|c)?type|dept|multiplizität|multiplicité|multiplicidade?|molteplicità|"
        r"(?:c|kohlenstoff)?(?:typ|klasse)|(?:carbon)?class|tipo|峰型|多重度|多重性|мультиплетность"
    ),
    "count": re.compile(r"counts?|(?:n|num|numberof)?carbons|nc|anzahl|nombre|número|numero|碳数"),
    "intensity": re.compile(
        r"(?:rel|relative|abs|absolute)?intensit(?:y|ies)(?:rel|abs)?|int|height|intensität|höhe|intensité|hauteur|"
        r"intensidade?|altura|intensità|altezza|интенсивность|强度|強度|intensywność|intenzita|intenzitás|wysokość|강도"
    ),
    "aside": re.compile(r"(?:set)?aside(?:because)?"),  # why a line is none of the molecule's
}
_COLUMNS["label"] = re.compile(
    r"(?:c|carbon|atom)(?:no|nos|nr|pos|position|number)?[a-c]?|(?:no|nos|nr|pos|positions?)[a-c]?|h/?c|c/?h|#"
)
_CARBON = re.compile(
    r"\W*(?P<before>\w{0,12}?)[\W_]*(?:δ|delta)[\s_{]*[Cc](?:[a-d]?(?![a-z]))\}?[\W_]*(?P<after>\w{0,12})\W*"
)
_BESIDE = re.compile(r"\b(?:type|mult(?:iplicity)?|dept|ppm|exp|obs|carbon|compound|cpd)\b\.?|[\^*†‡]+", re.IGNORECASE)
_COMPUTED = re.compile(r"calc|pred|theor|dft|giao", re.IGNORECASE)
_COMPOUND = re.compile(r"[0-9]{1,3}[a-z]?'?|[A-Z][0-9]{0,2}")
_NUMBER = re.compile(r"[\s0-9.,+-]*")
_LONGEST = 80  # characters in the name of a column
_UNIT = re.compile(r"[(\[](?:ppm|a\.?u\.?|rel\.?|%|abs\.?)?[)\]]", re.IGNORECASE)


def column_of(name: str) -> str | None:
    """What a column called `name` holds: shift, multiplicity, count, intensity or a label; None for anything else.

    >>> column_of("δ (ppm)"), column_of("Höhe"), column_of("δ (Hz)")
    ('shift', 'intensity', None)
    """
    if _NUMBER.fullmatch(name):
        return None
    if re.fullmatch(r"\s*[\[(]?ppm[\])]?\s*", name):
        return "shift"
    if carbon_compound(name) is not None:
        return "shift"
    if re.search(r"\bHz\b", name):
        return None
    if re.fullmatch(r"\W*(?:x|peak|signal|freq(?:uency)?|cent(?:er|re))\s*[\[(/:]\s*ppm\W*", name, re.IGNORECASE):
        return "shift"
    plain = _UNIT.sub("", normalise(name)).lower()
    key = re.sub(r"\W|_", "", plain)
    return next((column for column, names in _COLUMNS.items() if names.fullmatch(key)), None)


def kinds_of(names: Sequence[str | None]) -> list[str | None]:
    """What each column holds, as `column_of` says; a bare `position` beside a column of δ is that of the atom.

    >>> kinds_of(["position", "δC"]), kinds_of(["Position", "Intensity"])
    (['label', 'shift'], ['shift', 'intensity'])
    """
    kinds = [column_of(name) if name is not None else None for name in names]
    other = kinds.count("shift") > 1 or any("δ" in normalise(name) for name in names if name)
    bare = (re.fullmatch(r"\s*positions?\s*", name or "", re.IGNORECASE) for name in names)
    return ["label" if other and is_bare else kind for kind, is_bare in zip(kinds, bare, strict=True)]


def carbon_compound(name: str) -> str | None:
    """The compound of a column of δC, empty where its name has none; None for any other column.

    >>> carbon_compound("δC (125 MHz), type"), carbon_compound("δC (2)"), carbon_compound("1 δC"), carbon_compound("δH")
    ('', '2', '1', None)
    """
    plain = normalise(name)
    if len(plain) > _LONGEST or ("δ" not in plain and "delta" not in plain.lower()) or _COMPUTED.search(plain):
        return None
    plain = re.sub(r"[(\[]([^()\[\]]*)[)\]]", lambda m: f" {m[1]} " if is_compound(m[1]) else " ", plain)
    match = _CARBON.fullmatch(_BESIDE.sub(" ", plain))
    if match is None:
        return None
    return next((part for part in (match["after"], match["before"]) if is_compound(part)), "")


def is_compound(cell: str) -> bool:
    """Whether a cell of a header can only be the number or letter of a compound: `1`, `12a`, `B`."""
    return _COMPOUND.fullmatch(cell.strip(" *()[]")) is not None
