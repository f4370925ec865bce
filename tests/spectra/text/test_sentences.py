"""Prose gives shifts only where its sentences name some; a text without a list is refused."""

from pathlib import Path

import pytest
from tests.spectra.reading import read, shifts

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.text.sentences import named_shifts

README = Path(__file__).parents[3] / "README.md"

NO_LIST = {
    "settings": "1H and 13C NMR spectra were recorded on a Bruker Avance III at 500 and 125 MHz. 13C NMR spectra were "
    "recorded at 125 MHz, referenced to CDCl3 at 77.16 ppm. Chemical shifts are given in ppm.",
    "reference": "13C NMR spectra were recorded at 125 MHz and referenced to CDCl3 at 77.16 ppm.",
    "references": "13C NMR spectra were recorded with decoupling on 75.5 or 100.6 MHz spectrometers, relative to the "
    "residual solvent (CDCl3: δ 77.16; DMSO-d6: δ 39.52; CD3OD: δ 49.00).",
    "silica": "1H NMR (400 MHz) and 13C NMR (101 MHz) spectra were recorded in CDCl3 at 298 K with TMS (0.00 ppm) as "
    "internal standard. Flash chromatography was performed on silica gel 60 (0.040-0.063 mm).",
    "abstract": "We report a model that links 13C NMR spectra to structures. It finds 95.2% of 1,171,760 molecules in "
    "3.4 s on 2 cores. Python ≥ 3.11 is needed. On 500 spectra the error is 1.4 ppm.",
    "e-mail": "Hi Anna,\nthe 13C NMR spectrum of batch 12.3 is attached. I measured it on Friday at 14.30 on the "
    "500 MHz machine, about 15.2 mg in 0.6 mL CDCl3. The HSQC will follow on 12.4.\nBest, Tom",
    "time": "Dear all, the 13C NMR will be down from 9.30 to 12.00 on 24 March, room 2.14. Call 8123 45.",
    "caption": "Figure S12. 13C NMR spectrum (101 MHz, CDCl3) of compound 5c.",
    "title": "Table 2. 13C NMR data (δ in ppm, 125 MHz, CDCl3) of compounds 1-5 at 298 K.",
    "region": "Fig. 3. 13C NMR spectra of 4a and 4b, 100.6 MHz; the region of 60.0-80.0 ppm is enlarged 2.5 times.",
    "scans": "The 13C NMR spectra were acquired with 1024 scans, a delay of 2.0 s, an acquisition time of 1.36 s and a "
    "spectral width of 24.0 kHz. Line broadening of 1.0 Hz was applied.",
    "price": "A 13C NMR measurement costs 45.50 EUR for 1.5 hours, 2.0 for internal users.",
    "yields": "The 13C NMR spectrum of 3 confirmed the structure. Yields of 78.5, 81.0 and 82.3% were obtained.",
    "files": "# Notes\nInstall version 2.4.1. NMR data of 13C are in data/13C-NMR.csv, 12.5 MB, checksum 3.11.\n",
    "contents": "Contents\n1. General 2\n2. 1H NMR spectra 12\n3. 13C NMR spectra 34\n4. HPLC traces 56\n",
    "computed": "13C NMR shifts were computed at mPW1PW91/6-311+G(2d,p); the error was 1.35 ppm, at most 4.62 ppm.",
    "lead": "A probe for 13C NMR was also used here for soils with lead at 12.5 ppm or 14.0 ppm.",
    "ratio": "13C NMR yield 85.2 %, ratio 95:5",
    "shift by": "The 13C NMR spectrum exhibited a downfield shift of 5.2 ppm for C-3.",
    "differ": "In the 13C NMR spectra the shifts differ by 0.2 ppm from the signals of 2.",
    "difference": "The 13C NMR spectra show signals with a difference of 0.2 ppm, Δδ 0.3 ppm.",
    "samples": "13C NMR spectra were recorded on instruments with these frequencies: 75.5, 100.6, 125.8",
    "temperatures": "The 13C NMR spectra of these compounds were measured at: 25.0, 30.0",
    "tables": "1H and 13C NMR data, see Tables 1 and 2.\n3642",
}


