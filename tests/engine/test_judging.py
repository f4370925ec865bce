"""The verdict on the structure of an assignment, by the fit of its lines alone."""

from dataclasses import replace

import pytest

from km3aid.spectra import parse_peaks
from km3aid.spectra.spectrum import Peak, Spectrum

TOLUENE = "137.8 129.1 128.3 125.4 21.4"


@pytest.mark.parametrize(
    ("smiles", "peaks", "verdict"),
    [
        ("CC(=O)Oc1ccccc1C(=O)O", "170.2 169.8 151.3 134.9 132.5 126.2 124.0 122.2 21.0", "consistent"),
        ("CC.c1ccccc1", TOLUENE, "inconsistent"),
        ("COC(=O)c1ccc(C#N)cc1", TOLUENE, "inconsistent"),
    ],
)
def test_a_right_structure_passes_and_a_wrong_one_does_not(engine, smiles, peaks, verdict):
    answer = engine.assign(smiles, parse_peaks(peaks))
    assert answer.verdict == verdict
    assert (answer.probability > 0.5) == (verdict == "consistent")


def test_three_peaks_prove_little(engine):
    assert engine.assign("CCO", parse_peaks("58 18")).probability < 0.95
    assert engine.assign("c1ccccc1", parse_peaks("128.4")).probability < 0.96


@pytest.mark.parametrize(
    ("smiles", "peaks"), [("CCO", "77.2"), ("c1ccccc1", "169.1"), ("CC.c1ccccc1", "33.4"), ("c1ccccc1", "99.5 115.1")]
)
def test_a_few_lines_that_fit_badly_are_no_reason_to_hesitate(engine, smiles, peaks):
    answer = engine.assign(smiles, parse_peaks(peaks))
    assert answer.verdict == "inconsistent"
    assert answer.probability < 0.25
    assert engine.verify(smiles, parse_peaks(peaks)).verdict == "inconsistent"


def test_where_nothing_can_be_told_there_is_no_verdict(engine):
    solvent_alone = Spectrum((Peak(77.16, aside="line of the solvent"),))
    assert engine.assign("CCO", solvent_alone).verdict is None
    without = replace(engine.precise, verifiers=None)
    answer = without.assign("CCO", parse_peaks("58 18"))
    assert (answer.verdict, answer.probability) == (None, None)
