"""What an answer says of each peak beside its carbons."""

from itertools import combinations

import pytest

from km3aid.spectra import parse_peaks
from km3aid.spectra.spectrum import Spectrum

ISOPROPYL = "CC(C)[C@H](O)CC"
CHAIN = parse_peaks(
    "63.1 32.8 31.9 29.69 29.68 29.67 29.66 29.65 29.64 29.63 29.62 29.61 29.6 29.59 29.4 25.7 22.7 14.1"
)
ASPIRIN = parse_peaks("170.2 169.8 151.3 134.9 132.5 126.2 124.0 122.2 21.0")
VANILLIN = parse_peaks("191.0 151.8 147.2 129.8 127.5 114.5 108.8 56.1")
METHYLS = parse_peaks("18.9, 17.1, 77.0, 30.5, 26.9, 10.3")


def exchanges(answer):
    return {a.peak: a.interchangeable_with for a in answer.assignments if a.interchangeable_with}


def test_lines_of_diastereotopic_carbons_are_interchangeable(engine):
    assert exchanges(engine.assign(ISOPROPYL, METHYLS)) == {0: (1,), 1: (0,)}


def test_who_pins_a_line_knows_whose_it_is(engine):
    assert exchanges(engine.assign(ISOPROPYL, METHYLS, pinned={0: [2]})) == {}


def test_lines_that_may_belong_to_the_carbons_of_each_other_are_interchangeable(engine):
    """The methylenes in the middle of a chain."""
    answer = engine.assign("CCCCCCCCCCCCCCCCCCCCCCCCO", CHAIN)
    middle = [peak for peak in answer.assignments if 29.58 < peak.shift_ppm < 29.7]
    assert len(middle) > 5
    numbers = {peak.peak for peak in middle}
    assert all(numbers - {peak.peak} <= set(peak.interchangeable_with) for peak in middle)
    assert not answer.assignments[0].interchangeable_with  # CH2OH


def test_lines_change_places_only_where_both_fit_the_other_carbons(engine):
    one_way = both_ways = 0
    for structure, spectrum in (("CC(=O)Oc1ccccc1C(=O)O", ASPIRIN), ("COc1cc(C=O)ccc1O", VANILLIN)):
        answer, matrix = engine.assign(structure, spectrum), engine.matrix(structure, spectrum)
        place = {a.peak: matrix.atoms.index(a.atoms) for a in answer.assignments}
        for p, q in combinations(place, 2):
            there = matrix.cost[p][place[q]] - matrix.cost[p][place[p]]
            back = matrix.cost[q][place[p]] - matrix.cost[q][place[q]]
            assert (q in answer.assignments[p].interchangeable_with) == (there + back <= 3.0)
            one_way += min(there, back) < 1.5 and there + back > 3.0
            both_ways += there + back <= 3.0
    assert one_way
    assert both_ways


def test_equivalent_carbons_with_a_peak_each_are_not_interchangeable(engine):
    shifts = (153.7, 153.7, 114.6, 114.6, 114.6, 114.6, 55.7, 55.7)
    answer = engine.assign("COc1ccc(OC)cc1", Spectrum.from_shifts(shifts, one_per_carbon=True))
    assert len(answer.assignments) == 8
    assert exchanges(answer) == {}


def test_the_spread_is_that_of_the_prediction(engine):
    predicted = {carbon.atoms: carbon.std_ppm for carbon in engine.predict(ISOPROPYL).carbons}
    for peak in engine.assign(ISOPROPYL, METHYLS).assignments:
        (own,) = (std for atoms, std in predicted.items() if set(peak.atoms) <= set(atoms))
        assert peak.std_ppm == pytest.approx(own)
