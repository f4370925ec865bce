from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

import km3aid
from km3aid.data.batches import AS_RECORDED, cut_batch
from km3aid.errors import CheckpointError
from km3aid.models.build import build_model
from km3aid.models.checkpoint import read_model, write_model, write_tensors
from km3aid.models.config import JointConfig, KM3AIDConfig
from km3aid.models.tensors import on_device

SMALL = JointConfig(width=48, hidden=64, layers=3, graph_dim=32, node_dim=32, peak_width=32)
PAPER = KM3AIDConfig(layers=2, width=16, projection=16)


@pytest.mark.parametrize("config", [SMALL, PAPER], ids=["joint", "paper"])
def test_weights_survive_the_disk(tmp_path, small_data, config):
    model = build_model(config).eval()
    write_model(tmp_path / "m.safetensors", model, {"preset": "test"})
    again = read_model(tmp_path / "m.safetensors")
    rows = np.array([1, 2])
    graph = cut_batch(small_data, rows, small_data.spectrum_offset[rows], AS_RECORDED, np.random.default_rng(0)).graph
    graph = on_device(graph)
    torch.testing.assert_close(again.model.encode(graph).graph, model.encode(graph).graph)
    assert again.header["preset"] == "test"


def test_the_hash_follows_the_weights_and_not_the_rest_of_the_header(tmp_path):
    model = build_model(SMALL)
    write_model(tmp_path / "a.safetensors", model, {"matching": {}})
    write_model(tmp_path / "b.safetensors", model, {"matching": {"overlap": 3.0}})
    first = read_model(tmp_path / "a.safetensors")
    assert first.sha256 == read_model(tmp_path / "b.safetensors").sha256
    with torch.no_grad():
        model.node_scale.add_(0.1)
    write_model(tmp_path / "b.safetensors", model, {"matching": {}})
    assert first.sha256 != read_model(tmp_path / "b.safetensors").sha256


@pytest.mark.parametrize("content", [b"", b"not a model" * 50])
def test_damaged_weights_are_an_error(tmp_path, content):
    (tmp_path / "m.safetensors").write_bytes(content)
    with pytest.raises(CheckpointError, match="damaged"):
        read_model(tmp_path / "m.safetensors")


def test_weights_of_another_shape_are_an_error(tmp_path):
    write_model(tmp_path / "m.safetensors", build_model(SMALL), {})
    text = (tmp_path / "m.safetensors").read_bytes()
    (tmp_path / "m.safetensors").write_bytes(text.replace(b'\\"width\\": 48', b'\\"width\\": 96'))
    with pytest.raises(CheckpointError, match="another version"):
        read_model(tmp_path / "m.safetensors")


def test_the_bundled_weights_keep_their_identity():
    """Libraries and results that were made with them stay valid."""
    path = Path(km3aid.__file__).parent / "weights" / "best.safetensors"
    assert read_model(path).sha256 == "a95bfb16ffccfcad2421e4d310f3dff9c4130e8eda599abee74b045928485357"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"wdith": 3}, "model: unknown key 'wdith'"),
        ({"width": "wide"}, "model: width: 'wide'"),
        ({"architecture": "gpt"}, "expected joint or paper"),
    ],
)
def test_a_configuration_that_makes_no_sense_is_named(tmp_path, change, said):
    model = {**SMALL.to_dict(), **change}
    write_tensors(tmp_path / "m.safetensors", build_model(SMALL).state_dict(), {"model": model})
    with pytest.raises(CheckpointError, match=rf"m\.safetensors: written by another version.*{said}"):
        read_model(tmp_path / "m.safetensors")


@pytest.mark.parametrize(
    ("metadata", "said"),
    [(None, "another program"), ({"km3aid": "{"}, "damaged"), ({"km3aid": "3"}, "another program")],
)
def test_files_of_other_programs_are_refused(tmp_path, metadata, said):
    save_file({"a": torch.zeros(1)}, tmp_path / "m.safetensors", metadata)
    with pytest.raises(CheckpointError, match=said):
        read_model(tmp_path / "m.safetensors")


def test_weights_are_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "new" / "m.safetensors"
    write_model(path, build_model(SMALL), {"preset": "first"})

    def stop(tensors, part, metadata):
        Path(part).write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr("km3aid.models.weights.save_file", stop)
    with pytest.raises(KeyboardInterrupt):
        write_model(path, build_model(SMALL), {"preset": "second"})
    assert read_model(path).header["preset"] == "first"
    assert [p.name for p in path.parent.iterdir()] == ["m.safetensors"]
