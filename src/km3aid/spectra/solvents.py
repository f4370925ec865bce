"""The common NMR solvents: how their names are written, and where their own 13C lines lie."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple


class SolventLine(NamedTuple):
    """One carbon of a deuterated solvent."""

    shift_ppm: float
    lines: int = 1  # of its multiplet by coupling to D
    coupling_hz: float = 0.0  # 1J(C,D)
    chart_ppm: float | None = None  # on the other scale in use, where that differs much

    def distance(self, shift_ppm: float) -> float:
        """The distance of `shift_ppm` from the line in ppm, on the scale where it is nearer."""
        other = self.shift_ppm if self.chart_ppm is None else self.chart_ppm
        return min(abs(shift_ppm - self.shift_ppm), abs(shift_ppm - other))


class Solvent(NamedTuple):
    """A solvent: its usual name, a pattern of all its names, and its lines."""

    name: str
    pattern: str
    lines: tuple[SolventLine, ...]


_L = SolventLine

# Shifts: Fulmer et al., Organometallics 29 (2010) 2176, table 2 (the first nine, TFE, chlorobenzene); for the others,
# and for the numbers of lines and the couplings, the chart of Cambridge Isotope Laboratories. Public transcriptions
# agree: one in TypeScript for Fulmer's eleven solvents; the npm package @complat/react-spectra-editor 1.4.0 for acetic
# acid, DMF, dioxane, pyridine, TFA and all numbers of lines; one in Python for C2D2Cl4. Where the chart differs from
# Fulmer by 0.3 ppm or more, its value comes last. The CRC Handbook gives 96.0 for CCl4. The couplings were entered from
# memory and not checked; they only limit how wide a multiplet may be.
SOLVENTS: tuple[Solvent, ...] = (
    Solvent("CDCl3", r"CDCl_?3|(?:deutero)?chloroform(?:-?d_?1?)?", (_L(77.16, 3, 32),)),
    Solvent(
        "DMSO-d6",
        r"\(CD3\)2SO|CD3SOCD3|C2D6SO|C2D6OS|DMSO(?:[-\s]?d?_?6)?|\[?d_?6\]?[-\s]?DMSO|dimethyl\s?sulfoxide-d6",
        (_L(39.52, 7, 21),),
    ),
    Solvent(
        "CD3OD", r"CD3OD|methanol-?d4|d4-methanol|MeO[DH]-?d_?4|\[?d_?4\]?[-\s]?MeO[HD]|MeOD", (_L(49.00, 7, 21.5),)
    ),
    Solvent(
        "acetone-d6",
        r"\(CD3\)2CO|CD3COCD3|(?:\[?d_?6\]?-)?acetone(?:-?d_?6)?|Me2CO-d6",
        (_L(29.84, 7, 19.4), _L(206.26)),
    ),
    Solvent("C6D6", r"C6D6|benzene-?d_?6|\[?d_?6\]?-benzene", (_L(128.06, 3, 24.3),)),
    Solvent(
        "CD3CN", r"CD3CN|acetonitrile-?d_?3|\[?d_?3\]?-(?:acetonitrile|MeCN)|MeCN-d3", (_L(1.32, 7, 21), _L(118.26))
    ),
    Solvent(
        "CD2Cl2",
        r"CD2Cl2|dichloromethane-?d_?2|methylene chloride-?d2|DCM-?d2|\[?d_?2\]?-(?:DCM|dichloromethane)",
        (_L(53.84, 5, 27.2),),
    ),
    Solvent(
        "THF-d8",
        r"THF-?d_?8|\[?d_?8\]?-THF|C4D8O|tetrahydrofuran-?d8",
        (_L(67.21, 5, 22.2, 67.57), _L(25.31, 5, 20.2)),
    ),
    Solvent(
        "toluene-d8",
        r"tol(?:uene)?-?d_?8|\[?d_?8\]?-toluene|C7D8|C6D5CD3",
        (
            _L(137.48, chart_ppm=137.86),
            _L(128.87, 3, 23, 129.24),
            _L(127.96, 3, 24, 128.33),
            _L(125.13, 3, 24, 125.49),
            _L(20.43, 7, 19),
        ),
    ),
    Solvent("D2O", r"D2O|deuterium oxide|D_2O", ()),
    Solvent(
        "pyridine-d5",
        r"C5D5N|pyridine-?d_?5|\[?d_?5\]?-pyridine|py-d5",
        (_L(150.35, 3, 27.5), _L(135.91, 3, 24.5), _L(123.87, 3, 25)),
    ),
    Solvent("DMF-d7", r"DMF-?d_?7|\[?d_?7\]?-DMF", (_L(163.15, 3, 29.4), _L(34.89, 7, 21), _L(29.76, 7, 21.1))),
    Solvent("CF3CO2D", r"CF3COOD|CF3CO2D|TFA-?d_?1?", (_L(164.2, 4, 44), _L(116.6, 4, 283))),
    Solvent("CD3CO2D", r"CD3COOD|CD3CO2D|AcOD|acetic acid-d4", (_L(178.99), _L(20.0, 7, 20))),
    Solvent("C2D2Cl4", r"C2D2Cl4|TCE-?d2|(?:1,1,2,2-)?tetrachloroethane-d2", (_L(73.78, 3, 28.1),)),
    Solvent("dioxane-d8", r"(?:1,4-)?dioxane-?d8", (_L(66.66, 5, 21.9),)),
    Solvent("CF3CD2OD", r"CF3CD2OD|TFE-?d3", (_L(61.50, 5, 22, 61.80), _L(126.28, 4, 277))),
    Solvent(
        "C6D5Cl", r"C6D5Cl|chlorobenzene-d5", (_L(134.19), _L(129.26, 3, 25), _L(128.25, 3, 25), _L(125.96, 3, 25))
    ),
    Solvent("CCl4", r"CCl4", (_L(96.1),)),
)
_ONE = "(?:" + "|".join(f"(?:{solvent.pattern})" for solvent in SOLVENTS) + ")"
_MIXTURE = re.compile(rf"(?<![A-Za-z0-9]){_ONE}(?:\s*[/:+-]\s*{_ONE})*(?![A-Za-z0-9])", re.IGNORECASE)
_MARKED_NEAR_PPM = 1.5


@lru_cache(maxsize=256)  # headings repeat within a publication
def find_solvent(text: str) -> str | None:
    """The first solvent or mixture named in `text`, as written there.

    >>> find_solvent("(101 MHz, DMSO-d6, 298 K)")
    'DMSO-d6'
    """
    match = _MIXTURE.search(text)
    return match.group() if match else None


def is_solvent(text: str) -> bool:
    """Whether `text` names a solvent and nothing else."""
    return _MIXTURE.fullmatch(text.strip()) is not None


def known_solvents(text: str) -> tuple[Solvent, ...]:
    """The solvents that `text` names, alone, in a mixture or among other words.

    >>> [solvent.name for solvent in known_solvents("Chloroform-D1 (CDCl3) / MeOD 9:1")]
    ['CDCl3', 'CD3OD']
    """
    return tuple(s for s in SOLVENTS if re.search(rf"(?<![A-Za-z0-9])(?:{s.pattern})(?![A-Za-z])", text, re.IGNORECASE))


# What TopSpin, VnmrJ and Delta call solvents whose deuterium goes without saying, in lower case with only letters and
# digits; in a text, the same words would name a solvent that was not deuterated.
_ON_SPECTROMETERS = {
    "acetic": "CD3CO2D", "aceticacid": "CD3CO2D", "aceticacidd4": "CD3CO2D", "acetone": "acetone-d6",
    "acetonitrile": "CD3CN", "cd3cnspe": "CD3CN", "benzene": "C6D6", "chloroform": "CDCl3", "cd3odspe": "CD3OD",
    "methanol": "CD3OD", "methanold3": "CD3OD", "meoh": "CD3OD", "hdmso": "DMSO-d6", "dimethylsulfoxide": "DMSO-d6",
    "dichloromethane": "CD2Cl2", "methylenechloride": "CD2Cl2", "dioxane": "dioxane-d8", "dmf": "DMF-d7",
    "dimethylformamide": "DMF-d7", "nndimethylformamided7": "DMF-d7", "dimethylformamided7": "DMF-d7",
    "pyr": "pyridine-d5", "pyridine": "pyridine-d5", "tfa": "CF3CO2D", "trifluoroaceticacidd": "CF3CO2D",
    "tfe": "CF3CD2OD", "thf": "THF-d8", "tetrahydrofuran": "THF-d8", "tol": "toluene-d8", "toluene": "toluene-d8",
    "tce": "C2D2Cl4", "tetrachloroethane": "C2D2Cl4", "chlorobenzene": "C6D5Cl",
}  # fmt: skip


def solvent_on_spectrometer(name: str) -> str | None:
    """The usual name of a solvent as a spectrometer's file gives it; None where it gives none.

    >>> solvent_on_spectrometer("Tol"), solvent_on_spectrometer("CDCl3"), solvent_on_spectrometer(" ")
    ('toluene-d8', 'CDCl3', None)
    """
    plain = name.strip("<>^'\" \t\r\n")
    return _ON_SPECTROMETERS.get(re.sub(r"[^a-z0-9]", "", plain.lower()), plain) or None


def is_solvent_line(shift_ppm: float, solvent: str) -> bool:
    """Whether `shift_ppm`, which its author assigned to `solvent`, lies within 1.5 ppm of a line of it."""
    near = (abs(shift_ppm - line.shift_ppm) for known in known_solvents(solvent) for line in known.lines)
    return any(distance <= _MARKED_NEAR_PPM for distance in near)
