import numpy as np
import pytest
import torch

from km3aid.models.config import KM3AIDConfig
from km3aid.models.k_m3aid.target import target
from km3aid.reproduction.measures.targets import _difference, compare_with_strong_pairs, neighbour_weight


@pytest.mark.parametrize(("tau1", "tau2"), [(0.1, 10.0), (1.0, 12.0)])
def test_the_difference_is_that_of_the_targets_that_train(tau1, tau2):
    shifts = np.array([20.0, 20.01, 20.01, 128.0])
    kinds, given = torch.zeros(4, dtype=torch.long), torch.from_numpy(shifts)
    guided = target(KM3AIDConfig(tau1=tau1, tau2=tau2), given, kinds)
    strong = target(KM3AIDConfig(discrimination="strong-pair"), given, kinds)
    assert _difference(shifts, tau1, tau2) == pytest.approx(float((guided - strong).abs().max()), rel=1e-9)
    assert float(guided[0, 1] / guided[0, 0]) == pytest.approx(neighbour_weight(tau1, tau2, 0.01), rel=1e-4)


def test_published_temperatures_differ_from_strong_pairs_by_nothing(small_data):
    found = compare_with_strong_pairs(small_data, np.arange(64), [("1e-5", "1e1"), ("1e-1", "1e1"), ("1.0", "12.0")])
    published, near, wide = (p["largest_difference"] for p in found["points"])
    assert published == 0
    assert near < 1e-2 < wide
