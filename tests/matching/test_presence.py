from dataclasses import replace

import numpy as np
import pytest
from tests.matching.test_assign import classes_at

from km3aid.errors import ConfigError
from km3aid.matching.config import MatchConfig
from km3aid.matching.fit import fit_of
from km3aid.matching.logistic import Logistic
from km3aid.matching.presence import Compared, Presence, presence_figures
from km3aid.spectra.spectrum import Spectrum

FIT = fit_of(Spectrum.from_shifts([20.0, 63.0]), classes_at([20.0, 60.0], scale=2.0), MatchConfig())
COMPARED = Compared(np.array([3.0, 1.0, 0.0]), 0.9, -4.0, FIT, 1000)


def test_figures_of_a_comparison():
    figures = presence_figures(COMPARED)
    assert figures["log_compared"] == pytest.approx(3)
    assert figures["match_per_peak"] == -2
    assert figures["ahead"] == pytest.approx(3 - np.log(np.exp(1) + 1))
    assert figures["ahead_by_log_compared"] == pytest.approx(3 * figures["ahead"])
    assert figures["dissimilarity"] == pytest.approx(np.log(0.12))
    assert figures["extra_peaks"] == figures["missing_carbons"] == 0


def test_one_candidate_alone_is_ahead_of_nothing_and_everything():
    alone = presence_figures(COMPARED._replace(score=np.array([-5.0]), passed=1))
    assert alone["ahead"] == 12
    assert alone["ahead_by_log_compared"] == 0  # so that it cannot speak for it


def test_odd_values_are_bounded():
    wild = COMPARED._replace(score=np.array([1e9, 0.0]), match=-1e9, graph=5.0, passed=0)
    assert all(np.isfinite(value) and abs(value) <= 40 for value in presence_figures(wild).values())
    empty = fit_of(Spectrum.from_shifts([200.0]), classes_at([20.0], scale=0.5), MatchConfig())
    assert all(np.isfinite(value) for value in presence_figures(COMPARED._replace(fit=empty)).values())


def test_a_probability_is_never_0_or_1():
    never, always = Logistic(-1e3), Logistic(1e3)
    assert 0 < Presence(never, always).probability(COMPARED, one_per_carbon=True) < 0.01
    assert 0.99 < Presence(never, always).probability(COMPARED, one_per_carbon=False) < 1


def test_constants_survive_the_header():
    presence = Presence(Logistic(0.5, {"ahead": 1.5}), Logistic(-1.0))
    assert Presence.from_dict(presence.to_dict()) == presence
    assert Presence.from_dict(presence.to_dict()) != replace(presence, distinct=Logistic(1.0))
    with pytest.raises(ConfigError, match="presence"):
        Presence.from_dict({"per_carbons": {}})
