"""What an answer says of each peak beside its carbons."""

import pytest

from km3aid.spectra import parse_peaks
from km3aid.spectra.spectrum import Spectrum

ISOPROPYL = "CC(C)[C@H](O)CC"
METHYLS = parse_peaks("18.9, 17.1, 77.0, 30.5, 26.9, 10.3")


def exchanges(answer):
    return {a.peak: a.interchangeable_with for a in answer.assignments if a.interchangeable_with}


def test_lines_of_diastereotopic_carbons_are_interchangeable(engine):
    assert exchanges(engine.assign(ISOPROPYL, METHYLS)) == {0: (1,), 1: (0,)}


def test_who_pins_a_line_knows_whose_it_is(engine):
    assert exchanges(engine.assign(ISOPROPYL, METHYLS, pinned={0: [2]})) == {}


def test_lines_that_may_belong_to_the_carbons_of_each_other_are_interchangeable(engine):
    """C4 and C5 of eugenol's ring are recorded 0.1 ppm apart."""
    answer = engine.assign(
        "COc1cc(CC=C)ccc1O", parse_peaks("146.4 143.9 137.9 131.9 121.2 115.5 114.4 111.2 55.9 39.9")
    )
    for peak in answer.assignments:
        chances = {a.atoms: a.confidence for a in peak.alternatives}
        for other in answer.assignments:
            likely = chances.get(other.atoms, 0.0) >= 0.1
            assert not likely or other.peak in peak.interchangeable_with
    assert all(
        peak.peak in answer.assignments[q].interchangeable_with
        for peak in answer.assignments
        for q in peak.interchangeable_with
    )
    assert exchanges(answer)


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
