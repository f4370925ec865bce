import pytest
from hypothesis import given
from tests.spectra.strategies import any_text, check_spectra_or_error, peak_lists

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import Peak, parse_peaks


def written(peak: Peak) -> str:
    count = f"({peak.count}C)" if peak.count else ""
    return f"{peak.shift_ppm}{peak.multiplicity or ''}{count}"


def shifts(text: str) -> list[float]:
    return [peak.shift_ppm for peak in parse_peaks(text)]


def test_the_form_of_the_contract():
    assert parse_peaks("170.2 169.8Q 128.5(2C)").peaks == (Peak(170.2), Peak(169.8, "Q"), Peak(128.5, None, 2))


@given(peak_lists)
def test_what_is_written_is_read_back(peaks):
    for separator in (" ", ", ", "; ", "\n"):
        assert parse_peaks(separator.join(map(written, peaks))).peaks == tuple(peaks)


@given(any_text)
def test_any_text_is_a_spectrum_or_a_format_error(text):
    check_spectra_or_error(lambda: [parse_peaks(text)], "peaks")


@pytest.mark.parametrize(
    ("text", "multiplicity", "count"),
    [
        ("21.0Q", "Q", None),
        ("21.0q", "Q", None),
        ("21.0 CH3", "Q", None),
        ("21.0(ch3)", "Q", None),
        ("21.0 (2CH)", "D", 2),
        ("21.0 (2 × CH₂)", "T", 2),
        ("21.0 (CH2, 3C)", "T", 3),
        ("21.0 2C", None, 2),
        ("21.0 x2", None, 2),
        ("2 × 21.0", None, 2),
        ("21.0 (C)", "S", None),
        ("21Cq", "S", None),
        ("21.0(C/CH2)", "S/T", None),
        ("21.0CH/CH3", "D/Q", None),
        ("21.0D/T/Q (2C)", "D/T/Q", 2),
        ("21.0S (2C)", "S", 2),
        ("21.0 (12C)", None, 12),
    ],
)
def test_remarks(text, multiplicity, count):
    assert parse_peaks(text).peaks == (Peak(21.0, multiplicity, count),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("170.2,169.8,21", [170.2, 169.8, 21.0]),
        ("170,169,21", [170.0, 169.0, 21.0]),
        ("170, 169, 21", [170.0, 169.0, 21.0]),
        ("170,2 169,8Q 21", [170.2, 169.8, 21.0]),
        ("170,2, 169,8, 21,05", [170.2, 169.8, 21.05]),
        ("170,2;21,0", [170.2, 21.0]),
        ("21.0 -0.3", [21.0, -0.3]),
        ("21.0, −0.3", [21.0, -0.3]),
        ("170.2 ppm and 21.0 ppm.", [170.2, 21.0]),
    ],
)
def test_separators_and_decimal_commas(text, expected):
    assert shifts(text) == expected


@pytest.mark.parametrize("text", ["170,2", "170.2 128,5", "170,255 128,113"])
def test_a_comma_of_two_meanings_is_an_error(text):
    with pytest.raises(
        SpectrumFormatError, match=r"may be a decimal mark or separate two shifts; write \d+\.\d+ for one"
    ):
        parse_peaks(text)


@pytest.mark.parametrize("text", ["128.9-128.4", "128.9–128.4", "128.4 - 128.9", "128.9 to 128.4"])
def test_a_range_stands_for_its_midpoint_and_says_so(text):
    spectrum = parse_peaks(f"170.0 {text} (6C)")
    assert spectrum.peaks == (Peak(170.0), Peak(128.65, None, 6))
    assert ["midpoint, 128.65 ppm" in left.reason for left in spectrum.left_out] == [True]


def test_a_wide_range_is_an_error():
    with pytest.raises(SpectrumFormatError, match=r"'170\.1-20\.2' is wider than 10 ppm"):
        parse_peaks("170.1-20.2")


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("170.2 abc 21", "abc"),
        ("170.2 12abc", "12abc"),
        ("1.2.3", "1.2.3"),
        ("170.2X", "170.2X"),
        ("Q 170.2", "Q"),
        ("nan", "nan"),
        ("101 MHz", "101 MHz"),
        ("12.1-11.0-10.2", "12.1-11.0-10.2"),
        ("170.2 (2C", "(2C"),
        ("128.5٣", "128.5٣"),
    ],
)
def test_anything_but_a_shift_is_an_error_that_names_it(text, token):
    with pytest.raises(SpectrumFormatError) as caught:
        parse_peaks(text)
    assert f"{token!r} cannot be read" in str(caught.value)


def test_a_number_before_carbon_that_may_be_shift_or_count_is_an_error():
    with pytest.raises(SpectrumFormatError, match=r"write 21\.0C for a shift, \(21C\) for a count"):
        parse_peaks("170.2 21C")


@pytest.mark.parametrize("text", ["", "  \n", ",;"])
def test_nothing_is_an_error(text):
    with pytest.raises(SpectrumFormatError, match="expected shifts in ppm"):
        parse_peaks(text)


@pytest.mark.parametrize("text", ["350.01", "-50.5", "1702"])
def test_a_shift_out_of_range_is_an_error(text):
    with pytest.raises(SpectrumFormatError, match=r"peaks: shift .* is outside"):
        parse_peaks(text)


@pytest.mark.parametrize(("text", "what"), [("21.0Q(CH)", "multiplicity"), ("21.0(2C) x3", "count")])
def test_a_contradiction_is_an_error(text, what):
    with pytest.raises(SpectrumFormatError, match=f"two {what} values"):
        parse_peaks(text)


def test_a_coupling_is_not_a_multiplicity():
    spectrum = parse_peaks("162.3 (d, J = 245.3 Hz) 21.0Q")
    assert spectrum.peaks == (Peak(162.3), Peak(21.0, "Q"))
    assert {left.text for left in spectrum.left_out} == {"162.3: d", "162.3: J = 245.3 Hz"}


def test_a_footnote_mark_never_becomes_a_digit():
    spectrum = parse_peaks("128.5² 21.0*")
    assert spectrum.peaks == (Peak(128.5), Peak(21.0))
    assert [left.text for left in spectrum.left_out] == ["128.5*", "21.0*"]


def test_a_label_is_left_out():
    assert [left.text for left in parse_peaks("128.5 (C-3) 21.0").left_out] == ["128.5: C-3"]
