"""13C shifts of common impurities, by solvent.

Gottlieb, Kotlyar, Nudelman, J. Org. Chem. 62 (1997) 7512, table 2; Fulmer et al., Organometallics 29 (2010) 2176,
table 2 (ppm), without gases. All 787 values equal those of the npm package nmr-processing, transcribed from the same
papers (`tests/interop/test_impurities.py`). An impurity is only named, never removed.
"""

from __future__ import annotations

from km3aid.spectra.spectrum import Spectrum

_NEAR_PPM = 0.15
_CLOSE_PPM = 0.1  # of an impurity with a single line
_TABLES = {
    "CDCl3": (
        "acetic acid 175.99 20.81; acetone 207.07 30.92; acetonitrile 116.43 1.89; benzene 128.37; tert-butanol "
        "69.15 31.25; carbon disulfide 192.83; carbon tetrachloride 96.34; chloroform 77.36; 18-crown-6 70.55; "
        "cyclohexane 26.94; 1,2-dichloroethane 43.5; dichloromethane 53.52; diethyl ether 65.91 15.2; diglyme "
        "71.9 70.51 59.01; dimethylformamide 162.62 36.5 31.45; 1,4-dioxane 67.14; 1,2-dimethoxyethane 71.84 "
        "59.08; ethanol 58.28 18.41; ethyl acetate 171.36 60.49 21.04 14.19; ethylene glycol 63.79; hydrocarbon "
        "grease 29.71; hexamethylbenzene 132.21 16.98; hexane 31.64 22.7 14.14; hexamethyldisiloxane 1.97; HMPA "
        "36.87; imidazole 135.38 122; methanol 50.41; nitromethane 62.5; pentane 34.16 22.38 14.08; 2-propanol "
        "64.5 25.14; pyridine 149.9 135.96 123.75; pyrrole 117.77 107.98; pyrrolidine 46.93 25.56; silicone "
        "grease 1.19; tetrahydrofuran 67.97 25.62; toluene 137.89 129.07 128.26 125.33 21.46; triethylamine 46.25 "
        "11.61"
    ),
    "DMSO-d6": (
        "acetic acid 171.93 20.95; acetone 206.31 30.56; acetonitrile 117.91 1.03; benzene 128.3; tert-butanol "
        "66.88 30.38; carbon disulfide 192.63; carbon tetrachloride 95.44; chloroform 79.16; 18-crown-6 69.85; "
        "cyclohexane 26.33; 1,2-dichloroethane 45.02; dichloromethane 54.84; diethyl ether 62.05 15.12; diglyme "
        "71.25 69.54 57.98; dimethylformamide 162.29 35.73 30.73; 1,4-dioxane 66.36; 1,2-dimethoxyethane 71.17 "
        "58.03; ethanol 56.07 18.51; ethyl acetate 170.31 59.74 20.68 14.4; ethylene glycol 62.76; "
        "hexamethylbenzene 131.1 16.6; hexane 30.95 22.05 13.88; hexamethyldisiloxane 1.96; HMPA 36.42; imidazole "
        "135.15 121.55; methanol 48.59; nitromethane 63.28; pentane 33.48 21.7 13.28; 2-propanol 64.92 25.43; "
        "pyridine 149.58 136.05 123.84; pyrrole 117.32 107.07; pyrrolidine 46.51 25.26; tetrahydrofuran 67.03 "
        "25.14; toluene 137.35 128.88 128.18 125.29 20.99; triethylamine 45.74 11.74"
    ),
    "CD3OD": (
        "acetic acid 175.11 20.56; acetone 209.67 30.67; acetonitrile 118.06 0.85; benzene 129.34; tert-butanol "
        "69.4 30.91; carbon disulfide 193.82; carbon tetrachloride 97.21; chloroform 79.44; 18-crown-6 71.47; "
        "cyclohexane 27.96; 1,2-dichloroethane 45.11; dichloromethane 54.78; diethyl ether 66.88 15.46; diglyme "
        "72.92 71.33 59.06; dimethylformamide 164.73 36.89 31.61; 1,4-dioxane 68.11; 1,2-dimethoxyethane 72.72 "
        "59.06; ethanol 58.26 18.4; ethyl acetate 172.89 61.5 20.88 14.49; ethylene glycol 64.3; "
        "hexamethylbenzene 132.53 16.9; hexane 32.73 23.68 14.45; hexamethyldisiloxane 1.99; HMPA 37; imidazole "
        "136.31 122.6; methanol 49.86; nitromethane 63.08; pentane 35.3 23.38 14.39; 2-propanol 64.71 25.27; "
        "pyridine 150.07 138.35 125.53; pyrrole 118.28 108.11; pyrrolidine 47.23 26.29; silicone grease 2.1; "
        "tetrahydrofuran 68.83 26.48; toluene 138.85 129.91 129.2 126.29 21.5; triethylamine 46.96 11.09"
    ),
    "acetone-d6": (
        "acetic acid 172.31 20.51; acetone 205.87 30.6; acetonitrile 117.6 1.12; benzene 129.15; tert-butanol "
        "68.13 30.72; carbon disulfide 193.58; carbon tetrachloride 96.65; chloroform 79.19; 18-crown-6 71.25; "
        "cyclohexane 27.51; 1,2-dichloroethane 45.25; dichloromethane 54.95; diethyl ether 66.12 15.78; diglyme "
        "72.63 71.03 58.77; dimethylformamide 162.79 36.15 31.03; 1,4-dioxane 67.6; 1,2-dimethoxyethane 72.47 "
        "58.45; ethanol 57.72 18.89; ethyl acetate 170.96 60.56 20.83 14.5; ethylene glycol 64.26; "
        "hexamethylbenzene 132.22 16.86; hexane 32.3 23.28 14.34; hexamethyldisiloxane 2.01; HMPA 37.04; "
        "imidazole 135.89 122.31; methanol 49.77; nitromethane 63.21; pentane 34.83 22.98 14.29; 2-propanol 63.85 "
        "25.67; pyridine 150.67 136.56 124.57; pyrrole 117.98 108.04; silicone grease 1.4; tetrahydrofuran 68.07 "
        "26.15; toluene 138.48 129.76 129.03 126.12 21.46; triethylamine 47.07 12.49"
    ),
    "C6D6": (
        "acetic acid 175.82 20.37; acetone 204.43 30.14; acetonitrile 116.02 0.2; benzene 128.62; tert-butanol "
        "68.19 30.47; carbon disulfide 192.69; carbon tetrachloride 96.44; chloroform 77.79; 18-crown-6 70.59; "
        "cyclohexane 27.23; 1,2-dichloroethane 43.59; dichloromethane 53.46; diethyl ether 65.94 15.46; diglyme "
        "72.35 70.87 58.66; dimethylformamide 162.13 35.25 30.72; 1,4-dioxane 67.16; 1,2-dimethoxyethane 72.21 "
        "58.68; ethanol 57.86 18.72; ethyl acetate 170.44 60.21 20.56 14.19; ethylene glycol 64.34; hydrocarbon "
        "grease 30.22; hexamethylbenzene 131.79 16.95; hexane 31.96 23.04 14.32; hexamethyldisiloxane 2.05; HMPA "
        "36.88; imidazole 135.76 122.16; methanol 49.97; nitromethane 61.16; pentane 34.45 22.72 14.25; "
        "2-propanol 64.23 25.18; pyridine 150.27 135.28 123.58; pyrrole 117.78 108.21; pyrrolidine 46.86 25.65; "
        "silicone grease 1.38; tetrahydrofuran 67.8 25.72; toluene 137.91 129.33 128.56 125.68 21.1; "
        "triethylamine 46.77 12.35"
    ),
    "CD3CN": (
        "acetic acid 173.21 20.73; acetone 207.43 30.91; acetonitrile 118.26 1.79; benzene 129.32; tert-butanol "
        "68.74 30.68; carbon disulfide 193.6; carbon tetrachloride 96.68; chloroform 79.17; 18-crown-6 71.22; "
        "cyclohexane 27.63; 1,2-dichloroethane 45.54; dichloromethane 55.32; diethyl ether 66.32 15.63; diglyme "
        "72.63 70.99 58.9; dimethylformamide 163.31 36.57 31.32; 1,4-dioxane 67.72; 1,2-dimethoxyethane 72.47 "
        "58.89; ethanol 57.96 18.8; ethyl acetate 171.68 60.98 21.16 14.54; ethylene glycol 64.22; "
        "hexamethylbenzene 132.61 16.94; hexane 32.36 23.4 14.43; hexamethyldisiloxane 2.07; HMPA 37.1; imidazole "
        "136.33 122.78; methanol 49.9; nitromethane 63.66; pentane 34.89 23.08 14.37; 2-propanol 64.3 25.55; "
        "pyridine 150.76 136.89 127.76; pyrrole 118.47 108.31; pyrrolidine 47.57 26.34; tetrahydrofuran 68.33 "
        "26.27; toluene 138.9 129.94 129.23 126.28 21.5; triethylamine 47.1 12.38"
    ),
    "CD2Cl2": (
        "acetic acid 175.85 20.91; acetone 206.78 31; acetonitrile 116.92 2.03; benzene 128.68; tert-butanol "
        "69.11 31.46; carbon disulfide 192.95; carbon tetrachloride 96.52; chloroform 77.99; 18-crown-6 70.47; "
        "cyclohexane 27.38; 1,2-dichloroethane 44.35; dichloromethane 54.24; diethyl ether 66.11 15.44; diglyme "
        "72.25 70.7 58.95; dimethylformamide 162.57 36.56 31.39; 1,4-dioxane 67.47; 1,2-dimethoxyethane 72.24 "
        "59.02; ethanol 58.57 18.69; ethyl acetate 171.24 60.63 21.15 14.37; ethylene glycol 64.08; hydrocarbon "
        "grease 30.14; hexamethylbenzene 132.09 16.93; hexane 32.01 23.07 14.28; hexamethyldisiloxane 1.96; HMPA "
        "36.99; imidazole 135.76 122.16; methanol 50.45; nitromethane 63.03; pentane 34.57 22.77 14.24; "
        "2-propanol 64.67 25.43; pyridine 150.27 136.16 124.06; pyrrole 117.93 108.02; pyrrolidine 47.02 25.83; "
        "silicone grease 1.22; tetrahydrofuran 68.16 25.98; toluene 138.36 129.35 128.54 125.62 21.53; "
        "triethylamine 46.75 12.12"
    ),
    "THF-d8": (
        "acetic acid 171.69 20.13; acetone 204.19 30.17; acetonitrile 116.79 0.45; benzene 128.84; tert-butanol "
        "67.5 30.57; carbon disulfide 193.37; carbon tetrachloride 96.89; chloroform 79.24; 18-crown-6 71.34; "
        "cyclohexane 27.58; 1,2-dichloroethane 44.64; dichloromethane 54.67; diethyl ether 66.14 15.49; diglyme "
        "72.72 71.17 58.72; dimethylformamide 161.96 35.65 30.7; 1,4-dioxane 67.65; 1,2-dimethoxyethane 72.58 "
        "58.72; ethanol 57.6 18.9; ethyl acetate 170.32 60.3 20.45 14.37; ethylene glycol 64.35; hydrocarbon "
        "grease 30.45; hexamethylbenzene 131.88 16.71; hexane 32.34 23.33 14.22; hexamethyldisiloxane 1.83; HMPA "
        "36.89; imidazole 135.72 122.2; methanol 49.64; nitromethane 62.49; pentane 34.87 23 14.18; 2-propanol "
        "66.14 25.7; pyridine 150.57 135.99 124.08; pyrrole 118.03 107.74; pyrrolidine 45.82 26.17; silicone "
        "grease 1.2; tetrahydrofuran 68.03 26.19; toluene 138.24 129.47 128.71 125.84 21.29; triethylamine 47.18 "
        "12.51"
    ),
    "toluene-d8": (
        "acetic acid 175.3 20.27; acetone 204 30.03; acetonitrile 115.76 0.03; benzene 128.57; tert-butanol 68.12 "
        "30.49; carbon disulfide 192.71; carbon tetrachloride 96.57; chloroform 77.89; 18-crown-6 70.86; "
        "cyclohexane 27.31; 1,2-dichloroethane 43.4; dichloromethane 53.47; diethyl ether 65.94 15.47; diglyme "
        "72.39 70.92 58.62; dimethylformamide 161.93 35.22 30.64; 1,4-dioxane 67.17; 1,2-dimethoxyethane 72.25 "
        "58.63; ethanol 57.81 18.78; ethyl acetate 170.02 60.08 20.46 14.23; ethylene glycol 64.29; hydrocarbon "
        "grease 30.31; hexamethylbenzene 131.72 16.84; hexane 32.06 23.12 14.34; hexamethyldisiloxane 1.99; HMPA "
        "36.8; imidazole 135.57 122.13; methanol 49.9; nitromethane 61.14; pentane 34.54 22.79 14.27; 2-propanol "
        "64.12 25.24; pyridine 150.25 135.17 123.46; pyrrole 117.61 108.15; pyrrolidine 47.12 25.75; silicone "
        "grease 1.37; tetrahydrofuran 67.75 25.79; toluene 137.84 129.33 128.51 125.66 21.37; triethylamine 46.82 "
        "12.39"
    ),
    "D2O": (
        "acetic acid 177.21 21.03; acetone 215.94 30.89; acetonitrile 119.68 1.47; tert-butanol 70.36 30.29; "
        "carbon disulfide 197.25; carbon tetrachloride 96.73; 18-crown-6 70.14; diethyl ether 66.42 14.77; "
        "diglyme 71.63 70.05 58.67; dimethylformamide 165.53 37.54 32.03; 1,4-dioxane 67.19; 1,2-dimethoxyethane "
        "71.49 58.67; ethanol 58.05 17.47; ethyl acetate 175.26 62.32 21.15 13.92; ethylene glycol 63.17; "
        "hexamethyldisiloxane 2.31; HMPA 36.46; imidazole 136.65 122.43; methanol 49.5; nitromethane 63.22; "
        "2-propanol 64.88 24.38; pyridine 149.18 138.27 125.12; pyrrole 119.06 107.83; pyrrolidine 46.83 25.86; "
        "tetrahydrofuran 68.68 25.67; triethylamine 47.19 9.07"
    ),
    "CF3CD2OD": (
        "acetic acid 177.96 20.91; acetone 214.98 32.35; acetonitrile 118.95 1; benzene 129.84; tert-butanol "
        "72.35 31.07; carbon disulfide 196.26; carbon tetrachloride 97.74; chloroform 78.83; 18-crown-6 70.8; "
        "cyclohexane 28.34; 1,2-dichloroethane 45.28; dichloromethane 54.46; diethyl ether 67.55 15.33; diglyme "
        "73.05 71.33 59.4; dimethylformamide 166.01 37.76 30.96; 1,4-dioxane 68.52; 1,2-dimethoxyethane 72.87 "
        "59.52; ethanol 59.68 18.11; ethyl acetate 175.55 62.7 21.18 14.36; ethylene glycol 64.87; "
        "hexamethylbenzene 134.04 17.04; hexane 33.17 24.06 14.63; hexamethyldisiloxane 2.09; HMPA 37.21; "
        "imidazole 136.58 122.93; methanol 50.67; nitromethane 63.17; pentane 35.76 23.75 14.54; 2-propanol 66.69 "
        "25.21; pyridine 149.76 139.62 126.27; pyrrole 119.61 108.85; pyrrolidine 47.43 25.73; silicone grease "
        "2.87; tetrahydrofuran 69.53 26.69; toluene 139.92 130.58 129.79 126.82 21.62; triethylamine 48.45 9.51"
    ),
    "C6D5Cl": (
        "acetic acid 175.67 20.4; acetone 204.83 30.12; acetonitrile 115.93 0.63; benzene 128.38; tert-butanol "
        "68.19 31.13; carbon disulfide 192.49; carbon tetrachloride 96.38; chloroform 77.67; 18-crown-6 70.55; "
        "cyclohexane 26.99; 1,2-dichloroethane 43.6; dichloromethane 53.54; diethyl ether 65.79 15.35; diglyme "
        "72.07 70.56 58.42; dimethylformamide 162.01 35.45 30.71; 1,4-dioxane 66.95; 1,2-dimethoxyethane 71.81 "
        "58.31; ethanol 57.63 18.55; ethyl acetate 170.2 60.06 20.5 14.07; ethylene glycol 64.03; hydrocarbon "
        "grease 30.11; hexamethylbenzene 131.54 16.68; hexane 31.77 22.86 14.18; hexamethyldisiloxane 1.92; HMPA "
        "36.64; imidazole 135.5 121.96; methanol 49.66; nitromethane 61.68; pentane 34.26 22.54 14.1; 2-propanol "
        "64.18 25.14; pyridine 149.93 135.32 123.49; pyrrole 117.65 108.03; pyrrolidine 46.75 25.59; silicone "
        "grease 1.09; tetrahydrofuran 67.64 25.68; toluene 137.65 129.12 128.31 125.43 21.23; triethylamine 46.36 "
        "11.87"
    ),
}


