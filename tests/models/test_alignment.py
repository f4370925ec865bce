from dataclasses import replace

import numpy as np
import pytest
import torch

from km3aid.data.batches import NONE, cut_batch
from km3aid.errors import CheckpointError
from km3aid.models.alignment import AlignmentModel
from km3aid.models.checkpoint import read_model, write_model
from km3aid.models.config import ModelConfig

SMALL = ModelConfig(width=48, hidden=64, layers=3, graph_dim=32, node_dim=32, peak_width=32)


def batch_of(data, rows):
    rows = np.asarray(rows)
    return cut_batch(data, rows, data.spectrum_offset[rows], NONE, np.random.default_rng(0))


def test_overfits_32_pairs(small_data):
    torch.manual_seed(0)
    model = AlignmentModel(SMALL)
    batch = batch_of(small_data, np.arange(32))
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(250):
        loss = model.losses(batch).total
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    encoded = model.encode(batch.graph)
    found = (model.encode_spectra(batch.peaks) @ encoded.graph.T).argmax(1)
    assert found.tolist() == list(range(32))
    error = (encoded.shift_ppm[batch.carbons.atom] - batch.carbons.shift_ppm).abs()
    assert float(error.detach().median()) < 3


def test_permuting_atoms_changes_nothing(small_data):
    torch.manual_seed(0)
    model = AlignmentModel(SMALL).eval()
    graph = batch_of(small_data, [3, 7, 20]).graph
    order = torch.cat([torch.randperm(int(n)) + int(s) for n, s in _blocks(graph)])
    back = torch.argsort(order)
    permuted = graph._replace(
        atoms=graph.atoms[order], edge_source=back[graph.edge_source], edge_target=back[graph.edge_target]
    )
    a, b = model.encode(graph), model.encode(permuted)
    torch.testing.assert_close(a.graph, b.graph)
    torch.testing.assert_close(a.shift_ppm[order], b.shift_ppm)


def _blocks(graph):
    sizes = torch.bincount(graph.atom_molecule)
    return zip(sizes, torch.cumsum(sizes, 0) - sizes, strict=True)


def test_permuting_peaks_changes_nothing(small_data):
    torch.manual_seed(0)
    model = AlignmentModel(SMALL).eval()
    peaks = batch_of(small_data, [3, 7, 20]).peaks
    flipped = type(peaks)(*(x.flip(1) for x in peaks))
    torch.testing.assert_close(model.encode_spectra(peaks), model.encode_spectra(flipped))


def test_padding_changes_nothing(small_data):
    torch.manual_seed(0)
    model = AlignmentModel(SMALL).eval()
    alone = model.encode_spectra(batch_of(small_data, [0]).peaks)
    among = model.encode_spectra(batch_of(small_data, [0, 33, 40]).peaks)
    torch.testing.assert_close(alone[0], among[0])


def test_weights_survive_the_disk(tmp_path, small_data):
    model = AlignmentModel(SMALL).eval()
    write_model(tmp_path / "m.safetensors", model, {"preset": "test"})
    again = read_model(tmp_path / "m.safetensors")
    graph = batch_of(small_data, [1, 2]).graph
    torch.testing.assert_close(again.model.encode(graph).graph, model.encode(graph).graph)
    assert again.header["preset"] == "test"


@pytest.mark.parametrize("content", [b"", b"not a model" * 50])
def test_damaged_weights_are_an_error(tmp_path, content):
    (tmp_path / "m.safetensors").write_bytes(content)
    with pytest.raises(CheckpointError, match="damaged"):
        read_model(tmp_path / "m.safetensors")


def test_weights_of_another_shape_are_an_error(tmp_path):
    write_model(tmp_path / "m.safetensors", AlignmentModel(SMALL), {})
    text = (tmp_path / "m.safetensors").read_bytes()
    (tmp_path / "m.safetensors").write_bytes(text.replace(b'\\"width\\": 48', b'\\"width\\": 96'))
    with pytest.raises(CheckpointError, match="another version"):
        read_model(tmp_path / "m.safetensors")


def test_unknown_setting_is_an_error():
    with pytest.raises(Exception, match="unknown model setting 'wdith'"):
        ModelConfig.from_dict({"wdith": 3})
    assert replace(SMALL).to_dict()["width"] == 48
