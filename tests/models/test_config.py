import pytest

from km3aid.config import from_dict
from km3aid.errors import ConfigError
from km3aid.models.config import JointConfig, KM3AIDConfig, model_config, read_preset
from km3aid.training.config import TrainingConfig


@pytest.mark.parametrize(
    ("name", "kind"), [*((name, JointConfig) for name in ("best", "stereo", "shifts")), ("paper", KM3AIDConfig)]
)
def test_presets_state_a_model_and_a_training(name, kind):
    values = read_preset(name)
    assert isinstance(model_config(values["model"]), kind)
    assert from_dict(TrainingConfig, values["training"], name).batch_size == 128


def test_a_configuration_survives_its_table():
    config = KM3AIDConfig(tau2=3.0, channel=False)
    assert model_config(config.to_dict()) == config


def test_single_values_can_be_replaced():
    values = read_preset("paper", ["model.tau2 = 1.0", "model.discrimination = 'weak-pair'", "training.epochs = 3"])
    config = model_config(values["model"])
    assert isinstance(config, KM3AIDConfig)
    assert (config.tau2, config.discrimination, config.layers) == (1.0, "weak-pair", 5)
    assert values["training"]["epochs"] == 3


@pytest.mark.parametrize(
    ("preset", "change", "message"),
    [
        ("best", "model.width = 'wide'", "model: width: 'wide'; expected a whole number"),
        ("best", "model.layers = -3", "model: layers: -3; expected 1 or more"),
        ("best", "model.hidden = 64.5", "model: hidden: 64.5; expected a whole number"),
        ("best", "model.dropout = 1", "model: dropout: 1.0; expected less than 1"),
        ("best", "model.graph_weight = nan", "model: graph_weight: nan; expected a finite number"),
        ("best", "model.peak_heads = 3", "model: peak_width: 128; expected a multiple of peak_heads"),
        ("paper", "model.channel = 1", "model: channel: 1; expected true or false"),
        ("paper", "model.wdith = 3", "model: unknown key 'wdith'; did you mean 'width'"),
        ("paper", "model.tau = {a = 1}", "model: unknown key 'tau'"),
        ("paper", "model.architecture = 'gpt'", "model: architecture: 'gpt'; expected joint or paper"),
        ("paper", "model.architecture = 3", "model: architecture: 3; expected joint or paper"),
        ("paper", "model.discrimination = 'pairs'", "expected knowledge-span"),
        ("paper", "model.alpha = 2", "expected 1 or less"),
        ("paper", "model.tau1 = 0", "more than 0"),
        ("paper", "modle.tau1 = 0", "unknown table"),
        ("paper", "tau1 = 0", "expected table and name"),
        ("paper", "model = 3", "expected table and name"),
        ("paper", "model.discrimination = weak", "not valid TOML"),
    ],
)
def test_bad_values_are_errors(preset, change, message):
    with pytest.raises(ConfigError, match=message):
        model_config(read_preset(preset, [change])["model"])


def test_a_preset_of_ones_own_is_a_file(tmp_path):
    (tmp_path / "mine.toml").write_text("[model]\nwidth = 32\n")
    assert read_preset(str(tmp_path / "mine.toml")) == {"model": {"width": 32}}
    with pytest.raises(ConfigError, match="there are best, paper"):
        read_preset("mine")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"model = 3\n", "'model' has no table"),
        (b"[modle]\nwidth = 3\n", "unknown table"),
        (b"\xff", "not valid TOML"),
    ],
)
def test_a_damaged_preset_of_ones_own_is_named(tmp_path, content, message):
    (tmp_path / "mine.toml").write_bytes(content)
    with pytest.raises(ConfigError, match=rf"mine\.toml: .*{message}"):
        read_preset(str(tmp_path / "mine.toml"))


def test_tables_as_earlier_versions_wrote_them_are_read():
    """Their identities hold whole numbers where a float belongs."""
    assert model_config({"architecture": "paper", "threshold_ppm": 10, "tau1": 1e-5}) == KM3AIDConfig(
        threshold_ppm=10.0
    )
