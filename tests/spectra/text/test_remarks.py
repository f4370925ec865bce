import pytest
from hypothesis import given
from hypothesis import strategies as st

from km3aid.spectra.text.remarks import parse_multiplicity, read_remark


@pytest.mark.parametrize(
    ("word", "multiplicity"),
    [
        *[
            ("S", "S"),
            ("c", "S"),
            ("Cq", "S"),
            ("d", "D"),
            ("CH", "D"),
            ("ch2", "T"),
            (" q ", "Q"),
            ("m", None),
            ("", None),
        ],
        *[("C/CH2", "S/T"), ("CH3 or CH", "D/Q"), ("Q/T", "T/Q"), ("C/C", None), ("C/X", None), ("C/CH/CH2/CH3", None)],
    ],
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
        ("2 CH/CH3", "D/Q", None, 2, False),
        ("d/t", None, None, None, False),
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
