import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from km3aid.cli.app import app
from km3aid.data.dataset import in_memory
from km3aid.data.folds import Split, connectivity
from km3aid.errors import ConfigError
from km3aid.models.checkpoint import read_model
from km3aid.models.config import JointConfig, KM3AIDConfig
from km3aid.models.export import Graph
from km3aid.models.weights import read_model_file
from km3aid.training.config import TrainingConfig
from km3aid.training.run import encoder_settings, ids_hash, train
from km3aid.training.setup import Hardware, Run, Settings
from km3aid.training.split import Material, training_split

pytestmark = pytest.mark.usefixtures("no_graphs")
PAPER = KM3AIDConfig(layers=1, width=16, projection=16)
CONFIG = TrainingConfig(epochs=1, pretrain_epochs=2, batch_size=16)


def test_the_papers_model_gets_an_encoder_of_its_own_and_a_named_one_is_taken(tmp_path, small_data):
    material = Material(in_memory(small_data), Split(np.arange(32), np.arange(48, 60)))
    seen = []
    run = Run(tmp_path / "a", {"fold": 3}, hardware=Hardware("cpu"), report=seen.append)
    weights = train(material, Settings(PAPER, CONFIG), run)
    assert [line.epoch for line in seen] == [1, 2, 1]
    header = read_model(weights).header
    assert header["fold"] == 3
    assert header["training_ids_sha256"] == ids_hash(small_data.record_id[np.arange(32)])
    written = json.loads((tmp_path / "a" / "run.json").read_text())
    assert written["model"] == PAPER.to_dict()
    assert written["training"]["pretrain_epochs"] == 2
    encoder = tmp_path / "a" / "spectrum-encoder" / "last.safetensors"
    seen.clear()
    again = Run(tmp_path / "b", {"fold": 3}, encoder, hardware=Hardware("cpu"), report=seen.append)
    other = train(material, Settings(PAPER, CONFIG), again)
    assert [line.epoch for line in seen] == [1]
    assert read_model(other).sha256 == read_model(weights).sha256


def test_a_training_ends_with_a_model_that_needs_no_torch(tmp_path, small_data, monkeypatch):
    monkeypatch.setattr("km3aid.models.export.export_graphs", lambda model: {"encode": Graph(b"made", ["encoder"])})
    material = Material(in_memory(small_data), Split(np.arange(32), np.arange(48, 60)))
    settings = Settings(JointConfig(width=16, hidden=16, layers=1, peak_width=16), replace(CONFIG, pretrain_epochs=0))
    file = read_model_file(train(material, settings, Run(tmp_path, hardware=Hardware("cpu"))))
    assert file.graphs == {"encode": b"made"}
    assert file.graph_weights("encode") == ["encoder"]


def test_a_finished_pretraining_is_not_done_again(tmp_path, small_data):
    material = Material(in_memory(small_data), Split(np.arange(32), np.arange(48, 60)))
    seen = []
    run = Run(tmp_path, hardware=Hardware("cpu"), report=seen.append)
    first = read_model(train(material, Settings(PAPER, CONFIG), run)).sha256
    seen.clear()
    assert read_model(train(material, Settings(PAPER, CONFIG), run)).sha256 == first
    assert [line.epoch for line in seen] == [1]


def test_only_the_papers_model_has_an_encoder_to_pretrain():
    with pytest.raises(TypeError):
        encoder_settings(Settings(JointConfig(), CONFIG))


def test_splits_by_name(small_data):
    data, ids = in_memory(small_data), list(range(1, 61))
    paper, strict = (training_split(data, ids, 0, kind) for kind in ("paper", "strict"))
    assert not set(paper.train) & set(paper.validation)
    assert set(data.record_id[np.concatenate(paper)]) == set(ids)
    block = set(connectivity(data.inchi_key[paper.validation]))
    assert not block & set(connectivity(data.inchi_key[np.concatenate(strict)]))
    assert max(data.record_id[np.concatenate(strict)]) > 60  # not the paper's molecules alone


@pytest.fixture
def no_lightning(monkeypatch):
    for name in [m for m in sys.modules if m.split(".")[0] == "lightning"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "lightning", None)


def test_training_without_lightning_names_the_extra(tmp_path, small_source, no_lightning):
    arguments = ["--data", str(tmp_path), "--paper-ids", str(small_source[1]), "-o", str(tmp_path / "out")]
    result = CliRunner().invoke(app, ["train", *arguments])
    assert isinstance(result.exception, ConfigError)
    assert "km3aid[train]" in str(result.exception)


def test_the_modules_of_training_import_without_lightning():
    code = "import sys; sys.modules['lightning'] = None; import km3aid.training.run, km3aid.reproduction.trainings"
    subprocess.run([sys.executable, "-c", code], check=True)
