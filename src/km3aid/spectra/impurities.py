"""13C shifts of common impurities, by solvent.

Gottlieb, Kotlyar, Nudelman, J. Org. Chem. 62 (1997) 7512, table 2; Fulmer et al., Organometallics 29 (2010) 2176,
table 2 (ppm). All 93 values equal those of the npm package nmr-processing, transcribed from the same papers
(`tests/interop/test_impurities.py`). An impurity is only named, never removed.
"""

from __future__ import annotations

from km3aid.spectra.spectrum import Spectrum

_NEAR_PPM = 0.15
SOLVENTS = ("CDCl3", "DMSO-d6", "CD3OD")
IMPURITIES: dict[str, tuple[tuple[float, ...], ...]] = {
    "acetic acid": ((175.99, 20.81), (171.93, 20.95), (175.11, 20.56)),
    "acetone": ((207.07, 30.92), (206.31, 30.56), (209.67, 30.67)),
    "acetonitrile": ((116.43, 1.89), (117.91, 1.03), (118.06, 0.85)),
    "diethyl ether": ((65.91, 15.20), (62.05, 15.12), (66.88, 15.46)),
    "dimethylformamide": ((162.62, 36.50, 31.45), (162.29, 35.73, 30.73), (164.73, 36.89, 31.61)),
    "ethanol": ((58.28, 18.41), (56.07, 18.51), (58.26, 18.40)),
    "ethyl acetate": (
        (171.36, 60.49, 21.04, 14.19),
        (170.31, 59.74, 20.68, 14.40),
        (172.89, 61.50, 20.88, 14.49),
    ),
    "hexane": ((31.64, 22.70, 14.14), (30.95, 22.05, 13.88), (32.73, 23.68, 14.45)),
    "2-propanol": ((64.50, 25.14), (64.92, 25.43), (64.71, 25.27)),
    "tetrahydrofuran": ((67.97, 25.62), (67.03, 25.14), (68.83, 26.48)),
    "toluene": (
        (137.89, 129.07, 128.26, 125.33, 21.46),
        (137.35, 128.88, 128.18, 125.29, 20.99),
        (138.85, 129.91, 129.20, 126.29, 21.50),
    ),
    "triethylamine": ((46.25, 11.61), (45.74, 11.74), (46.96, 11.09)),
}


def impurity_notes(spectrum: Spectrum, solvent: str) -> list[str]:
    """A note for each impurity of two or more lines that all appear in the spectrum.

    They remain peaks: an ethyl ester shows the lines of ethyl acetate too.
    """
    if solvent not in SOLVENTS:
        return []
    shifts = [peak.shift_ppm for peak in spectrum]
    notes = []
    for name, lines in IMPURITIES.items():
        near = [min(shifts, key=lambda s: abs(s - line)) for line in lines[SOLVENTS.index(solvent)]]
        if all(abs(s - line) <= _NEAR_PPM for s, line in zip(near, lines[SOLVENTS.index(solvent)], strict=True)):
            notes.append(f"{', '.join(f'{s:g}' for s in near)} ppm may be {name}; they stay peaks")
    return notes
