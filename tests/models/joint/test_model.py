"""What the joint model learns from: spectra that were measured, and those of a teacher."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from km3aid.data.batches import AS_RECORDED, CarbonBatch, cut_batch
from km3aid.models.build import build_model
from km3aid.models.config import JointConfig
from km3aid.models.tensors import on_device

CONFIG = JointConfig(width=16, hidden=16, layers=2, graph_dim=8, node_dim=8, peak_width=16, configuration=True)


def carbons(shift_ppm, noise_ppm):
    n = len(shift_ppm)
    rows, zeros = torch.arange(n), torch.zeros(n, dtype=torch.long)
    return CarbonBatch(rows, zeros, torch.tensor(shift_ppm), zeros, rows, torch.tensor(noise_ppm))


def shift_loss(config, recorded, noise):
    predicted, log_scale = torch.tensor([20.0, 30.0]), torch.zeros(2)
    return float(
        build_model(config)._shift_loss(predicted, log_scale, carbons(recorded, noise), torch.ones(2, dtype=torch.bool))
    )


def test_a_teachers_shift_has_a_weight_and_noise_of_its_own():
    config = replace(CONFIG, taught_weight=0.5, taught_noise=2.0)
    measured, taught = 3.0, 4.0 / (1 + 2 * 0.5) + np.log(1 + 2 * 0.5)
    assert shift_loss(config, [23.0, 34.0], [0.0, 0.0]) == pytest.approx((3 + 4) / 2)
    assert shift_loss(config, [23.0, 34.0], [0.0, 0.5]) == pytest.approx((measured + 0.5 * taught) / 1.5)


def test_the_loss_does_not_ask_which_twin_is_which(small_data):
    torch.manual_seed(0)
    model, rows = build_model(CONFIG), np.arange(12)
    cut = cut_batch(small_data, rows, small_data.spectrum_offset[rows], AS_RECORDED, np.random.default_rng(0))
    batch = on_device(cut)
    shift = batch.carbons.shift_ppm + torch.randn(len(batch.carbons.shift_ppm))
    one_class = batch.carbons._replace(shift_ppm=shift, carbon_class=batch.carbons.molecule)
    swapped = one_class._replace(shift_ppm=shift[_reversed_within(batch.carbons.molecule)])
    losses = [model.losses(batch._replace(carbons=c)).shift.item() for c in (one_class, swapped)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    as_recorded = [batch._replace(carbons=c._replace(carbon_class=c.atom)) for c in (one_class, swapped)]
    apart = [model.losses(other).shift.item() for other in as_recorded]
    assert apart[0] != pytest.approx(apart[1], rel=1e-5)


GRAPH_LEVEL = {"spectrum", "spectrum_projection", "graph_projection", "graph_scale"}
NODE_LEVEL = {"peak", "node_projection", "node_scale"}


@pytest.mark.parametrize(("level", "asleep"), [("graph", GRAPH_LEVEL), ("node", NODE_LEVEL)])
def test_without_weight_a_level_rests_and_the_rest_learns_as_before(small_data, level, asleep):
    rows = np.arange(12)
    cut = cut_batch(small_data, rows, small_data.spectrum_offset[rows], AS_RECORDED, np.random.default_rng(0))
    whole, resting = (build_model(replace(CONFIG, **{f"{level}_weight": weight})) for weight in (0.3, 0.0))
    resting.load_state_dict(whole.state_dict())
    losses, other = (model.losses(on_device(cut)) for model in (whole, resting))
    full, less = ({name: x.item() for name, x in each._asdict().items()} for each in (losses, other))
    assert less[level] == 0 < full[level]
    assert less == pytest.approx({**full, level: 0, "total": full["total"] - 0.3 * full[level]}, rel=1e-6)
    other.total.backward()
    parts = {name.split(".")[0] for name, _ in resting.named_parameters()}
    assert {name.split(".")[0] for name, p in resting.named_parameters() if not p.requires_grad} == asleep
    assert {name.split(".")[0] for name, p in resting.named_parameters() if p.grad is not None} == parts - asleep
    assert torch.equal(resting.encode_spectra(on_device(cut).peaks), whole.encode_spectra(on_device(cut).peaks))


def _reversed_within(molecule):
    return torch.argsort(molecule * 1000 - torch.arange(len(molecule)))
