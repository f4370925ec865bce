from dataclasses import replace

import numpy as np
import pytest
import torch

from km3aid.data.dataset import in_memory
from km3aid.data.folds import Split
from km3aid.errors import ConfigError
from km3aid.models.build import build_model
from km3aid.models.checkpoint import read_model
from km3aid.models.config import JointConfig, KM3AIDConfig
from km3aid.training.config import TrainingConfig
from km3aid.training.fit import fit
from km3aid.training.setup import Hardware, Run, Settings
from km3aid.training.split import Material

MODEL = JointConfig(width=16, hidden=16, layers=2, graph_dim=8, node_dim=8, peak_width=16, peak_layers=1)
PAPER = KM3AIDConfig(layers=2, width=16, projection=16)
CONFIG = TrainingConfig(epochs=4, batch_size=16)


def run(folder, **rest) -> Run:
    return Run(folder, hardware=Hardware("cpu"), **rest)


class KilledError(Exception):
    pass


@pytest.mark.parametrize(
    ("model", "config"),
    [(MODEL, CONFIG), (PAPER, replace(CONFIG, schedule="plateau", augment=False, average=0.0, clip_norm=0.0))],
    ids=["joint", "paper"],
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
