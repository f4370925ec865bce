from dataclasses import replace

import numpy as np
import pytest

from km3aid.matching.assign import assign_peaks
from km3aid.matching.classes import CarbonClasses
from km3aid.matching.compiled.queries import padded_multiplicity_costs
from km3aid.matching.config import MatchConfig
from km3aid.matching.cost import hydrogen_costs, multiplicity_costs
from km3aid.matching.heights import LEAST, MOST, OFFSET, SLOPE, height_costs, relative_heights
from km3aid.spectra import Peak, Spectrum
from km3aid.spectra.experiment import Experiment

HEIGHTS = [20.0, 90.0, 100.0, 110.0, 60.0]


def spectrum(heights=HEIGHTS, **about):
    shifts = np.linspace(140.0, 120.0, len(heights))
    return Spectrum(tuple(Peak(float(s), intensity=h) for s, h in zip(shifts, heights, strict=True)), **about)


def test_heights_are_relative_to_the_upper_quartile():
    np.testing.assert_allclose(relative_heights(spectrum()), np.log(np.array(HEIGHTS) / 100.0))


def test_a_weak_line_is_likelier_without_hydrogen():
    costs = height_costs(spectrum())
    bare = 1 / (1 + np.exp(-OFFSET - SLOPE * np.log(0.2)))
    np.testing.assert_allclose(costs[0, 0], -np.log(2 * min(bare, MOST)))
    np.testing.assert_allclose(costs[0, 1:], -np.log(2 * (1 - min(bare, MOST))))
    assert costs[0, 0] < 0 < costs[0, 1]
    assert costs[2, 0] > 0 > costs[2, 1]
    assert np.abs(costs).max() <= -np.log(2 * min(LEAST, 1 - MOST))


@pytest.mark.parametrize(
    "given",
    [
        spectrum([None] * 5),
        spectrum([20.0, 90.0, 100.0, 0.0, 60.0]),
        spectrum([20.0, 90.0, 100.0, 110.0]),  # too few
        spectrum([80.0, 90.0, 100.0, 110.0, 60.0]),  # none is weak
        spectrum([1.0, 2.0, 2.0, 2.0, 2.0, 1.0]),  # numbers of carbons
        spectrum(experiment=Experiment.COUPLED),
        spectrum(one_per_carbon=True),
    ],
)
def test_heights_that_say_nothing(given):
    assert height_costs(given) is None


def test_lines_set_aside_do_not_make_the_usual_height():
    peaks = (Peak(77.0, intensity=5000.0, aside="solvent"), Peak(40.0, aside="solvent"), *spectrum())
    relative = relative_heights(replace(spectrum(), peaks=peaks))
    np.testing.assert_allclose(relative[2:], relative_heights(spectrum()))
    np.testing.assert_allclose(height_costs(replace(spectrum(), peaks=peaks))[1], 0.0)


def test_negative_lines_count_by_their_height():
    signed = spectrum([20.0, -90.0, 100.0, -110.0, -60.0], experiment=Experiment.APT)
    np.testing.assert_allclose(height_costs(signed), height_costs(spectrum()))


def test_assignment_and_search_use_heights():
    given, config = spectrum(), MatchConfig()
    np.testing.assert_allclose(hydrogen_costs(given, config), multiplicity_costs(given, config) + height_costs(given))
    np.testing.assert_allclose(padded_multiplicity_costs(given, config)[:, :5].T, hydrogen_costs(given, config))
    bare = spectrum([None] * 5)
    np.testing.assert_allclose(hydrogen_costs(bare, config), multiplicity_costs(bare, config))


def test_the_weak_one_of_two_near_lines_is_the_carbon_without_hydrogen():
    far = [Peak(50.0, intensity=90.0), Peak(40.0, intensity=95.0), Peak(30.0, intensity=105.0)]
    near = Spectrum((Peak(129.9, intensity=100.0), Peak(130.1, intensity=12.0), *far))
    classes = CarbonClasses(((0,), (1,)), np.full(2, 130.0), np.ones(2), np.array([0, 1]), np.zeros(2, bool))
    assert assign_peaks(near, classes, MatchConfig()).peak_classes[:2] == ((1,), (0,))
