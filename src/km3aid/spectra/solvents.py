"""The usual NMR solvents: how they are written, and where their own 13C lines lie."""

from __future__ import annotations

import re

# Carbon shifts of the deuterated solvent in ppm: Fulmer et al., Organometallics 29 (2010) 2176, and for acids,
# amides, pyridine, dioxane and chlorinated ethane the usual supplier's chart.
_SOLVENTS: tuple[tuple[str, tuple[float, ...]], ...] = (
    (r"CDCl3|(?:deutero)?chloroform(?:-d1?)?", (77.16,)),
    (r"\(CD3\)2SO|CD3SOCD3|C2D6SO|C2D6OS|DMSO(?:-?d6)?|d6-DMSO", (39.52,)),
    (r"CD3OD|methanol-d4|d4-methanol|MeO[DH]-?d4|d4-MeOH|MeOD", (49.00,)),
    (r"\(CD3\)2CO|CD3COCD3|(?:d6-)?acetone(?:-?d6)?", (29.84, 206.26)),
    (r"C6D6|benzene-d6|d6-benzene", (128.06,)),
    (r"CD3CN|acetonitrile-d3|d3-acetonitrile|MeCN-d3", (1.32, 118.26)),
    (r"CD2Cl2|dichloromethane-d2|methylene chloride-d2", (53.84,)),
    (r"THF-?d8|d8-THF|C4D8O|tetrahydrofuran-d8", (67.21, 25.31)),
    (r"toluene-?d8|d8-toluene|C7D8|C6D5CD3", (137.48, 128.87, 127.96, 125.13, 20.43)),
    (r"D2O|deuterium oxide", ()),
    (r"C5D5N|pyridine-?d5|d5-pyridine|py-d5", (150.35, 135.91, 123.87)),
    (r"DMF-?d7|d7-DMF", (163.15, 34.89, 29.76)),
    (r"CF3COOD|CF3CO2D|TFA-?d1?", (164.2, 116.6)),
    (r"CD3COOD|CD3CO2D|AcOD|acetic acid-d4", (178.99, 20.0)),
    (r"C2D2Cl4|TCE-?d2|(?:1,1,2,2-)?tetrachloroethane-d2", (73.78,)),
    (r"(?:1,4-)?dioxane-?d8", (66.66,)),
    (r"CF3CD2OD|TFE-?d3", (61.50, 126.28)),
    (r"C6D5Cl|chlorobenzene-d5", (134.19, 129.26, 128.25, 125.96)),
    (r"CCl4", (96.1,)),
)
_ONE = "(?:" + "|".join(pattern for pattern, _ in _SOLVENTS) + ")"
_MIXTURE = re.compile(rf"(?<![A-Za-z0-9]){_ONE}(?:\s*[/:+-]\s*{_ONE})*(?![A-Za-z0-9])", re.IGNORECASE)
_NEAR_PPM = 1.5


def find_solvent(text: str) -> str | None:
    """The first solvent or solvent mixture named in `text`, as it is written there.

    >>> find_solvent("(101 MHz, DMSO-d6, 298 K)")
    'DMSO-d6'
    """
    match = _MIXTURE.search(text)
    return match.group() if match else None


def is_solvent(text: str) -> bool:
    """Whether `text` names a solvent and nothing else."""
    return _MIXTURE.fullmatch(text.strip()) is not None


def is_solvent_line(shift_ppm: float, solvent: str) -> bool:
    """Whether `shift_ppm` lies within 1.5 ppm of a carbon line of `solvent`."""
    return any(
        abs(shift_ppm - line) <= _NEAR_PPM
        for pattern, lines in _SOLVENTS
        if re.search(pattern, solvent, re.IGNORECASE)
        for line in lines
    )
