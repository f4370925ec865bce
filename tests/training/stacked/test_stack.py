"""A stack of models is validated like each of them alone, follows the schedule, and remembers its best weights."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.training.stacked.test_network import CPU, PLAIN

from km3aid.evaluation.metrics import best_alone, share_right
from km3aid.models.build import build_model
from km3aid.reproduction.sweep.judge import judge_nodes, recorded_shifts
from km3aid.training.config import TrainingConfig
from km3aid.training.stacked.stack import Member, Stack
from km3aid.training.stacked.tables import make_tables
from km3aid.training.stacked.train import Workshop
from km3aid.training.validate import validate

CONFIG = TrainingConfig(
    split="paper", schedule="constant", keep="best", epochs=3, batch_size=16, learning_rate=1e-3, beta2=0.999
)
SHAPE = replace(PLAIN, projection=32)


@pytest.fixture(scope="module")
def workshop(small_data):
    shop = Workshop(small_data, "cpu", lambda line: None)
    torch.manual_seed(0)
    encoder = build_model(SHAPE).state_dict()
    shop.add_encoder("any", {n: w.numpy() for n, w in encoder.items() if n.startswith("spectrum.")})
    return shop


@pytest.fixture(scope="module")
def trained(workshop):
    members = [
        Member("one", SHAPE, np.arange(40), np.arange(40, 64), "any"),
        Member("other", replace(SHAPE, tau1=1.0, tau2=12.0), np.arange(20, 60), np.arange(5, 20), "any", seed=7),
    ]
    stack = workshop.stack(members, CONFIG)
    (history,) = workshop.train([stack], lambda: False)
    return stack, history, list(workshop.results(stack, history))


def test_validation_equals_that_of_each_model_alone(trained, workshop, small_data):
    _, history, results = trained
    for n, one in enumerate(results):
        model = build_model(one.member.config)
        torch.manual_seed(0)
        encoder = build_model(SHAPE)
        weights = {k: torch.from_numpy(w) for k, w in one.weights.items()}
        model.load_state_dict(weights, strict=False)
        model.spectrum.load_state_dict(encoder.spectrum.state_dict())
        seen = validate(model, small_data, one.member.validation, CPU, batch_size=CONFIG.batch_size)
        line = history[one.best_epoch - 1]
        assert seen.loss == pytest.approx(line["validation_loss"][n], rel=1e-4)
        assert seen.graph_accuracy == pytest.approx(line["validation_spectrum_to_molecule"][n])
        assert seen.node_accuracy == pytest.approx(line["validation_alone"][n], abs=1e-6)
        assert one.flags["alone"].mean() == pytest.approx(seen.node_accuracy, abs=1e-6)
        assert len(one.flags["released"]) == len(one.member.validation)


def test_the_released_metric_is_a_softmax_over_peaks_first(trained, workshop, small_data):
    stack, _, results = trained
    found = workshop.scores(stack, [np.arange(5, 20)] * 2)
    ppm = recorded_shifts(small_data, np.arange(5, 20))
    for n, (similarity, logits) in enumerate(found):
        assert similarity.shape == (15, 15)
        shares = [
            share_right(p[best_alone(np.log(np.exp(m - m.max(0)) / np.exp(m - m.max(0)).sum(0)))], p)
            for m, p in zip(logits, ppm, strict=True)
        ]
        judged = judge_nodes(logits, ppm)[:, 1]
        np.testing.assert_allclose(judged, shares, atol=1e-6)
        if n == 1:
            np.testing.assert_allclose(results[1].flags["released"], judged, atol=1e-6)


def test_the_best_weights_are_remembered(workshop):
    stack = workshop.stack([Member("one", SHAPE, np.arange(40), np.arange(40, 64), "any")] * 2, CONFIG)
    name = "peak.position.weight"
    first = stack.net.weights[name].detach().clone()
    stack.keep(torch.tensor([1.0, 1.0]))
    with torch.no_grad():
        stack.net.weights[name].add_(1)
    stack.epochs = 1
    stack.keep(torch.tensor([2.0, 0.5]))
    stack.keep(torch.tensor([float("nan")] * 2))
    stack.take_best()
    torch.testing.assert_close(stack.net.weights[name].detach(), first + torch.tensor([0.0, 1.0]).view(2, 1, 1))
    assert stack.best_epoch == [0, 1]


def test_the_rate_follows_one_cycle(small_data):
    config = replace(CONFIG, schedule="one-cycle", epochs=2, weight_decay=0.0)
    model = replace(SHAPE, alpha=1.0, frozen_spectrum=False)
    stack = Stack([Member("e", model, np.arange(32), np.arange(32, 64))], make_tables(small_data, CPU), config)
    step, rates, moved = stack.epoch(), [], []
    for _ in range(2):
        before = stack.net.weights["readout.mlp.0.weight"].detach().clone()
        step()
        rates.append(float(stack.rate))
        moved.append(float((stack.net.weights["readout.mlp.0.weight"].detach() - before).abs().max()))
    assert rates[0] == pytest.approx(0.02 * config.learning_rate, rel=1e-5)
    assert rates[1] > 10 * rates[0]
    assert moved[0] == pytest.approx(rates[0], rel=0.05)
    assert moved[1] > 5 * moved[0]


def test_one_cycle_ends_by_the_clock(workshop, small_data):
    config = replace(CONFIG, schedule="one-cycle", epochs=100)
    model = replace(SHAPE, alpha=1.0, frozen_spectrum=False)
    stack = workshop.stack([Member("e", model, np.arange(32), np.arange(32, 64))], config)
    seen: list[float] = []

    def clock() -> float:
        seen.append(float(stack.rate))
        return len(seen) / 4

    workshop.train([stack], lambda: len(seen) >= 4, clock=clock)
    assert stack.epochs == 4
    assert max(seen) > 0.7 * config.learning_rate
    assert float(stack.rate) < 0.01 * config.learning_rate
