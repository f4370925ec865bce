import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.spectra.reading import read, shifts
from tests.spectra.strategies import positive_shifts

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import Peak, read_spectra


def read_all(text: str):
    return read_spectra(io.StringIO(text))


def left_out(text: str) -> dict[str, str]:
    return {left.text: left.reason for left in read(text).left_out}


def test_the_line_of_the_contract():
    spectrum = read("13C NMR (101 MHz, CDCl3) δ 170.1 (C), 128.5 (2CH), 77.2, 21.0 (CH3).")
    assert spectrum.peaks == (Peak(170.1, "S"), Peak(128.5, "D", 2), Peak(77.2), Peak(21.0, "Q"))
    assert spectrum.solvent == "CDCl3"
    assert spectrum.left_out == ()


HEADINGS = [
    "13C NMR ({f} MHz, CDCl3) δ {p}",
    "¹³C{{¹H}} NMR (CDCl₃, {f}MHz): δ = {p}",
    "13C-NMR, CDCl3, {f} MHz: {p}",
    "13C NMR ({f} MHz, CDCl3, 298 K) {p}",
    "C-13 NMR (CDCl3, {f} MHz, δ, ppm): {p}",
    "13C NMR {f} MHz (CDCl3): {p}",
    "13C NMR {f} (CDCl3) δ {p}",
    "13C NMR {f} (CDCl3): {p}, 21.01",
    "13C NMR at {f} MHz in CDCl3: {p}",
    "δC ({f} MHz, CDCl3) {p}",
    "13C NMR δ ({f} MHz, CDCl3) {p}",
    "13C NMR δ (ppm): {p} (CDCl3, {f} MHz)",
    "13C APT NMR ({f} MHz, CDCl3) δ: {p} ppm",
    "<sup>13</sup>C NMR ({f} MHz, CDCl<sub>3</sub>) δ {p}",
    "<13C> 13C NMR, {f} MHz, CDCl3, δ/ppm: {p}",
    "1H NMR (400 MHz, CDCl3) δ 7.26 (m, 5H), 2.1 (s, 3H). 13C NMR ({f} MHz, CDCl3) δ {p}",
    "13C NMR ({f} MHz, CDCl3) δ {p}. HRMS (ESI) m/z calcd for C10H12O [M+H]+ 149.0961, found 149.0959.",
]


@given(
    st.sampled_from(HEADINGS),
    st.sampled_from(["22.5", "50", "75", "75.5", "100", "100.6", "101", "125", "126", "150.9", "176", "201"]),
    st.lists(positive_shifts, min_size=1, max_size=12),
)
def test_the_frequency_is_never_a_peak(heading, frequency, expected):
    spectrum = read(heading.format(f=frequency, p=", ".join(f"{shift:.2f}" for shift in expected)))
    assert [peak.shift_ppm for peak in spectrum][: len(expected)] == expected
    assert len(spectrum) == len(expected) + heading.count("21.01")
    assert spectrum.solvent == "CDCl3"


@given(st.lists(positive_shifts, min_size=2, max_size=8), st.lists(st.sampled_from("SDTQ"), min_size=8, max_size=8))
def test_carbon_types_and_counts_are_read_back(values, letters):
    words = {"S": "C", "D": "CH", "T": "CH2", "Q": "CH3"}
    expected = [Peak(v, m, n + 2) for n, (v, m) in enumerate(zip(values, letters, strict=False))]
    text = ", ".join(f"{p.shift_ppm:.2f} ({p.count}C, {words[p.multiplicity]})" for p in expected)
    assert read(f"13C NMR (101 MHz, CDCl3) δ {text}").peaks == tuple(expected)


def test_couplings_are_neither_peaks_nor_multiplicities():
    text = (
        "13C NMR (101 MHz, CDCl3) δ 162.3 (d, J = 245.3 Hz), 131.2 (d, ³J_C–F = 8.5 Hz, 2CH), "
        "115.5 (dd, J = 21.3, 4.5 Hz), 20.1"
    )
    assert read(text).peaks == (Peak(162.3), Peak(131.2, "D", 2), Peak(115.5), Peak(20.1))
    assert left_out(text)["162.3: J = 245.3 Hz"] == "a coupling constant, not a shift"
    assert "the list has coupling constants" in left_out(text)["162.3: d"]
    assert left_out(text)["115.5: dd"].startswith("a coupling pattern")


def test_couplings_without_parentheses():
    assert shifts("13C NMR (CDCl3) δ 162.3, d, J = 245.3 Hz, 131.2, d, JCF = 8.5 Hz, 20.1") == [162.3, 131.2, 20.1]
    assert shifts("13C NMR (CDCl3) δ 162.3 (1J(C,F) = 245.3 Hz), 131.2 [J(CF) 8.5 Hz], 20.1") == [162.3, 131.2, 20.1]


