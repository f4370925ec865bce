"""Stacked models compute what each model computes by itself."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from km3aid.data.batches import AS_RECORDED, cut_batch
from km3aid.models.build import build_model
from km3aid.models.config import KM3AIDConfig
from km3aid.models.tensors import on_device
from km3aid.training.stacked.network import Features, StackedNetwork, shared_shape
from km3aid.training.stacked.pieces import neighbour_sum, plain_neighbour_sum
from km3aid.training.stacked.tables import Batches, cut_batches, make_tables, sizes_for

PLAIN = KM3AIDConfig(layers=3, width=16, projection=24, dropout=0.0, projection_dropout=0.0)
VARIANTS = (
    PLAIN,
    replace(PLAIN, tau1=1.0, tau2=12.0),
    replace(PLAIN, discrimination="strong-pair", normalised=False, alpha=0.5),
    replace(PLAIN, discrimination="weak-pair", threshold_ppm=5.0),
    replace(PLAIN, discrimination="laplace", kernel_ppm=0.3, peak_centre_ppm=90.0, peak_unit_ppm=50.0),
    replace(PLAIN, discrimination="laplace", kernel_ppm=0.0),
)
CPU = torch.device("cpu")


def plain_batch(data, rows):
    batch = on_device(cut_batch(data, rows, data.spectrum_offset[rows], AS_RECORDED, np.random.default_rng(0)))
    peaks = batch.peaks._replace(shift_ppm=batch.peaks.shift_ppm.double())
    return batch._replace(peaks=peaks, carbons=batch.carbons._replace(shift_ppm=batch.carbons.shift_ppm.double()))


def built(configs):
    models = []
    for number, config in enumerate(configs):
        torch.manual_seed(number)
        model = build_model(config).double()
        for module in model.modules():
            if isinstance(module, torch.nn.Linear | torch.nn.BatchNorm1d | torch.nn.LayerNorm):
                torch.nn.init.normal_(module.bias, std=0.1)
        models.append(model.train())
    return models


def step_of(batches: Batches, step: int) -> Batches:
    return Batches._make(field[step] for field in batches)


@pytest.mark.parametrize(
    "configs",
    [
        VARIANTS,
        [replace(c, channel=False) for c in VARIANTS[:2]],
        [replace(PLAIN, alpha=1.0, frozen_spectrum=False)] * 2,
    ],
    ids=["channel", "no-channel", "pretraining"],
)
def test_training_steps_equal_those_of_each_model_alone(small_data, configs):
    tables = make_tables(small_data, CPU, torch.float64)
    models = built(configs)
    rng, steps = np.random.default_rng(1), 3
    rows = np.stack([[rng.permutation(len(small_data))[:16] for _ in configs] for _ in range(steps)])
    features = None
    if configs[0].frozen_spectrum:
        every = np.arange(len(small_data))
        table = [torch.cat([m.spectrum(plain_batch(small_data, every).peaks), torch.zeros(1, 768)]) for m in models]
        features = Features(torch.cat(table).detach(), torch.arange(len(models)) * (len(small_data) + 1))
    stack = StackedNetwork(models, tables, features)
    batches = cut_batches(tables, torch.from_numpy(rows), sizes_for(tables, np.arange(len(small_data)), 16))
    own = [torch.optim.AdamW([p for p in m.parameters() if p.requires_grad], 1e-2) for m in models]
    ours = torch.optim.AdamW(stack.weights.values(), 1e-2)
    for step in range(steps):
        found = stack(step_of(batches, step))
        ours.zero_grad()
        found.total.sum().backward()
        ours.step()
        for n, (model, optimiser) in enumerate(zip(models, own, strict=True)):
            losses = model.losses(plain_batch(small_data, rows[step, n]))
            optimiser.zero_grad()
            losses.total.backward()
            optimiser.step()
            expected = torch.stack([losses.total, losses.graph, losses.node])
            torch.testing.assert_close(torch.stack(found[:3])[:, n], expected, rtol=1e-7, atol=1e-9)
    for n, model in enumerate(models):
        state = model.state_dict()
        for name, value in stack.state(n).items():
            torch.testing.assert_close(
                value,
                state[name],
                rtol=1e-5,
                atol=1e-7,
            )


def test_padding_and_an_incomplete_batch_change_nothing(small_data):
    tables = make_tables(small_data, CPU, torch.float64)
    models = built(VARIANTS[:2])
    table = torch.randn(len(small_data) + 1, 768, dtype=torch.float64)
    stack = StackedNetwork(models, tables, Features(table, torch.zeros(2, dtype=torch.long)))
    stack.training = False
    rows = torch.full((1, 2, 16), tables.empty)
    rows[0, :, :5] = torch.tensor([[3, 1, 4, 11, 5], [9, 2, 6, 12, 8]])
    found = stack(step_of(cut_batches(tables, rows, sizes_for(tables, np.arange(len(small_data)), 16)), 0))
    for n, model in enumerate(models):
        own = rows[0, n, :5].numpy()
        losses = model.eval().losses(plain_batch(small_data, own), frozen=table[own])
        torch.testing.assert_close(found.total[n], losses.total)
        torch.testing.assert_close(found.node_loss[n], losses.node)


def test_a_stack_has_one_shape():
    with pytest.raises(ValueError, match="one shape"):
        shared_shape([PLAIN, replace(PLAIN, width=8)])


def test_both_sums_over_neighbours_agree():
    h = torch.randn(2, 4, 3, dtype=torch.float64)
    neighbour, start = torch.tensor([0, 1, 1, 0, 2, 7, 6, 5]), torch.tensor([0, 2, 4, 5, 5, 5, 5, 6, 8])
    found = neighbour_sum(h, neighbour, start)
    torch.testing.assert_close(found, plain_neighbour_sum(h, neighbour, start))
    torch.testing.assert_close(found[1, 3], h[1, 2] + h[1, 1])
