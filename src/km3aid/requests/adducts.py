"""From a measured m/z to the mass of the neutral molecule."""

from __future__ import annotations

from km3aid.errors import ConfigError

# Monoisotopic mass in Da that the ion has more than M: atoms by CIAAW 2021, the electron 0.000548580.
ADDUCTS_DA: dict[str, float] = {
    "[M+H]+": 1.007276,
    "[M+Na]+": 22.989221,
    "[M+K]+": 38.963158,
    "[M+NH4]+": 18.033826,
    "[M-H]-": -1.007276,
    "[M+Cl]-": 34.969401,
    "[M+HCOO]-": 44.998203,
    "[M]+": -0.000549,
    "[M]-": 0.000549,
}
_PLAIN = str.maketrans({" ": "", "−": "-", "–": "-", "⁺": "+", "⁻": "-"})


def neutral_mass_da(mz: float, adduct: str) -> float:
    """The monoisotopic mass of M for the m/z of a singly charged `adduct`; raises `ConfigError` for an unknown one.

    >>> round(neutral_mass_da(181.0495, "[M+H]+"), 3)
    180.042
    """
    plain = adduct.translate(_PLAIN)
    if plain not in ADDUCTS_DA:
        raise ConfigError(f"adduct: {adduct!r}; known are {', '.join(ADDUCTS_DA)}")
    return mz - ADDUCTS_DA[plain]