def test_two_kinds_of_bare_letters_are_multiplicities():
    assert read("13C NMR (CDCl3) δ 206.0 (s), 55.1 (d), 30.1 (q)").peaks == (
        Peak(206.0, "S"),
        Peak(55.1, "D"),
        Peak(30.1, "Q"),
    )
    assert read("13C NMR: 206.0, s; 55.1, d; 30.1, q").peaks[1] == Peak(55.1, "D")


def test_one_kind_of_bare_letter_stays_unknown_and_says_so():
    text = "13C NMR (CDCl3) δ 206.0 (s), 130.0 (s)"
    assert read(text).peaks == (Peak(206.0), Peak(130.0))
    assert "all letters are the same" in left_out(text)["206.0: s"]


def test_bare_letters_beside_a_coupling_stay_unknown():
    text = "13C NMR (CDCl3) δ 160.0 (d, J = 250 Hz), 130.0 (s), 55.1 (d)"
    assert [peak.multiplicity for peak in read(text)] == [None, None, None]
    assert set(left_out(text)) >= {"160.0: d", "130.0: s", "55.1: d"}


@pytest.mark.parametrize("label", ["C-3", "C3", "CF3", "C=O", "OCH3", "Ar", "C-4'", "ipso", "NCH2Ph"])
def test_labels_are_left_out_and_give_no_multiplicity(label):
    text = f"13C NMR (101 MHz, CDCl3) δ 170.1 ({label}), 21.0"
    assert read(text).peaks == (Peak(170.1), Peak(21.0))
    assert f"170.1: {label}" in left_out(text)


@pytest.mark.parametrize(
    ("written", "count"),
    [("(2C)", 2), ("(2 C)", 2), ("(2 × C)", 2), ("× 2", 2), ("(x2)", 2), ("(4C, C-2,6)", 4), ("(2 x OCH3)", 2)],
)
def test_counts(written, count):
    assert read(f"13C NMR (101 MHz, CDCl3) δ 170.1, 128.5 {written}, 21.0").peaks[1] == Peak(128.5, None, count)


def test_the_13c_part_is_taken_from_several_nuclei():
    text = (
        "Compound 3a: white solid, 95%, mp 120-122 °C. 1H NMR (400 MHz, DMSO-d6) δ 7.26 (m, 5H), 2.10 (s, 3H); "
        "13C NMR (101 MHz, DMSO-d6) δ 206.0, 30.1; 19F NMR (376 MHz, CDCl3) δ -62.5; IR (neat) 1735 cm-1."
    )
    spectrum = read(text)
    assert [peak.shift_ppm for peak in spectrum] == [206.0, 30.1]
    assert spectrum.solvent == "DMSO-d6"
    reasons = [left.reason for left in spectrum.left_out]
    assert reasons.count("another nucleus or experiment") == 2
    assert "text before the spectrum" in reasons


def test_dept_is_another_experiment():
    assert shifts("13C NMR (101 MHz, CDCl3) δ 206.0, 30.1; DEPT-135 (CDCl3): δ 30.1") == [206.0, 30.1]


def test_delta_with_a_nucleus_begins_a_part():
    assert shifts("δH (500 MHz, CDCl3) 7.20 (1H, m); δC (125 MHz, CDCl3) 170.1, 55.2") == [170.1, 55.2]


def test_several_13c_parts_are_several_spectra():
    text = "\n\n".join(f"1H NMR (400 MHz, CDCl3) δ 7.3\n13C NMR (101 MHz, CDCl3) δ 17{i}.1, 21.0" for i in range(3))
    spectra = read_all(text)
    assert [s.peaks[0].shift_ppm for s in spectra] == [170.1, 171.1, 172.1]
    assert [s.id for s in spectra] == ["1", "2", "3"]
    assert "3 lists of 13C, each read as a spectrum of its own; this is number 2" in spectra[1].notes[0]


def test_a_list_that_wraps_over_lines():
    assert shifts("13C NMR (101 MHz,\nCDCl3) δ 170.1,\n128.5 (2C,\nCH), 21.0\n") == [170.1, 128.5, 21.0]


def test_text_after_the_list_is_left_out():
    text = "13C NMR (101 MHz, CDCl3) δ 170.1, 21.0. The product was used in 95% yield after 12 h."
    assert shifts(text) == [170.1, 21.0]
    assert any("The product" in text for text in left_out(text))


def test_prose_within_the_list_is_left_out():
    text = "13C NMR (101 MHz, CDCl3) δ 170.1, 21.0 (2 signals not observed), 2 carbons missing"
    assert shifts(text) == [170.1, 21.0]
    assert left_out(text)["2 carbons missing"] == "text after the peak list"


