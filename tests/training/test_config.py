import pytest

from km3aid.config import from_dict, to_dict
from km3aid.errors import ConfigError
from km3aid.training.config import TrainingConfig
from km3aid.training.setup import Preset


def test_a_configuration_survives_its_table():
    config = TrainingConfig(epochs=3, split="paper", alike=0.5)
    assert from_dict(TrainingConfig, to_dict(config), "training") == config


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("training.batch_size=8.5", "training: batch_size: 8.5; expected a whole number"),
        ("training.batch_size=1", "expected 2 or more"),
        ("training.epochs=-1", "epochs: -1; expected 1 or more"),
        ("training.epoch=3", "unknown key 'epoch'; did you mean 'epochs'"),
        ("training.learning_rate='fast'", "learning_rate: 'fast'; expected a number"),
        ("training.learning_rate=0", "expected more than 0"),
        ("training.alike=2", "expected 1 or less"),
        ("training.augment=1", "expected true or false"),
        ("training.split='random'", "split: 'random'; expected strict or paper"),
        ("training.schedule={kind='plateau'}", "schedule: .*expected one-cycle or plateau or constant"),
        ("training.precision='half'", "expected auto or single"),
    ],
)
def test_bad_settings_are_errors(change, message):
    with pytest.raises(ConfigError, match=message):
        Preset("paper", (change,)).resolve()


def test_the_short_schedule_and_the_number_of_epochs():
    assert Preset("paper").resolve().training.epochs == 200
    fast = Preset("paper", fast=True).resolve().training
    assert (fast.epochs, fast.schedule) == (40, "one-cycle")
    assert Preset("paper", fast=True, epochs=3).resolve().training.epochs == 3
