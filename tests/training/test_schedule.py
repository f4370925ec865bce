import pytest

from km3aid.training.config import TrainingConfig
from km3aid.training.schedule import one_cycle, plateau

CONFIG = TrainingConfig(learning_rate=1.0, warm_up=0.25, patience=2)


def test_one_cycle_rises_and_falls():
    assert one_cycle(0.125, CONFIG) == pytest.approx(0.5)
    assert one_cycle(0.25, CONFIG) == pytest.approx(1.0)
    assert one_cycle(1.0, CONFIG) == pytest.approx(0.001)


@pytest.mark.parametrize(
    ("losses", "rate"),
    [([], 1.0), ([3, 2, 1], 1.0), ([3] * 3, 1.0), ([3] * 4, 0.5), ([3, 4, 2, 2, 2, 2], 0.5), ([1] * 7, 0.25)],
)
def test_plateau_halves_after_the_third_epoch_without_a_better_loss(losses, rate):
    assert plateau(losses, CONFIG) == rate
