"""Batches that are filled up to fixed sizes: the same losses and gradients as those of the batches as they are."""

import json
from dataclasses import replace

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
import torch

from km3aid.data.batches import Augmentation, cut_batch
from km3aid.data.dataset import in_memory, joined, open_dataset
from km3aid.data.filled import FixedSizes, fill
from km3aid.data.teacher import prepare_taught
from km3aid.models.build import build_model
from km3aid.models.config import JointConfig
from km3aid.models.joint.graph_encoder import SumOfEmbeddings
from km3aid.models.tensors import on_device

CONFIG = JointConfig(
    width=16, hidden=16, layers=2, graph_dim=8, node_dim=8, peak_width=16, node_group=4, outlier=0.02, taught_weight=0.5
)
STEREO = [
    "C[C@H](O)[C@@H](O)C(=O)O",
    "C[C@@H]1CC[C@H](C)C[C@@H]1O",
    "C/C=C/C(C)C",
    "C[C@H](N)[C@H](O)CC",
    "OC(=O)[C@H](O)[C@@H](O)C(=O)O",
]


@pytest.fixture
def batch(tmp_path, small_data):
    """Molecules with relations, turns and twins, some of a teacher."""
    rng = np.random.default_rng(0)
    carbons = [s.upper().count("C") for s in STEREO]
    shifts, spreads = ([rng.uniform(*span, n).tolist() for n in carbons] for span in ((10, 180), (0.1, 3)))
    (tmp_path / "pool.smi").write_text("\n".join(STEREO))
    table = pyarrow.table({"line": list(range(len(STEREO))), "shift_ppm": shifts, "spread_ppm": spreads})
    pyarrow.parquet.write_table(table, tmp_path / "labels.parquet")
    (tmp_path / "exclude.json").write_text(json.dumps([]))
    prepare_taught(tmp_path / "pool.smi", [tmp_path / "labels.parquet"], tmp_path / "exclude.json", tmp_path / "taught")
    data = joined(in_memory(small_data), in_memory(open_dataset(tmp_path / "taught")))
    rows = rng.permutation(np.concatenate([np.arange(9), np.arange(len(small_data), len(data))]))
    cut = cut_batch(data, rows, data.spectrum_offset[rows], Augmentation(), rng)
    assert len(cut.graph.turn_kind)
    assert len(cut.graph.relation_kind)
    return cut


def doubled(batch):
    tensors = on_device(batch)
    return type(tensors)(
        *(p._make(x.double() if torch.is_tensor(x) and x.is_floating_point() else x for x in p) for p in tensors)
    )


@pytest.mark.parametrize(("configuration", "nats"), [(False, 0.0), (True, 0.0), (True, 0.5)])
def test_losses_and_gradients_are_those_of_the_batch_as_it_is(batch, configuration, nats, monkeypatch):
    monkeypatch.setattr(torch.Tensor, "float", torch.Tensor.double)  # nothing may be rounded on the way
    torch.manual_seed(0)
    model = build_model(replace(CONFIG, configuration=configuration, reassign_nats=nats)).double()
    for p in model.parameters():  # so that what begins at zero counts
        p.data += 0.1 * torch.randn_like(p)
    filled = fill(batch, FixedSizes(14, 4, 160, 300, 120, 60, 40, 25, (99,) * 5))
    losses, gradients = [], []
    for product, some in ((False, batch), (True, filled)):
        for module in model.modules():
            if isinstance(module, SumOfEmbeddings):
                module.as_product = product
        model.zero_grad()
        found = model.losses(doubled(some))
        found.total.backward()
        losses.append(torch.stack(found))
        gradients.append({name: p.grad for name, p in model.named_parameters() if p.grad is not None})
    torch.testing.assert_close(losses[0], losses[1], rtol=1e-12, atol=1e-12)
    assert gradients[0].keys() == gradients[1].keys()
    for name, gradient in gradients[0].items():
        torch.testing.assert_close(gradient, gradients[1][name], rtol=1e-9, atol=1e-11)
    assert sum(bool(g.abs().max() > 0) for g in gradients[0].values()) > 0.9 * len(gradients[0])