@pytest.mark.parametrize("text", NO_LIST.values(), ids=NO_LIST)
def test_prose_without_a_list_is_refused(text):
    with pytest.raises(SpectrumFormatError, match="the 13C part has no shift"):
        read(text)


def test_the_readme_is_no_spectrum():
    with pytest.raises(SpectrumFormatError, match=r"line [0-9]+: the 13C part has no shift, neither in a list"):
        read(README.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In the 13C NMR spectrum of 4b, signals with shifts of 169.5 and 164.0 ppm were observed.", [169.5, 164.0]),
        ("The carbonyl carbon appeared at δC 171.4 in the 13C NMR spectrum of 1, consistent with an ester.", [171.4]),
        (
            "The 13C NMR spectrum revealed 3 carbons: a -COO- signal (δ 172.2) and two others (δ 67.6, 55.3).",
            [172.2, 67.6, 55.3],
        ),
        (
            "The 13C NMR spectrum of 5 (75 MHz) shows peaks at 171.4, 60.5 and 14.2. It melts at 98.5 °C.",
            [171.4, 60.5, 14.2],
        ),
        (
            "The 13C NMR spectrum confirmed the structure. Two carbons had signals at 169.0 ppm and 157.3 ppm.",
            [169.0, 157.3],
        ),
        ("In the 13C NMR spectrum, the ratio was 95:5, with signals at 98.5 and 12.3.", [98.5, 12.3]),
        ("The 13C NMR spectrum showed a carbonyl with a chemical shift of 171.4 ppm.", [171.4]),
        ("The 13C NMR spectrum, referenced to CDCl3, showed the ester at δ 171.4.", [171.4]),
    ],
)
def test_sentences_that_name_shifts(text, expected):
    assert shifts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13C NMR spectra were recorded at 25.0 °C. δ 170.1, 128.5, 21.0.", [170.1, 128.5, 21.0]),
        (
            "13C NMR spectra were recorded on a Bruker 400 spectrometer in CDCl3 with TMS as internal standard. "
            "δ: 170.1 (C=O), 128.5, 21.0",
            [170.1, 128.5, 21.0],
        ),
        (
            "13C NMR spectra were recorded in CDCl3, chemical shifts (δ) relative to CDCl3 at 77.16.\nδC = 170.1, 21.0",
            [170.1, 21.0],
        ),
        ("13C NMR (101 MHz, CDCl3), signals of the major rotamer only: 170.1, 21.0", [170.1, 21.0]),
        ("13C NMR (CDCl3), given here for both rotamers together: 170.1, 169.9, 21.0", [170.1, 169.9, 21.0]),
    ],
)
def test_a_list_after_sentences(text, expected):
    spectrum = read(text)
    assert [peak.shift_ppm for peak in spectrum] == expected
    assert spectrum.solvent == ("CDCl3" if "CDCl3" in text else None)
    assert spectrum.notes == ()


def test_what_is_read_from_sentences_is_told():
    spectrum = read("In the 13C NMR spectrum (CDCl3, 101 MHz) of 4b a signal is seen at 169.5 ppm, of 12 expected.")
    assert "read from sentences" in spectrum.notes[0]
    assert spectrum.solvent == "CDCl3"
    assert spectrum.frequency_mhz == 101
    assert any(left.text.startswith("spectrum (") or "of 4b" in left.text for left in spectrum.left_out)


def test_shifts_end_with_the_sentences_that_name_them():
    found = named_shifts(" spectrum showed δ 171.4 (C-1). No other signal was seen. The HSQC has δ 60.5.")
    assert found.text == "δ 171.4 (C-1)"
    assert "60.5" in found.after
