import pytest
from hypothesis import given
from hypothesis import strategies as st

from km3aid.spectra.solvents import find_solvent, is_solvent, is_solvent_line
from km3aid.spectra.text.peak_text import decimal_mark, mask_notes, normalise
from km3aid.spectra.text.remarks import parse_multiplicity, read_remark


@pytest.mark.parametrize(
    ("word", "multiplicity"),
    [("S", "S"), ("c", "S"), ("Cq", "S"), ("d", "D"), ("CH", "D"), ("ch2", "T"), (" q ", "Q"), ("m", None), ("", None)],
)
def test_multiplicity_words(word, multiplicity):
    assert parse_multiplicity(word) == multiplicity


@pytest.mark.parametrize(
    ("text", "multiplicity", "letter", "count", "coupled"),
    [
        ("2C", None, None, 2, False),
        ("2CH", "D", None, 2, False),
        ("3 × CH3", "Q", None, 3, False),
        ("CH2, C-3", "T", None, None, False),
        ("d, J = 12.3 Hz", None, "D", None, True),
        ("d, J = 12.3 Hz, 2C", None, "D", 2, True),
        ("dd, J = 21.3, 4.5 Hz, CH", "D", None, None, True),
        ("q, 2JCF = 31 Hz", None, "Q", None, True),
        ("d, 12.3 Hz", None, "D", None, True),
        ("13C", None, None, 13, False),
        ("19F", None, None, None, False),
        ("4H", None, None, None, False),
        ("C-2,6", None, None, None, False),
    ],
)
def test_remarks(text, multiplicity, letter, count, coupled):
    remark = read_remark(text)
    assert (remark.multiplicity, remark.letter, remark.count, remark.coupled) == (multiplicity, letter, count, coupled)


@given(st.text(max_size=60))
def test_any_text_is_a_remark(text):
    read_remark(text)


def test_contradictions_within_a_remark_are_unused():
    remark = read_remark("CH, CH3, 2C, 3C")
    assert (remark.multiplicity, remark.count) == ("D", 2)
    assert [part for part, _ in remark.unused] == ["CH3", "3C"]


@pytest.mark.parametrize(
    ("text", "solvent"),
    [
        ("101 MHz, CDCl3", "CDCl3"),
        ("DMSO-d6, 298 K", "DMSO-d6"),
        ("(CD3)2SO", "(CD3)2SO"),
        ("CDCl3/CD3OD 9:1", "CDCl3/CD3OD"),
        ("in acetone-d6", "acetone-d6"),
        ("101 MHz", None),
        ("MeOHX", None),
    ],
)
def test_solvents_are_found_as_they_are_written(text, solvent):
    assert find_solvent(text) == solvent


def test_solvent_lines():
    assert is_solvent("CDCl3")
    assert not is_solvent("CDCl3 77.2")
    assert is_solvent_line(77.0, "CDCl3")
    assert is_solvent_line(206.1, "acetone-d6")
    assert not is_solvent_line(21.0, "CDCl3")
    assert not is_solvent_line(77.0, "D2O")


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing_and_masking_keeps_the_length(text):
    assert normalise(normalise(text)) == normalise(text)
    assert len(mask_notes(text)) == len(text)


@given(st.lists(st.integers(0, 22000), min_size=2, max_size=8))
def test_the_decimal_comma_is_recognised_in_any_list_that_uses_it(hundredths):
    shifts = [f"{n / 100:.2f}" for n in hundredths]
    assert decimal_mark(" ".join(shifts), "x") == "."
    assert decimal_mark("; ".join(shifts).replace(".", ","), "x") == ","