def _parsed(text: str) -> dict[str, tuple[float, ...]]:
    """The shifts of each impurity of a table, by falling shift."""
    rows = [entry.split() for entry in text.split("; ")]
    found = {}
    for words in rows:
        name = [word for word in words if not word.replace(".", "").isdecimal()]
        found[" ".join(name)] = tuple(float(word) for word in words[len(name) :])
    return found


IMPURITIES: dict[str, dict[str, tuple[float, ...]]] = {solvent: _parsed(text) for solvent, text in _TABLES.items()}


def impurity_notes(spectrum: Spectrum, solvent: str) -> list[str]:
    """A note for each impurity of two or more lines that all appear in the spectrum.

    They remain peaks: an ethyl ester shows the lines of ethyl acetate too.
    """
    shifts = [peak.shift_ppm for peak in spectrum]
    notes = []
    for name, lines in IMPURITIES.get(solvent, {}).items():
        near = [min(shifts, key=lambda s: abs(s - line)) for line in lines]
        if len(set(near)) == len(lines) > 1 and all(
            abs(s - line) <= _NEAR_PPM for s, line in zip(near, lines, strict=True)
        ):
            notes.append(f"{', '.join(f'{s:g}' for s in near)} ppm may be {name}; they stay peaks")
    return notes


def impurity_at(shift_ppm: float, solvent: str) -> str | None:
    """The impurity with a single line within 0.1 ppm of a shift, the nearest one; None where there is none.

    >>> impurity_at(53.5, "CDCl3"), impurity_at(53.5, "D2O")
    ('dichloromethane', None)
    """
    away = {n: abs(s[0] - shift_ppm) for n, s in IMPURITIES.get(solvent, {}).items() if len(s) == 1}
    nearest = min(away, key=lambda name: away[name], default=None)
    return nearest if nearest and away[nearest] <= _CLOSE_PPM else None
