"""Paragraphs as they are pasted: a clean 13C line among foreign sections, with the damage of a PDF."""

from __future__ import annotations

import random
import re

BEFORE = (
    "4-Methoxybenzyl acetate (3a). ",
    "Compound 12b: white solid, 82% yield (45.3 mg), mp 121–123 °C. ",
    "[(CAAC)B(Dur)(CO)] (1a) (30 mg, 65.6 µmol) was dissolved in 0.5 mL of benzene. ",
    "3.2.1. Synthesis of 2-Chloro-N-phenylacetamide (5)\nTo a solution of aniline (1.00 g, 10.7 mmol) in DCM (20 mL) "
    "was added Et3N (1.6 mL) at 0 °C and the mixture was stirred for 2 h. ",
    "Rf = 0.35 (hexanes/EtOAc 4:1); IR (KBr) νmax 3421, 1734, 1652 cm−1; ",
    "1H NMR (400 MHz, CDCl3) δ 7.26–7.31 (m, 5H), 4.12 (q, J = 7.1 Hz, 2H), 2.04 (s, 3H). ",
    "1H-NMR (DMSO-d6, 500 MHz): δ = 11.31 (s, 1H, NH), 8.14 (d, J = 7.4 Hz, 2H, Ar-H), 2.33 (s, 3H); ",
    "1HNMR (500 MHz, CD3OD): δ 8.14 (d, J = 7.4 Hz, 2H), 3.35 (s, 3H, -OCH3), ",
    "Yield: 91%; mp: 196–197 °C. FT-IR (KBr) cm−1: 1664, 3263 (amide), 1524, 1935. UV (λmax): 210, 262, 294 nm. ",
    "(E)-3-(4-Fluorophenyl)acrylic acid: [α]D20 +34.5 (c 0.5, MeOH). ",
)
AFTER = (
    "HRMS (ESI) m/z: [M + H]+ calcd for C13H21N2O2 237.1598, found 237.1601.",
    "MS-ESI (m/z) = 346.0126 [M + Na]+ (calcd. for C14H11O2N3Cl2Na: 346.0121).",
    "HR-ESI MS: m/z obsd 340.1039, calcd 340.1039; obsd 679.2006; M = C42H28BrN6O2P.",
    "LIFDI-HRMS calculated for [C36H52BNO] = [M]+ 549.4136; found: 549.4141.",
    "ESIMS m/z 436.2 [M+H]+ (100), 218.1 (35).",
    "MS (EI, 70 eV): m/z (%) 210 (M+, 45), 195 (100), 167 (23), 77 (12).",
    "GC-MS (EI) m/z 178.1, 163.1, 91.0.",
    "LRMS (ESI+): 215.2, 237.1.",
    "LC–MS (ESI): 301.1 (M + 1).",
    "Exact mass calcd 204.0786, found 204.0790.",
    "Anal. Calcd for C12H14O3: C, 69.88; H, 6.84. Found: C, 69.71; H, 6.90.",
    "analysis calculated for C4H8O2 is as follows: C, 54.53; H, 9.15; found C, 54.40; H, 9.20.",
    "Elemental analysis (%): C 61.23, H 4.50, N 11.90.",
    "C13H20NO2Cl (257.77), [%]: Ncalc./analyzed: 5.43/5.47; Ccalc./analyzed: 60.58/60.59.",
    "IR (neat) 2958, 1736, 1240, 1045 cm−1.",
    "IR (KBr, cm-1): 3310, 1680, 998. 972, 45.2.",
    "FTIR (film) ν 3400, 2920, 1715 cm–1.",
    "νmax (ATR)/cm−1 3300, 1700, 760.",
    "UV-vis (CHCl3): λmax (ε) 421 (20600), 300 (23800).",
    "λ max (nm) (logε, mol−1 L cm−1) 427 (5.24), 553 (4.05), 589 (3.35).",
    "UV (MeOH) λmax (log ε) 210 (4.2), 254 (3.8) nm.",
    "[α]D25 = −45.2 (c 0.85, CHCl3).",
    "[α]20D +12 (c 1.0, CH2Cl2).",
    "Optical rotation: −23.4 (c 0.2, MeOH).",
    "Mp 102.5–103.1 °C.",
    "M.p. = 68–69 °C.",
    "Melting point: 145.2 °C.",
    "Yield: 82%, 45.3 mg.",
    "Rf 0.45 (EtOAc/hexane 1:3).",
    "tR = 12.4 min (major), 15.1 min (minor).",
    "HPLC purity 98.7% (tR = 8.32 min).",
    "HPLC (Chiralpak AD-H, 90:10, 1.0 mL/min): 11.2, 14.8.",
    "Purity: 99.1%.",
    "3. Results and Discussion",
    " 3.2. Synthesis of the Ligands",
    " 5. Conclusions",
    "2.3.4. General Procedure for the Preparation of 12–18",
    "4.1 Biological evaluation was carried out on 12 strains.",
    "4-Methylbenzoic acid (13). White solid (23.5 mg, 67.8%).",
    "2,4-Dichloro-1-nitrobenzene (14): yellow oil, 55.2 mg.",
    "(E)-3-(4-Fluorophenyl)acrylic acid (15). Prepared at 60.5 °C.",
    "N-(4-Bromophenyl)acetamide (16) was obtained in 77.2% yield.",
    "tert-Butyl 4-oxopiperidine-1-carboxylate (17), 120.3 mg.",
    "Compound 18: prepared from 17 (25.4 mg, 0.12 mmol).",
    "12: 1H NMR (400 MHz, CDCl3) δ 7.12 (s, 1H).",
    "5b. Yellow oil (34.5 mg).",
    "The spectral data were in agreement with those reported in ref. 45.",
    "These data match those of Smith et al. [12].",
    "Table 2. Crystal data for 12: a = 10.5, b = 12.3 Å.",
    "See Figure 3 and Table S12 for details.",
    "CCDC 1234567 contains the data for 12.",
    "X-ray: monoclinic, P21/c, a = 12.31, b = 15.22 Å.",
    "31P NMR (162 MHz, CDCl3) δ 22.7 (s).",
    "31P: δ 17.23.",
    "19F NMR (376 MHz, CDCl3) δ −62.8, −110.1.",
    "11B NMR (128.5 MHz, 298 K, C6D6): δ = –14.8 (d, 1JBH = 77.2 Hz, BH) ppm.",
    "1H NMR (400 MHz, CDCl3) δ 7.26 (m, 5H), 2.04 (s, 3H).",
    "29Si NMR (99 MHz, CDCl3) δ 12.3, −8.1.",
    "15N NMR (51 MHz) δ 120.5.",
    "DEPT-135 (101 MHz): δ 128.5, 60.5.",
    "HMBC correlations from H-3 (4.12) to C-1 (171.4).",
)
AFTER_IN_THE_LIST = (  # what follows after a comma or a semicolon
    "HRMS (ESI) calcd for C13H21N2O2 237.1598, found 237.1601.",
    "MS (ESI) m/z 436.2.",
    "ESI-MS m/z: 218.1 [M+H]+.",
    "IR (KBr): 1710, 998, 45 cm−1.",
    "UV-vis (CHCl3): λmax (ε) 421 (20600), 300 (23800).",
    "mp 98–100 °C.",
    "m/z 210 (M+, 45), 195 (100), 77 (12).",
    "Anal. Calcd: C, 69.88; H, 6.84.",
    "31P NMR (162 MHz) δ 22.7.",
    "yield 67.8%.",
    "white solid, 67.8% yield.",
    "C13H20NO2Cl (257.77), [%]: N 5.43.",
)
_SHIFT = re.compile(r"(?<![\w.,=\-−–])[0-9]{1,3}\.[0-9]{1,2}(?=[,;]\s|\s?\(|$)")
_DASHES = ("–", "−", "‐", "‑", "—")


