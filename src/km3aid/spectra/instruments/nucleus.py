"""Which nucleus was measured: however a program spells it, and whether the frequencies agree with it.

Only 13C is read. Another nucleus, or one that is neither stated nor certain by its frequency, is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.instruments.checks import number_of

CARBON = "13C"
PROTON = "1H"

_NOT_STATED = {"", "off", "none", "unknown", "undefined", "na", "n/a", "?", "-", "0"}
_NAMES = {"hydrogen": "H", "proton": "H", "deuterium": "H", "carbon": "C", "nitrogen": "N", "fluorine": "F"}
_NAMES |= {"phosphorus": "P", "silicon": "Si", "boron": "B", "oxygen": "O", "tin": "Sn", "selenium": "Se"}
_BARE = {"c": CARBON, "carbon": CARBON, "h": PROTON, "proton": PROTON, "hydrogen": PROTON, "deuterium": "2H"}
_BARE |= {"fluorine": "19F", "phosphorus": "31P"}
# Frequencies relative to that of 1H: Harris et al., Pure Appl. Chem. 73 (2001) 1795.
_RATIOS = {PROTON: 1.0, "19F": 0.94094, "31P": 0.40481, "11B": 0.32084, CARBON: 0.25145, "29Si": 0.19867}
_RATIOS |= {"2H": 0.15351, "17O": 0.13556, "15N": 0.10137, "119Sn": 0.37291, "77Se": 0.19072}
_IN_TEXT = re.compile(rf"(?<![0-9A-Za-z])(?:{'|'.join(n for n in _RATIOS if n != '2H')}|proton|carbon)(?![a-z])", re.I)
_SURE = 0.001  # 79Br, the nucleus nearest to 13C, is 0.004 away
_CONTRADICTED = 0.01
_MOST_CARBON_MHZ = 350.0  # of 13C; in the strongest magnets, of 1.2 GHz, it is at 302 MHz
_PROTON_PPM = (-1.0, 14.0)


class Frequencies(NamedTuple):
    """Frequencies in MHz that a file states."""

    observed: Mapping[str, float | None]  # by the name of the parameter
    proton: float | None = None  # of 1H in the same magnet


def nucleus_of(text: str) -> str | None:
    """The nucleus that a parameter names, as mass number and symbol; None where it names none.

    What cannot be understood is returned as it stands, for it is not 13C either.

    >>> nucleus_of("<13C>"), nucleus_of("C13"), nucleus_of("Carbon13"), nucleus_of("^1H"), nucleus_of("off")
    ('13C', '13C', '13C', '1H', None)
    """
    plain = text.strip("<>^'\" \t\r\n")
    if plain.lower() in _NOT_STATED:
        return None
    if plain.lower() in _BARE:
        return _BARE[plain.lower()]
    match = re.match(r"(?P<mass>[0-9]{1,3})[\s_^-]*(?P<name>[A-Za-z]+)(?![A-Za-z])", plain)
    match = match or re.match(r"(?P<name>[A-Za-z]+)[\s_^-]*(?P<mass>[0-9]{1,3})(?![0-9])", plain)
    if match is None:
        return plain[:20]
    name = match["name"].lower()
    return f"{int(match['mass'])}{_NAMES.get(name, name.capitalize())}"


def other_nucleus_in(title: str) -> str | None:
    """The nucleus, other than 13C, that a title such as `1H` or `Proton NMR` names; None where 13C stands there too."""
    found = [nucleus_of(match.group()) for match in _IN_TEXT.finditer(title)]
    return None if CARBON in found else next(iter(found), None)


def names_carbon(title: str) -> bool:
    """Whether a title such as `13C{1H} in CDCl3` names 13C."""
    return any(nucleus_of(match.group()) == CARBON for match in _IN_TEXT.finditer(title))


def proton_mhz(parameters: Mapping[str, str], prefix: str = "") -> float | None:
    """The frequency of 1H in Bruker's parameters, from the second or a later channel; `prefix` begins each name."""
    for channel in range(2, 9):
        if nucleus_of(parameters.get(f"{prefix}NUC{channel}", "")) == PROTON:
            return number_of(parameters.get(f"{prefix}BF{channel}"))
    return None


def check_nucleus(
    stated: Mapping[str, str],
    where: str,
    mend: str,
    frequencies: Frequencies | None = None,
    unnamed: str | None = None,
) -> None:
    """Raise `SpectrumFormatError` unless everything that is known says that 13C was measured.

    `stated` holds what each parameter says; `mend` tells how to state the nucleus where no parameter does, unless
    `unnamed` says what it is then.
    """
    nuclei = {name: found for name, text in stated.items() if (found := nucleus_of(text)) is not None}
    for name, other in nuclei.items():
        if other != CARBON:
            raise SpectrumFormatError(f"{where}: a spectrum of {other} ({name}); expected 13C")
    sure = _check_frequencies(frequencies, where) if frequencies else False
    if not nuclei and unnamed is not None:
        if (nucleus := nucleus_of(unnamed)) != CARBON:
            raise SpectrumFormatError(f"{where}: a spectrum of {nucleus or unnamed!r}, as you say; expected 13C")
    elif not nuclei and not sure:
        said = ", ".join(f"{name}: {text.strip() or 'nothing'}" for name, text in stated.items())
        raise SpectrumFormatError(f"{where}: the nucleus is not stated ({said}); {mend}, or say --nucleus 13C")


def _check_frequencies(frequencies: Frequencies, where: str) -> bool:
    """Whether the frequencies make 13C certain; raises `SpectrumFormatError` where they rule it out."""
    observed = {name: mhz for name, mhz in frequencies.observed.items() if mhz and mhz > 0}
    proton = frequencies.proton if frequencies.proton and frequencies.proton > 0 else None
    for name, mhz in observed.items():
        if mhz > _MOST_CARBON_MHZ:
            raise SpectrumFormatError(
                f"{where}: {name} is {mhz:g} MHz, more than 13C has in any magnet; correct it, if it is of 13C"
            )
        if proton and abs(mhz / proton - _RATIOS[CARBON]) > _CONTRADICTED * _RATIOS[CARBON]:
            raise SpectrumFormatError(
                f"{where}: {name} is {mhz:g} MHz{_fitting(mhz / proton)}, but with 1H at {proton:g} MHz 13C is at "
                f"{proton * _RATIOS[CARBON]:.1f} MHz; give a spectrum of 13C"
            )
    if observed and max(observed.values()) > (1 + _CONTRADICTED) * min(observed.values()):
        said = " and ".join(f"{name} {mhz:g} MHz" for name, mhz in observed.items())
        raise SpectrumFormatError(f"{where}: {said} disagree; give the files of one experiment")
    return bool(proton and observed and all(abs(m / proton / _RATIOS[CARBON] - 1) < _SURE for m in observed.values()))


def _fitting(ratio: float) -> str:
    fits = [nucleus for nucleus, known in _RATIOS.items() if abs(ratio / known - 1) < _SURE]
    return f", the frequency of {fits[0]}" if fits else ""


def proton_doubt(shifts_ppm: Iterable[float]) -> str | None:
    """Why a list of shifts is probably one of 1H: three or more, and none outside −1…14 ppm; None where it is not."""
    shifts = list(shifts_ppm)
    if len(shifts) < 3 or min(shifts) < _PROTON_PPM[0] or max(shifts) > _PROTON_PPM[1]:
        return None
    low, high = _PROTON_PPM
    return f"all {len(shifts)} shifts lie between {low:g} and {high:g} ppm, as those of 1H do"
