import numpy as np
import pytest
from tests.matching.test_assign import classes_at

from km3aid.engine.checks import checks, misfits, rivals
from km3aid.engine.results import Member
from km3aid.matching.config import MatchConfig
from km3aid.matching.fit import fit_of
from km3aid.spectra.spectrum import Peak, Spectrum

CONFIG = MatchConfig(outlier=1e-9)
CLASSES = classes_at([20.0, 60.0, 128.0], hydrogens=[3, 2, 1])


def made(spectrum, scores=(0.0, -5.0, -6.0), configured=()):
    fit = fit_of(spectrum.without_aside(), CLASSES, CONFIG)
    return {check.name: check for check in checks(spectrum, fit, CLASSES, scores, configured)}, fit


def test_a_spectrum_as_predicted_passes_every_test():
    found, _ = made(Spectrum((Peak(20.1, "Q"), Peak(60.0, "T"), Peak(128.1, "D"))))
    assert list(found) == ["shifts", "number of lines", "symmetry", "multiplicities", "competing isomers"]
    assert all(check.score > 0.9 for check in found.values())
    assert all(0 <= check.significance < 1 for check in found.values())


def test_each_fault_shows_in_its_test():
    found, _ = made(Spectrum((Peak(28.0, "T"), Peak(60.0), Peak(128.0), Peak(200.0))), scores=(0.0, 2.0))
    assert found["shifts"].score < 0.5
    assert found["number of lines"].score < 0.5
    assert "1 without a carbon" in found["number of lines"].detail
    assert found["multiplicities"].score == -1
    assert found["competing isomers"].score < 0
    assert found["competing isomers"].detail == "1 of 1 isomers explain the spectrum better"


def test_lines_set_aside_are_told_and_judge_nothing():
    found, _ = made(Spectrum((Peak(20.0), Peak(60.0), Peak(128.0), Peak(77.2, aside="CDCl3"))))
    assert found["solvent and impurities"].significance == 0
    assert "77.2 ppm: CDCl3" in found["solvent and impurities"].detail


def test_without_isomers_there_is_nothing_to_compare():
    found, _ = made(Spectrum.from_shifts([20.0, 60.0, 128.0]), scores=(0.0,))
    assert (found["competing isomers"].score, found["competing isomers"].significance) == (0, 0)


@pytest.mark.parametrize(("own", "other", "score", "significance"), [(0.9, 0.1, 0.8, 0.8), (0.3, 0.7, -0.4, 0.4)])
def test_another_configuration_that_fits_better_speaks_against_the_one_given(own, other, score, significance):
    configured = [Member("C/C=C/C", None, 0.0, own), Member("C/C=C\\C", None, 0.0, other)]
    found, _ = made(Spectrum.from_shifts([20.0, 60.0, 128.0]), configured=configured)
    check = found["relative configuration"]
    assert (check.score, check.significance) == pytest.approx((score, significance))
    assert f"{100 * own:.0f} % for the one given among 2" in check.detail
    assert f"{100 * other:.0f} % for C/C=C\\C" in check.detail


@pytest.mark.parametrize(("others", "among"), [(3, "among 4 relative"), (32, "among the 33 nearest relative")])
def test_it_says_where_further_configurations_may_exist(others, among):
    configured = [Member("A", None, 0.0, 0.1), *(Member("B", None, 0.0, 0.9 / others) for _ in range(others))]
    found, _ = made(Spectrum.from_shifts([20.0, 60.0, 128.0]), configured=configured)
    assert among in found["relative configuration"].detail


def test_percent_signs_of_smiles_stay_as_they_are():
    configured = [Member("A", None, 0.0, 0.4), Member("C[C@H]%10CC%10O", None, 0.0, 0.6)]
    found, _ = made(Spectrum.from_shifts([20.0, 60.0, 128.0]), configured=configured)
    assert found["relative configuration"].detail.endswith("60 % for C[C@H]%10CC%10O")


def test_misfits_are_numbered_as_in_the_whole_spectrum():
    spectrum = Spectrum((Peak(77.2, aside="CDCl3"), Peak(20.3), Peak(68.0), Peak(200.0)))
    fit = fit_of(spectrum.without_aside(), CLASSES, CONFIG)
    numbered = [(n, peak) for n, peak in enumerate(spectrum) if peak.aside is None]
    far, alone, unseen = misfits(numbered, fit, CLASSES, [5, 6, 7], CONFIG)
    assert (far.peak, far.atoms, far.observed_ppm, far.predicted_ppm) == (2, (6,), 68.0, 60.0)
    assert far.p_value == pytest.approx(np.exp(-8), rel=0.02)
    assert far.std_ppm == pytest.approx(1.15)  # 68 % of a Laplace distribution of scale 1
    assert (alone.peak, alone.atoms, alone.observed_ppm) == (3, (), 200.0)
    assert (unseen.peak, unseen.atoms, unseen.predicted_ppm) == (None, (7,), 128.0)


def test_rivals_are_better_or_almost_as_good():
    found = rivals(["A", "B", "C"], [None, "b", None], [1.0, 3.0, -2.0], own=1.5)
    assert [(r.smiles, r.name, r.ahead) for r in found] == [("B", "b", 1.5), ("A", None, -0.5)]
