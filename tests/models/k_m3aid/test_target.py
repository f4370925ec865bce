from dataclasses import replace

import torch

from km3aid.models.config import KM3AIDConfig
from km3aid.models.k_m3aid.target import scatter_ppm, target

SHIFTS = torch.tensor([20.0, 20.0, 21.5, 128.0, 128.4], dtype=torch.float64)
KINDS = torch.tensor([3, 2, 3, 1, 1])
STRONG = KM3AIDConfig(discrimination="strong-pair")
WEAK = replace(STRONG, discrimination="weak-pair", threshold_ppm=1.5)
KERNEL = KM3AIDConfig(discrimination="laplace")


def test_weak_pairs_share_their_weight_within_the_threshold():
    assert target(WEAK, SHIFTS, KINDS)[0].tolist() == [1 / 3, 1 / 3, 1 / 3, 0, 0]


def test_strong_pairs_have_the_same_shift():
    strong = (SHIFTS[:, None] == SHIFTS[None, :]).double()
    torch.testing.assert_close(target(STRONG, SHIFTS, KINDS), strong / strong.sum(1, keepdim=True))


def test_released_pairs_are_not_normalised():
    assert target(replace(STRONG, normalised=False), SHIFTS, KINDS).sum(1).tolist() == [2, 2, 1, 1, 1]


def test_published_temperatures_make_strong_pairs():
    torch.testing.assert_close(target(KM3AIDConfig(), SHIFTS, KINDS), target(STRONG, SHIFTS, KINDS))


def test_a_kernel_falls_by_e_over_its_width():
    weights = target(replace(KERNEL, kernel_ppm=0.4), SHIFTS, KINDS)
    torch.testing.assert_close(weights.sum(1), torch.ones(5, dtype=torch.float64))
    torch.testing.assert_close((weights[3, 3] / weights[3, 4]).log(), torch.tensor(1.0, dtype=torch.float64))
    assert weights[0, 0] == weights[0, 1]


def test_a_kernel_of_kinds_is_as_wide_as_their_scatter_and_tells_multiplicities_apart():
    weights = target(replace(KERNEL, kernel_ppm=0.0), SHIFTS, KINDS)
    assert weights[0, 1] == 0
    width = scatter_ppm(SHIFTS, KINDS)
    torch.testing.assert_close((weights[0, 0] / weights[0, 2]).log() * width[0], torch.tensor(1.5, dtype=torch.float64))
    torch.testing.assert_close((weights[3, 3] / weights[3, 4]).log() * width[3], torch.tensor(0.4, dtype=torch.float64))
    assert width[0] != width[3]
