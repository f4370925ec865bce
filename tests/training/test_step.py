import copy
from dataclasses import replace

import lightning
import numpy as np
import pytest
import torch

from km3aid.data.batches import Augmentation, cut_batch
from km3aid.data.dataset import in_memory
from km3aid.data.filled import fill, pack
from km3aid.data.folds import Split
from km3aid.models.build import build_model
from km3aid.models.config import JointConfig
from km3aid.models.tensors import on_device
from km3aid.training.config import TrainingConfig
from km3aid.training.fit import _adamw
from km3aid.training.split import Material
from km3aid.training.step import FixedStep, FreeStep, unpack
from km3aid.training.stream import Cut, sizes_of_batches

MODEL = JointConfig(width=16, hidden=16, layers=2, graph_dim=8, node_dim=8, peak_width=16, peak_layers=1, node_group=4)
CONFIG = TrainingConfig(batch_size=12)


@pytest.fixture
def cuts(small_data):
    rng = np.random.default_rng(0)
    rows = [rng.permutation(48)[:12] for _ in range(4)]
    return [Cut(cut_batch(small_data, r, small_data.spectrum_offset[r], Augmentation(), rng), r) for r in rows]


@pytest.fixture
def sizes(small_data):
    return sizes_of_batches(Material(in_memory(small_data), Split(np.arange(48), np.arange(48, 60))), 12, 4)


def test_what_was_packed_is_unpacked(cuts, sizes):
    filled = fill(cuts[0].batch, sizes)
    found = unpack(torch.from_numpy(pack(filled)), sizes)
    for before, after in zip(on_device(filled), found, strict=True):
        for name in before._fields:
            a, b = getattr(before, name), getattr(after, name)
            assert a == b if isinstance(a, int) else (a.dtype == b.dtype and torch.equal(a, b)), name


@pytest.mark.parametrize("configuration", [False, True])
def test_a_step_of_fixed_size_is_the_same_step(cuts, sizes, configuration):
    """Three filled batches and one that is too large end where the free steps end, but for rounding."""
    torch.manual_seed(0)
    plain = build_model(replace(MODEL, configuration=configuration))
    ends = []
    for fixed in (False, True):
        model = copy.deepcopy(plain)
        average = copy.deepcopy(plain).eval()
        optimiser = _adamw(model, CONFIG)
        if fixed:
            step = FixedStep(model, average, optimiser, 1.0, sizes)
            batches = [pack(fill(cut.batch, sizes)) for cut in cuts[:3]] + [cuts[3].batch]
        else:
            fabric = lightning.Fabric(accelerator="cpu", devices=1, precision="32-true")
            wrapped, optimiser = fabric.setup(model, optimiser)
            wrapped.mark_forward_method("losses")
            step, batches = FreeStep(fabric, wrapped, average, optimiser, 1.0), cuts
        model.train()
        for n, batch in enumerate(batches):
            step(batch, 1e-3 * (n + 1), 0.5 + 0.1 * n)
        ends.append((model.state_dict(), average.state_dict(), step.sums))
    for before, after in zip(*ends, strict=True):
        torch.testing.assert_close(before, after, rtol=1e-3, atol=2e-5)
    moved = [(ends[1][0][n] - w).abs().max().item() for n, w in plain.state_dict().items()]
    assert np.median(moved) > 1e-3


@pytest.mark.parametrize(("precision", "rounded"), [("32-true", torch.float32), ("bf16-mixed", torch.bfloat16)])
def test_a_free_step_multiplies_in_the_precision_asked_for_and_shifts_never_do(cuts, precision, rounded):
    model = build_model(MODEL)
    seen = {}
    for name in ("encoder.layers.0.mix", "shift.0"):
        model.get_submodule(name).register_forward_hook(lambda _, __, out, name=name: seen.update({name: out.dtype}))
    fabric = lightning.Fabric(accelerator="cpu", devices=1, precision=precision)
    wrapped, optimiser = fabric.setup(model, _adamw(model, CONFIG))
    wrapped.mark_forward_method("losses")
    FreeStep(fabric, wrapped, copy.deepcopy(model), optimiser, 1.0)(cuts[0], 1e-3, 0.5)
    assert seen == {"encoder.layers.0.mix": rounded, "shift.0": torch.float32}
