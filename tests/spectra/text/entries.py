"""Entries of experimental sections as they are pasted, with `@` for the 13C line and foreign numbers around it.

A choice is `‹one|another›`, a random number `‹#from~to~decimals›`.
"""

from __future__ import annotations

import random
import re

from tests.spectra.text.dirty_paragraphs import broken

_FORMULA = "C‹#9~30~0›H‹#10~40~0›‹NO2|ClN2O|N5|O3S|BrO2|FNO›"
_HRMS = f"HRMS (ESI) m/z calcd for {_FORMULA} [M + Na]+ ‹#200~500~4›, found ‹#200~500~4›"
_CHN = "C, ‹#50~80~2›; H, ‹#4~9~2›; N, ‹#3~12~2›"
_PROTON = (
    "1H NMR (‹400|500› MHz, CDCl3) δ ‹#7~8~2› (d, J = 8.‹1|4› Hz, 2H), 4.‹#10~90~0› (q, J = 7.1 Hz, 2H), 3.84 (s, 3H)"
)

ENTRIES = (
    f"Methyl 2-(4-fluorobenzylidene)-3-oxobutanoate (3c). Pale yellow oil (88 mg, ‹#50~95~0›%). {_PROTON}. @. "
    f"19F NMR (376 MHz, CDCl3) δ –108.‹#1~9~0›. {_HRMS}. The data match the literature.12",
    "(R)-1-Phenylpropan-1-ol (5a): 93% yield, 96% ee; [α]D25 = +38.6 (c = 1.0, CHCl3); HPLC (OD-H, 2% iPrOH, "
    "1.0 mL/min, "
    f"220 nm): tR (major) = 14.0 min; {_PROTON}; @; IR (film): ν = 3356, 1453, ‹#650~999~0› cm–1; MS (EI): m/z "
    f"(%) = 136 "
    "(12), 107 (100), 79.1 (65).",
    "4.1.7. 6-Chloro-2-(3,4-dimethoxyphenyl)quinazolin-4(3H)-one (8g)\nWhite solid; mp 252–254 °C; IR (KBr, "
    "cm−1): 3172, "
    f"1668; {_PROTON}; @; Anal. Calcd for {_FORMULA}: {_CHN}. Found: {_CHN}.\n4.1.8. 6-Bromo-2-phenylquinazoline (8h)\n"
    "White solid; yield: 71%; mp 293–295 °C.",
    "Compound 1: amorphous powder; [α]20D −31.5 (c 0.12, MeOH); UV (MeOH) λmax (log ε) 202 (4.12), 254 (3.55) nm; "
    f"{_PROTON} and @ (see also Table 1); HRESIMS m/z ‹#200~500~4› [M + Na]+ (calcd for {_FORMULA}, ‹#200~500~4›).",
    "2-(Benzo[d][1,3]dioxol-5-yl)-1H-indole (12)\nTo a solution of indole (117 mg, 1.0 mmol) in DMA (0.5 M) was added "
    f"Pd(OAc)2 (11.2 mg, 5 mol%).\nRf 0.41 (8:2 petroleum ether/EtOAc); mp 205–207 °C;\n{_PROTON};\n@;\nLRMS "
    f"(EI) m/z (rel "
    "intensity): 237 (100), 178 (25), 151.1 (8)",
    "Example 27: N-[3-(Morpholin-4-yl)phenyl]-7H-pyrrolo[2,3-d]pyrimidin-4-amine\nYield: 45 mg (‹#20~60~0›%). "
    "LCMS (ES+): "
    f"m/z 296.1 [M + H]+, Rt 2.34 min (98.6%). {_PROTON}\n@.\nExample 28: "
    f"4-Phenoxy-7H-pyrrolo[2,3-d]pyrimidine\nPrepared "
    "as Example 27 (yield 62%). m/z 212.1.",
    f"5-(4-Methoxyphenyl)-2,3-diphenyl-1H-pyrrol. Gelber Feststoff (0.42 g, 65%). Schmp. 163–165 °C. {_PROTON}. "
    f"@. MS (70 "
    "eV, EI), m/z (%): 325 (100) [M+], 162.5 (7). HR-MS: ber. ‹#200~500~4›, gef. ‹#200~500~4›.",
    f"Data for 7b: {_PROTON}; @; ESIMS m/z ‹#200~500~1›.\nData for 7c: {_PROTON}.",
    f"[PdCl2(L2)] (4). A mixture of PdCl2(MeCN)2 (52.0 mg, 0.20 mmol) was stirred at 25 °C for 2 h. {_PROTON}. "
    f"@. 31P{{1H}} "
    "NMR (121 MHz, CD2Cl2): δ 64.5 (s). Λm = 126.5 S cm2 mol−1. Crystals: P21/n, a = 12.345(2), b = 14.21(1) Å.",
    "化合物 4 淡黄色针晶, mp 276~278 ℃。1H NMR (600 MHz, DMSO-d6) δ: 12.48 (1H, s), 8.04 (2H, d, J=8.9 Hz); @。"
    "以上数据与文献报道[‹#10~20~0›]一致, 纯度 98.5%。",
    f"N-Benzyl-4-nitrobenzamide (3ad)\nOff-white solid, 90% yield, Rf = 0.35.\n{_PROTON}\n@\n{_HRMS}.\n"
    "N-Benzyl-3-chlorobenzamide (3ae)\nWhite solid, 204 mg, 83% yield.",
    f"tert-Butyl 3-oxoazetidine-1-carboxylate: {_PROTON}; @; GCMS (EI) 171 (M+), 115, 57.1. Purity 97.5% by GC. "
    f"Storage at "
    "4.0 °C.",
    f"Preparation of 2-azido-1-phenylethanone (2a).1 Yield = 1.48 g (92%). {_PROTON}.@.Tm = 124.6 °C.\nReferences\n(1) "
    "Smith, J. A. Eur. J. Org. Chem. 2002, 285–295.",
    f"{_PROTON}: see Table S6. @. pKa ‹#3~9~2›, er 97.5:2.5, EC50 0.‹#10~90~0› μM.\n[0124] Compound 18 (25.4 mg).",
    "Rdt: 78%. RMN 1H (300 MHz, CDCl3) δ 7,45 (d, J = 8,1 Hz, 2H), 3,81 (s, 3H). @. SM (ESI+) m/z : ‹#200~500~1›.\n81",
    f"{_PROTON}. @. 2D NMR (HSQC): δC/δH 55.2/3.81, 114.1/6.90. 1H and 13C NMR data, see Tables 1 and 2.",
)
PAGES = (
    "S‹#10~99~0›",
    "S ‹#10~99~0›\n",
    "‹#10~300~0›",
    "- ‹#10~99~0› -",
    "11/‹#20~90~0›",
    "Page ‹#2~40~0› of 45",
    "Chapter 5. Experimental Section\n‹#100~199~0›",
    "Org. Lett. 2014, 16, ‹#1000~3000~0›−‹#3001~4000~0›\n‹#1000~3000~0›",
    "Molecules 2015, 24, ‹#100~999~0› 3 of 18",
    "Electronic Supplementary Material (ESI) for Chemical Communications\nThis journal is © The Royal Society 2013",
    "dx.doi.org/10.1021/ol50‹#100~999~0› | J. Org. Chem. 2012, 77, ‹#1000~3000~0›−‹#3001~4000~0›",
    "R. Smith et al. / Tetrahedron 71 (2015) ‹#1000~3000~0›–‹#3001~4000~0›\n‹#1000~3000~0›",
    "WO 2015/123456 PCT/US2014/012345\n\n‹#20~99~0›",
    "EP 2 447 102 B1\n5\n10\n15",
)
HEADINGS = (
    *("13C{1H} NMR", "¹³C NMR", "13 C NMR", "13C-NMR", "13CNMR", "C-13 NMR", "C13 NMR", "13C–{1H} NMR", "13C (1H) NMR"),
    *(
        "13C n.m.r.",
        "RMN 13C",
        "13C-RMN",
        "Спектр ЯМР 13C",
        "(13)C NMR",
        "carbon-13 NMR",
        "13C nuclear magnetic resonance",
    ),
)
_BETWEEN = re.compile(r"(?<=[0-9)])[,;] (?=[0-9]{1,3}\.[0-9])")