def surrounded(line: str, rng: random.Random) -> str:
    """`line` with foreign sections before and after it."""
    line = line.strip().rstrip(".;, ")
    before = "".join(rng.sample(BEFORE, rng.randint(0, 2)))
    if rng.random() < 0.2:
        return f"{before}{line}{rng.choice((', ', '; '))}{rng.choice(AFTER_IN_THE_LIST)}"
    ends = rng.sample(AFTER, rng.randint(1, 3))
    first = rng.choice((". ", ". ", ".\n", ".\n\n", ".  ", " ppm. "))
    return before + line + first + rng.choice((" ", "\n", "; ")).join(ends)


def retyped(line: str, rng: random.Random) -> str:
    """`line` with other dashes, commas, blanks and line breaks."""
    way = rng.randrange(6)
    if way == 0:
        dash = rng.choice(_DASHES)
        return re.sub(r"(?<=[A-Za-z0-9])-(?=[A-Za-z0-9])", dash, line)
    if way == 1:
        return re.sub(r", (?=[0-9])", lambda _: ",\n" if rng.random() < 0.2 else ", ", line)
    if way == 2:
        return re.sub(r", (?=[0-9])", rng.choice(("， ", "、", ",\u00a0", ",\u2009", ",  ")), line)
    if way == 3:
        return line.replace(" ", rng.choice(("\u00a0", "\u2009", "  ")))
    if way == 4:
        return re.sub(r"^13C[ -]NMR", rng.choice(("13CNMR", "13C{1H} NMR", "13C{1H}NMR", "¹³C NMR", "13 C NMR")), line)
    return re.sub(r" (?=[^0-9 ])", lambda _: "\n" if rng.random() < 0.1 else " ", line)


def broken(line: str, rng: random.Random) -> tuple[str, list[str]]:
    """`line` with one to three shifts broken as PDFs break them, and the broken pieces."""
    found = list(_SHIFT.finditer(line))
    pieces = []
    for match in sorted(rng.sample(found, min(len(found), rng.randint(1, 3))), key=lambda m: -m.start()):
        whole, point, decimals = match.group().partition(".")
        ways = [f"{whole}.\n{decimals}", f"{whole}. {decimals}", f"{whole} .{decimals}", f"{whole} . {decimals}"]
        ways += [f"{whole}·{decimals}", f"{whole}.\u00ad{decimals}", f"{whole}{point}\u200b{decimals}"]
        if len(whole) > 1:
            ways += [f"{whole[0]} {whole[1:]}.{decimals}", f"{whole[0]}\u00ad{whole[1:]}.{decimals}"]
        pieces.append(rng.choice(ways))
        line = line[: match.start()] + pieces[-1] + line[match.end() :]
    return line, pieces
