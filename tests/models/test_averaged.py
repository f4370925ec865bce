"""The mean of several models: what it takes of each."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from km3aid.data.batches import collate
from km3aid.models.averaging import average
from km3aid.models.build import build_model
from km3aid.models.checkpoint import read_model, write_finished
from km3aid.models.config import JointConfig, model_config
from km3aid.models.network import open_network
from km3aid.models.tensors import on_device
from km3aid.models.weights import read_model_file
from km3aid.molecules import featurise, parse_smiles

CONFIG = JointConfig(width=16, hidden=24, layers=2, graph_dim=8, node_dim=8, peak_width=8, configuration=True)
GRAPH = collate([featurise(parse_smiles(smiles).mol) for smiles in ("CC(=O)OC", "C[C@H](O)[C@@H](C)Cl")])


@pytest.fixture
def models():
    configs = (CONFIG, replace(CONFIG, width=24, layers=3), CONFIG)
    return [build_model(config).eval() for config in configs]


def test_shifts_are_the_mean_and_all_else_is_of_the_first(models):
    graph = on_device(GRAPH)
    with torch.no_grad():
        both, each = average(models[0], models[1:]).encode(graph), [model.encode(graph) for model in models]
    torch.testing.assert_close(both.shift_ppm, sum(e.shift_ppm for e in each) / 3)
    assert torch.equal(both.graph, each[0].graph)
    assert torch.equal(both.node, each[0].node)


@pytest.mark.parametrize("disagreement", [0.0, 1.0, 2.5])
def test_the_scale_is_the_geometric_mean_and_wider_where_the_models_disagree(models, disagreement):
    graph = on_device(GRAPH)
    with torch.no_grad():
        both = average(models[0], models[1:], disagreement).encode(graph)
        each = [model.encode(graph) for model in models]
    mean = sum(e.log_scale for e in each) / 3
    apart = sum((e.shift_ppm - both.shift_ppm).abs() for e in each) / 3
    torch.testing.assert_close(both.log_scale.exp(), mean.exp() + disagreement * apart)


def test_of_further_models_only_what_predicts_shifts_is_kept(models):
    names = average(models[0], models[1:2]).state_dict()
    assert {name.split(".")[2] for name in names if name.startswith("others.0")} == {"encoder", "shift"}
    assert {name.split(".", 1)[1] for name in names if name.startswith("first.")} == set(models[0].state_dict())


def test_it_is_written_and_read_as_any_model_and_runs_without_torch(models, tmp_path):
    model = average(models[0], models[1:])
    write_finished(tmp_path / "averaged.safetensors", model, {})
    assert (
        model_config(model.config.to_dict())
        == model.config
        == read_model(tmp_path / "averaged.safetensors").model.config
    )
    with torch.no_grad():
        here = model.half().float().encode(on_device(GRAPH))
    there = open_network(read_model_file(tmp_path / "averaged.safetensors"), "cpu").encode(GRAPH)
    np.testing.assert_allclose(there.shift_ppm, here.shift_ppm.numpy(), atol=1e-3)
    np.testing.assert_allclose(there.graph, here.graph.numpy(), atol=1e-4)