def filled(template: str, rng: random.Random) -> str:
    """`template` with a choice or a number in the place of each `‹…›`."""

    def one(match: re.Match[str]) -> str:
        if not match[1].startswith("#"):
            return rng.choice(match[1].split("|"))
        low, high, decimals = match[1][1:].split("~")
        return f"{rng.uniform(float(low), float(high)):.{decimals}f}"

    return re.sub("‹([^‹›]*)›", one, template)


def over_two_pages(line: str, rng: random.Random) -> str:
    """`line` with the end of a page after one of its commas."""
    places = list(_BETWEEN.finditer(line))
    if len(places) < 3:
        return line
    place = rng.choice(places)
    return f"{line[: place.end() - 1]}\n{filled(rng.choice(PAGES), rng)}\n{line[place.end() :]}"


def wrapped(text: str, width: int) -> str:
    """`text` with line breaks in the place of blanks."""
    return re.sub(rf"([^\n]{{{width}}}[^ \n]*) ", r"\1\n", text)


def entry(line: str, rng: random.Random) -> str:
    """`line` under another heading, broken by print, over two pages, in an entry of a paper; each of these at times."""
    line = line.strip().rstrip(".;, ")
    if rng.random() < 0.4:
        line = re.sub(r"^13C[ -–]?NMR", rng.choice(HEADINGS), line)
    if rng.random() < 0.15:
        line = broken(line, rng)[0]
    if rng.random() < 0.2:
        line = over_two_pages(line, rng)
    text = filled(rng.choice(ENTRIES), rng).replace("@", line)
    return wrapped(text, rng.choice((58, 75, 90))) if rng.random() < 0.4 else text