def test_a_line_marked_as_the_solvent_is_left_out():
    text = "13C NMR (101 MHz, CDCl3) δ 170.1, 77.16 (CDCl3), 77.2 (t, CDCl3), 21.0"
    assert shifts(text) == [170.1, 21.0]
    assert left_out(text)["77.16 (CDCl3)"] == "marked as the solvent's line"


def test_an_unmarked_solvent_line_is_kept():
    assert shifts("13C NMR (101 MHz, CDCl3) δ 170.1, 77.2, 21.0") == [170.1, 77.2, 21.0]


def test_a_solvent_named_at_the_end():
    spectrum = read("13C NMR δ 170.1, 21.0 (CDCl3)")
    assert (len(spectrum), spectrum.solvent) == (2, "CDCl3")


def test_a_stated_reference_is_not_a_peak():
    assert shifts("13C NMR (101 MHz, CDCl3 = 77.0 ppm, TMS = 0) δ 170.1, 21.0") == [170.1, 21.0]
    assert shifts("13C NMR 101 MHz, CDCl3 = 77.0: 170.1, 21.0") == [170.1, 21.0]


def test_superscript_marks_do_not_change_a_shift():
    assert shifts("13C NMR (CDCl3) δ 170.1<sup>2</sup>, 128.5², 21.0") == [170.1, 128.5, 21.0]


def test_ranges_and_decimal_commas():
    assert shifts("13C NMR (CDCl3) δ 128.9–128.4 (6C), 21.0") == [128.65, 21.0]
    assert shifts("13C NMR (75,5 MHz, CDCl3) δ 170,1; 128,5; 21,0") == [170.1, 128.5, 21.0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1H NMR (400 MHz, CDCl3) δ 7.26 (m, 5H)", "no 13C part, only 1H NMR"),
        ("13C NMR (101 MHz, CDCl3)", "has no shift"),
        ("title\n13C NMR (101 MHz, CDCl3) δ 170.1, 1705, 21.0", "line 2: shift 1705.0 ppm is outside"),
        ("13C NMR (CDCl3) δ 170.1-20.2", "wider than 10 ppm"),
    ],
)
def test_errors(text, message):
    with pytest.raises(SpectrumFormatError, match=message):
        read_all(text)


def test_a_heading_after_the_list_marks_no_line_as_the_solvents_and_is_no_coupling():
    spectrum = read("13C NMR δ: 206.0 (s), 55.1 (d), 76.9 (s) (CDCl3, 101 MHz)")
    assert spectrum.peaks == (Peak(206.0, "S"), Peak(55.1, "D"), Peak(76.9, "S"))
    assert (spectrum.solvent, spectrum.frequency_mhz) == ("CDCl3", 101.0)
    assert shifts("13C NMR δ (ppm): 75.66 (CDCl3, 22.5 MHz)") == [75.66]


def test_a_sign_at_the_end_of_a_line():
    assert shifts("13C NMR δ 21.0, -\n1.5, 14.2") == [21.0, -1.5, 14.2]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("170.1, 45.2 N(CH3)2, 30.1 CH2", [170.1, 45.2, 30.1]),
        ("170.1 C=O; 67.0 OCH(CH3)2; 30.1 C(CH3)3; 12.0", [170.1, 67.0, 30.1, 12.0]),
        ("170.1 (C=O), 45.2 (CH3)2N, 30.1 (CH2)4, 12.5", [170.1, 45.2, 30.1, 12.5]),
        ("170.1 C=O,45.2 N(CH3)2,30.1 CH2", [170.1, 45.2, 30.1]),
        ("170,1 (C=O); 45,2 N(CH3)2; 30,1 CH2", [170.1, 45.2, 30.1]),
        ("170.1 [N(CH3)2], 12.4 [(CH3)2CH]2, 10.0 B(OH)2", [170.1, 12.4, 10.0]),
        ("170.1 (C)5.2 (CH3)4.1 (CH3)", [170.1, 5.2, 4.1]),  # shifts that touch the bracket before them
        ("170(C)128(CH)45(CH2)20(CH3)", [170, 128, 45, 20]),
    ],
)
def test_how_often_a_formula_has_a_group_is_no_shift(line, expected):
    assert [peak.shift_ppm for peak in read(f"13C NMR (CDCl3) δ {line}").peaks] == expected


def test_a_formula_beside_a_shift_is_told_and_says_nothing_of_its_multiplicity():
    line = "13C NMR δ 170.1, 22.3 (CH3)2CH, 12.1"
    assert [peak.multiplicity for peak in read(line).peaks] == [None, None, None]
    assert left_out(line)["(CH3)2CH"] == "belongs to a formula"
    assert left_out("13C NMR δ 170.1, 10.0 B(OH)2")["(OH)2"] == "belongs to a formula"  # at the end of the list too
