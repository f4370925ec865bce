"""Which models may be averaged, and what the file says of them."""

import pytest
import torch

from km3aid.errors import CheckpointError
from km3aid.models.averaging import average_files
from km3aid.models.build import build_model
from km3aid.models.checkpoint import write_model
from km3aid.models.config import JointConfig, KM3AIDConfig

SMALL = JointConfig(width=16, hidden=24, layers=2, graph_dim=8, node_dim=8, peak_width=8)


def written(path, config=SMALL, **header):
    model = build_model(config)
    origin = {"fold": 0, "split": "strict", "data_sha256": "d", "training_ids_sha256": "t"}
    write_model(path, model, {**origin, "labels_sha256": [], "matching": {"overlap": 2.0}, **header})
    return path


def test_the_file_says_what_each_learned_from_and_holds_no_constants(tmp_path):
    paths = [written(tmp_path / "a.safetensors"), written(tmp_path / "b.safetensors", labels_sha256=["l"])]
    model, header = average_files(paths)
    assert len(model.others) == 1
    assert [one["labels_sha256"] for one in header["averaged"]] == [[], ["l"]]
    assert header["training_ids_sha256"] == "t"
    assert len({one["sha256"] for one in header["averaged"]}) == 2
    assert "matching" not in header


def test_models_that_trained_on_other_molecules_are_refused(tmp_path):
    paths = [written(tmp_path / "a.safetensors"), written(tmp_path / "b.safetensors", training_ids_sha256="u")]
    with pytest.raises(CheckpointError, match=r"b\.safetensors: training_ids_sha256 differs from that of .*a\.safet"):
        average_files(paths)


def test_a_model_without_shifts_of_its_own_is_refused(tmp_path):
    paths = [written(tmp_path / "a.safetensors"), written(tmp_path / "b.safetensors", KM3AIDConfig(width=8, layers=1))]
    with pytest.raises(CheckpointError, match=r"b\.safetensors: a model of another kind"):
        average_files(paths)


def test_one_model_has_no_average(tmp_path):
    with pytest.raises(CheckpointError, match=r"a\.safetensors: one model has no average"):
        average_files([written(tmp_path / "a.safetensors")])


def test_an_average_counts_as_each_of_its_models(tmp_path):
    paths = [written(tmp_path / f"{name}.safetensors", preset=name) for name in "abc"]
    pair, header = average_files(paths[:2])
    write_model(tmp_path / "pair.safetensors", pair, header)
    model, header = average_files([tmp_path / "pair.safetensors", paths[2]], disagreement=0.7)
    direct, expected = average_files(paths, disagreement=0.7)
    assert header == expected
    assert model.config == direct.config
    assert all(torch.equal(weight, direct.state_dict()[name]) for name, weight in model.state_dict().items())


def test_a_model_that_comes_twice_is_refused(tmp_path):
    paths = [written(tmp_path / f"{name}.safetensors") for name in "ab"]
    write_model(tmp_path / "pair.safetensors", *average_files(paths))
    with pytest.raises(CheckpointError, match=r"pair\.safetensors: model [0-9a-f]{12} comes twice"):
        average_files([paths[1], tmp_path / "pair.safetensors"])


def test_nothing_has_no_average():
    with pytest.raises(CheckpointError, match="no model to average"):
        average_files([])
