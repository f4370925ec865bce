"""What the columns of a peak table are called, in the programs and languages that write them."""

from __future__ import annotations

import re

from km3aid.spectra.text.characters import normalise

# Names in lower case, without spaces, underscores and brackets.
_COLUMNS: dict[str, re.Pattern[str]] = {
    "shift": re.compile(
        r"(?:13c|c13)?(?:nmr)?(?:chemical)?shifts?(?:δ|delta)?(?:13c)?(?:ppm)?|(?:δ|delta)c?(?:13c)?(?:ppm)?|"
        r"(?:13c|c13)(?:nmr)?(?:δ|delta)?(?:ppm)?|ppm(?:shift)?|[νv]?f1(?:ppm)?|peakppm|positionppm|position|"
        r"(?:chem(?:ische)?)?verschiebung(?:δ|delta)?(?:13c)?(?:ppm)?|déplacement(?:chimique)?(?:ppm)?|"
        r"(?:desplazamiento|deslocamento)(?:qu[ií]mico)?(?:ppm)?|spostamentochimico(?:ppm)?|"
        r"хим(?:ический)?сдвиг(?:ppm|мд)?|化学位移(?:ppm)?|化学シフト(?:ppm)?|kemiskskift(?:ppm)?|"
        r"(?:kemialliset)?siirtym[äa]t?(?:ppm)?|przesuni[ęe]cie(?:chemiczne)?(?:ppm)?"
    ),
    "multiplicity": re.compile(
        r"multiplicit(?:y|ies)|mult|(?:carbon|c)?type|dept|multiplizität|multiplicité|multiplicidade?|molteplicità|"
        r"(?:c|kohlenstoff)?(?:typ|klasse)|(?:carbon)?class|tipo|峰型|多重度|多重性|мультиплетность"
    ),
    "count": re.compile(r"counts?|(?:n|num|numberof)?carbons|nc|anzahl|nombre|número|numero|碳数"),
    "intensity": re.compile(
        r"(?:rel|relative|abs|absolute)?intensit(?:y|ies)(?:rel|abs)?|int|height|intensität|höhe|intensité|hauteur|"
        r"intensidade?|altura|intensità|altezza|интенсивность|强度|強度"
    ),
}
_UNIT = re.compile(r"[(\[](?:ppm|a\.?u\.?|rel\.?|%|abs\.?)?[)\]]", re.IGNORECASE)


def column_of(name: str) -> str | None:
    """What a column called `name` holds: shift, multiplicity, count or intensity, or None for anything else.

    >>> column_of("δ (ppm)"), column_of("Höhe"), column_of("δ (Hz)")
    ('shift', 'intensity', None)
    """
    if re.fullmatch(r"\s*[\[(]?ppm[\])]?\s*", name):
        return "shift"
    if re.search(r"\bHz\b", name):
        return None
    plain = _UNIT.sub("", normalise(name)).lower()
    key = re.sub(r"\W|_", "", plain)
    return next((column for column, names in _COLUMNS.items() if names.fullmatch(key)), None)
