"""Dropout from few random numbers drops the share that it should, independently, and leaves the mean as it is."""

import pytest
import torch

from km3aid.models.dropout import Dropout

COUNT = 400_000


@pytest.mark.parametrize("probability", [0.1, 0.2, 0.5])
def test_the_share_dropped_and_the_mean_are_right(probability):
    torch.manual_seed(0)
    x = torch.ones(COUNT // 100, 100, requires_grad=True)
    y = Dropout(probability)(x)
    kept = y != 0
    sigma = (probability * (1 - probability) / COUNT) ** 0.5
    assert abs(1 - float(kept.double().mean()) - probability) < 4 * sigma
    torch.testing.assert_close(y[kept], torch.full_like(y[kept], 1 / (1 - probability)), rtol=2e-5, atol=0)
    y.sum().backward()
    assert torch.equal(x.grad, y.detach())


def test_neighbours_are_independent_whichever_part_of_a_random_number_they_come_from():
    torch.manual_seed(1)
    dropped = (Dropout(0.3)(torch.ones(COUNT)) == 0).double().view(-1, 4)
    sigma = 1 / len(dropped) ** 0.5
    assert (dropped.mean(0) - 0.3).abs().max() < 4 * (0.21 / len(dropped)) ** 0.5
    correlation = torch.corrcoef(torch.cat([dropped[:-1], dropped[1:]], 1).T)
    assert (correlation - torch.eye(8)).abs().max() < 5 * sigma


def test_a_seed_repeats_it_and_without_training_nothing_is_dropped():
    dropout, x = Dropout(0.2), torch.randn(7, 3)
    drawn = []
    for seed in (3, 3, 4):
        torch.manual_seed(seed)
        drawn.append(dropout(x))
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])
    assert dropout.eval()(x) is x
    assert Dropout(0.0)(x) is x


def test_any_shape_and_none_at_all():
    assert Dropout(0.2)(torch.ones(0, 5)).shape == (0, 5)
    assert Dropout(0.2)(torch.ones(3, 1, 1)).shape == (3, 1, 1)
