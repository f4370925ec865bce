"""Cross peaks of an HSQC as multiplicities."""

import pytest

from km3aid.errors import SpectrumFormatError
from km3aid.requests.conditions import Conditions
from km3aid.spectra import parse_peaks
from km3aid.spectra.hsqc import add_hsqc, parse_cross_peaks

VANILLIN = "190.9 151.7 147.2 129.9 127.5 114.4 108.8 56.1"


def multiplicities(peaks, text):
    return [p.multiplicity for p in add_hsqc(parse_peaks(peaks), text)]


def test_pairs_rows_and_bare_shifts_say_the_same():
    pairs = parse_cross_peaks("56.1/3.95 7.04/114.4 -33.4/1.6")
    assert parse_cross_peaks("3.95 56.1 1e6\n114.4, 7.04, 5\n1.6;33.4;-2e5") == pairs
    assert parse_cross_peaks("56.1, 114.4 −33.4") == pairs


def test_who_has_a_cross_peak_has_hydrogens():
    told = multiplicities(VANILLIN, "190.9/9.8 127.4/7.4 114.5/7.0 108.8/7.4 56.1/3.95")
    assert told == ["D/T/Q", "S", "S", "S", "D/T/Q", "D/T/Q", "D/T/Q", "D/T/Q"]


def test_an_edited_one_tells_methylene():
    assert multiplicities("60.1 30.2 14.1", "-60.1/3.6 -60.1/3.7 14.1/0.9") == ["T", "S", "D/Q"]


def test_beside_a_neighbours_cross_peak_a_peak_stays_open():
    assert multiplicities("128.5 128.3 40.0", "128.5/7.3") == ["D/T/Q", None, "S"]


def test_own_multiplicities_hold_and_what_finds_no_peak_is_told():
    told = add_hsqc(parse_peaks("56.1Q 30.0S"), "56.1/3.9 30.0/1.2 99.0/5.0")
    assert [p.multiplicity for p in told] == ["Q", "S"]
    assert [item.text for item in told.left_out] == ["HSQC: 99", "30: CH/CH2/CH3 by HSQC"]


@pytest.mark.parametrize("text", ["", "  ", "abc", "1/2/3", "56.1/x"])
def test_nonsense_is_refused(text):
    with pytest.raises(SpectrumFormatError, match="HSQC"):
        parse_cross_peaks(text)


def test_together_with_dept_and_solvent():
    told = Conditions("CDCl3", dept135="56.1 -30.0", hsqc="56.1/3.9 30.0/1.2").apply(
        parse_peaks("77.16 56.1 30.0 170.0")
    )
    assert [p.multiplicity for p in told] == ["S", "D/Q", "T", "S"]
    assert [p.aside is None for p in told] == [False, True, True, True]
