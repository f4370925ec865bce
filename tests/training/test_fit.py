from dataclasses import replace

import numpy as np
import pytest
import torch

from km3aid.data.dataset import in_memory
from km3aid.data.folds import Split
from km3aid.errors import CheckpointError, ConfigError
from km3aid.models.build import build_model
from km3aid.models.checkpoint import read_model
from km3aid.models.config import JointConfig, KM3AIDConfig
from km3aid.training.config import TrainingConfig
from km3aid.training.fit import fit
from km3aid.training.setup import Hardware, Run, Settings
from km3aid.training.split import Material
from km3aid.training.state import read_history

MODEL = JointConfig(width=16, hidden=16, layers=2, graph_dim=8, node_dim=8, peak_width=16, peak_layers=1)
PAPER = KM3AIDConfig(layers=2, width=16, projection=16)
CONFIG = TrainingConfig(epochs=4, batch_size=16)


def run(folder, **rest) -> Run:
    return Run(folder, hardware=Hardware("cpu"), **rest)


class KilledError(Exception):
    pass


@pytest.mark.parametrize(
    ("model", "config"),
    [
        (MODEL, CONFIG),
        (MODEL, replace(CONFIG, shapes="fixed")),
        (PAPER, replace(CONFIG, schedule="plateau", augment=False, average=0.0, clip_norm=0.0)),
    ],
    ids=["joint", "fixed sizes", "paper"],
)
def test_a_resumed_run_ends_like_an_unbroken_one(tmp_path, small_data, model, config):
    material = Material(in_memory(small_data), Split(np.arange(48), np.arange(48, 60)))

    def kill(line):
        if line.epoch == 2:
            raise KilledError

    settings = Settings(model, config)
    whole = fit(material, settings, run(tmp_path / "whole"))
    with pytest.raises(KilledError):
        fit(material, settings, run(tmp_path / "broken", report=kill))
    resumed = fit(material, settings, run(tmp_path / "broken", resume=True))
    a, b = read_model(whole).model.state_dict(), read_model(resumed).model.state_dict()
    for name in a:
        torch.testing.assert_close(a[name], b[name], rtol=1e-5, atol=1e-6)
    assert len((tmp_path / "broken" / "metrics.csv").read_text().splitlines()) == 1 + config.epochs


def test_a_training_on_fixed_sizes_learns_the_same(tmp_path, small_data):
    """Batches of a process of its own, filled up: what a GPU captures as one graph, computed here as it is."""
    material = Material(in_memory(small_data), Split(np.arange(48), np.arange(48, 60)))
    seen = {}
    for shapes in ("free", "fixed"):
        settings = Settings(MODEL, replace(CONFIG, shapes=shapes, precision="single"))
        fit(
            material,
            settings,
            run(tmp_path / shapes, report=lambda line, to=shapes: seen.setdefault(to, []).append(line)),
        )
    assert len(seen["fixed"]) == CONFIG.epochs
    for free, fixed in zip(seen["free"], seen["fixed"], strict=True):
        assert fixed.loss == pytest.approx(free.loss, rel=1e-2)
        assert fixed.validation_loss == pytest.approx(free.validation_loss, rel=1e-2)
        assert fixed.learning_rate == free.learning_rate
    assert seen["fixed"][-1].validation_loss < 0.9 * seen["fixed"][0].validation_loss


def test_only_the_joint_model_trains_on_fixed_sizes(tmp_path, small_data):
    material = Material(in_memory(small_data), Split(np.arange(48), np.arange(48, 60)))
    with pytest.raises(ConfigError, match="for the joint model on one device"):
        fit(material, Settings(PAPER, replace(CONFIG, shapes="fixed")), run(tmp_path))


def test_a_training_goes_on_from_other_weights(tmp_path, small_data):
    material = Material(in_memory(small_data), Split(np.arange(48), np.arange(48, 60)))
    first = fit(material, Settings(MODEL, CONFIG), run(tmp_path / "first"))
    configured = replace(MODEL, configuration=True)
    seen = {}
    for name, start in (("on", first), ("fresh", None)):
        settings = Settings(configured, replace(CONFIG, epochs=1, learning_rate=1e-6))
        fit(material, settings, run(tmp_path / name, start=start, report=lambda line, n=name: seen.update({n: line})))
    last = read_history(tmp_path / "first")[-1]["validation_loss"]
    assert seen["on"].validation_loss == pytest.approx(last, abs=0.05)
    assert abs(seen["fresh"].validation_loss - last) > 1
    with pytest.raises(CheckpointError, match=r"another size: \S+ is \(.*, not \("):
        fit(material, Settings(replace(MODEL, width=24), CONFIG), run(tmp_path / "wide", start=first))


def test_a_training_ends_by_the_clock(tmp_path, small_data, monkeypatch):
    """The rate falls to its end by then, and the weights are written."""
    material = Material(in_memory(small_data), Split(np.arange(48), np.arange(48, 60)))
    clock = iter(range(10**6))
    monkeypatch.setattr("km3aid.training.fit.time.monotonic", lambda: float(next(clock)))
    seen = []
    config = replace(CONFIG, epochs=1000, minutes=0.5)
    weights = fit(material, Settings(MODEL, config), run(tmp_path, report=seen.append))
    assert 2 < len(seen) < 12  # 3 steps an epoch, each a tick of the clock or two
    assert seen[-1].learning_rate < 0.02 * config.learning_rate < seen[1].learning_rate
    assert read_model(weights).header is not None


def test_too_little_data_is_an_error(tmp_path, small_data):
    few = Material(small_data, Split(np.arange(3), np.arange(3, 5)))
    with pytest.raises(ConfigError, match="at least one batch"):
        fit(few, Settings(MODEL, CONFIG), run(tmp_path))


def test_the_frozen_spectrum_encoder_stays_as_it_was_taken_over(tmp_path, small_data):
    material = Material(in_memory(small_data), Split(np.arange(48), np.arange(48, 60)))
    open_encoder = replace(PAPER, alpha=1.0, frozen_spectrum=False)
    first = fit(material, Settings(open_encoder, CONFIG), run(tmp_path / "first"))
    last = fit(material, Settings(PAPER, CONFIG), run(tmp_path / "last", spectrum_encoder=first))
    before, after = read_model(first).model.spectrum.state_dict(), read_model(last).model.spectrum.state_dict()
    for name in before:
        assert torch.equal(before[name], after[name])
    assert not torch.equal(before["out.weight"], build_model(PAPER).spectrum.state_dict()["out.weight"])
