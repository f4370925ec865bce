"""Texts of several spectra are cut at their headings."""

import pytest

from km3aid.spectra.text.sections import cut_at_headings, is_journal


def elements(text: str) -> list[str]:
    return [section.element for section in cut_at_headings(text)[0]]


@pytest.mark.parametrize("between", [". ", ".", "\n", "; ", ") "])
def test_a_heading_may_follow_at_once(between):
    assert elements(f"1H NMR (CDCl3) δ 7.26 (s, 3H){between}13C NMR (CDCl3) δ 171.4") == ["H", "C"]
    assert elements("1H NMR (CDCl3) δ 7.26 (s, 3H).13C (1H) NMR (CDCl3) δ 171.4") == ["H", "C"]


@pytest.mark.parametrize(
    "text",
    [
        "Example 64B (S)-4-Benzyl-1H-indole: 13C NMR δ 171.4",
        "Ki\n9\nKi = 45 nM. 13C NMR δ 171.4",
        "Cross peaks δC/δH 55.2/3.81, δH/δC 1.2/14.1. 13C NMR δ 171.4",
        "13C NMR δ 171.4. Figure S8. 13C NMR spectrum of 5c",
    ],
)
def test_what_is_no_heading(text):
    assert elements(text) == ["C"]


def test_a_list_after_a_reference_to_a_table_has_its_heading():
    assert elements("1H NMR: see Table S7. 13C NMR (101 MHz, CDCl3) δ 171.4, 21.0") == ["H", "C"]
    for list_ in ("[D6]DMSO) δ 171.4, 21.0", "D2O) δ 171 . 4, 21.0", "CDCl3)\nδ 171.4 s, 21.0 q"):
        assert elements(f"1H NMR: see Table S7. 13C NMR (126 MHz, {list_}") == ["H", "C"]
    assert elements("1H NMR: see Table S7. 13C{1H} NMR spectrum (101 MHz) δ ppm (TMS): 171.4, 21.0") == ["H", "C"]


@pytest.mark.parametrize("text", ["RMN 13C (DMSO-d6) 24.5, 55.6", "Спектр ЯМР 13C: 24.5, 55.6", "13C NMR 24.5"])
def test_a_text_with_a_heading_is_that_of_a_journal(text):
    assert is_journal([text])
