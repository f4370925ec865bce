import pytest

from km3aid.config import from_dict
from km3aid.errors import ConfigError
from km3aid.models.config import JointConfig, PaperConfig, model_config, read_preset
from km3aid.training.config import TrainingConfig


@pytest.mark.parametrize(("name", "kind"), [("best", JointConfig), ("paper", PaperConfig)])
def test_presets_state_a_model_and_a_training(name, kind):
    values = read_preset(name)
    assert isinstance(model_config(values["model"]), kind)
    assert from_dict(TrainingConfig, values["training"], name).batch_size == 128


def test_a_configuration_survives_its_table():
    config = PaperConfig(tau2=3.0, channel=False)
    assert model_config(config.to_dict()) == config


def test_single_values_can_be_replaced():
    values = read_preset("paper", ["model.tau2 = 1.0", "model.discrimination = 'weak-pair'", "training.epochs = 3"])
    config = model_config(values["model"])
    assert isinstance(config, PaperConfig)
    assert (config.tau2, config.discrimination, config.layers) == (1.0, "weak-pair", 5)
    assert values["training"]["epochs"] == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("model.wdith = 3", "unknown model setting 'wdith'"),
        ("model.architecture = 'gpt'", "expected joint or paper"),
        ("model.discrimination = 'pairs'", "expected knowledge-span"),
        ("model.alpha = 2", "expected 0 to 1"),
        ("model.tau1 = 0", "above 0"),
        ("modle.tau1 = 0", "unknown table"),
        ("tau1 = 0", "expected a table and a name"),
        ("model.discrimination = weak", "not valid TOML"),
    ],
)
def test_bad_values_are_errors(change, message):
    with pytest.raises(ConfigError, match=message):
        model_config(read_preset("paper", [change])["model"])


def test_a_preset_of_ones_own_is_a_file(tmp_path):
    (tmp_path / "mine.toml").write_text("[model]\nwidth = 32\n")
    assert read_preset(str(tmp_path / "mine.toml")) == {"model": {"width": 32}}
    with pytest.raises(ConfigError, match="there are best, paper"):
        read_preset("mine")
