"""Intervals of the distribution that a shift's cost assumes."""

import numpy as np
import pytest

from km3aid.matching.config import MatchConfig
from km3aid.matching.cost import shift_cost
from km3aid.matching.spread import ONE_SIGMA, coverage_of, half_width

CONFIG = MatchConfig(scale_factor=1.8, scale_power=0.9, outlier=0.1, outlier_ppm=6.0)
SCALES = np.array([0.01, 0.2, 1.0, 8.0])


@pytest.mark.parametrize("level", [0.5, ONE_SIGMA, 0.95])
def test_an_interval_holds_its_share_of_the_density_that_the_cost_is_made_of(level):
    for scale, half in zip(SCALES, half_width(SCALES, CONFIG, level), strict=True):
        away = np.concatenate([np.linspace(0, half, 200_001)])
        density = np.exp(-shift_cost(away, np.full_like(away, scale), CONFIG))
        assert 2 * np.trapezoid(density, away) == pytest.approx(level, abs=1e-4)


def test_a_line_at_the_edge_of_an_interval_is_covered_by_its_share():
    np.testing.assert_allclose(coverage_of(half_width(SCALES, CONFIG, 0.9), SCALES, CONFIG), 0.9, atol=1e-6)
    np.testing.assert_allclose(coverage_of(-half_width(SCALES, CONFIG, 0.9), SCALES, CONFIG), 0.9, atol=1e-6)


def test_without_a_stated_scale_the_tail_is_all():
    (half,) = half_width(np.array([np.nan]), CONFIG, 0.95)
    assert half == pytest.approx(6.0 * np.log(20), rel=1e-6)
