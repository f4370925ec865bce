"""Constants fitted on made-up cases: the better ones win, and nothing is changed on the way."""

from dataclasses import replace

import numpy as np
import pytest
from tests.evaluation.made_up import ByShift, case

from km3aid.evaluation.calibration import calibrate, fit_confidence, fit_constant, fit_shifts, write_calibrated
from km3aid.matching.config import MatchConfig
from km3aid.matching.cost import shift_cost
from km3aid.models.weights import read_model_file


def made_cases(count=60, scale=1.0, off=2.0, seed=0):
    """Carbons whose shifts lie `off` times as far from the predictions as `scale` states, on average."""
    rng = np.random.default_rng(seed)
    predicted = [np.sort(rng.uniform(5, 200, 7)) for _ in range(count)]
    return [
        case(p, np.round(p + rng.laplace(0, off * scale, 7), 2), scale=scale, row=n) for n, p in enumerate(predicted)
    ]


def test_scales_come_from_the_errors():
    cases = made_cases(400)
    matching, tried = fit_shifts(cases, MatchConfig(overlap=4.0))
    assert matching.overlap == 4.0
    assert [t["value"] for t in tried] == ["stated", "fitted"]
    away = np.concatenate([np.abs(c.recorded_ppm - c.predicted_ppm) for c in cases]).astype(float)

    def cost(config):
        return pytest.approx(shift_cost(away, np.ones(len(away)), config).mean(), abs=0.005)

    assert tried[0]["cost"] == cost(MatchConfig())
    assert tried[1]["cost"] == cost(matching) == cost(MatchConfig(scale_factor=2.0, outlier=1e-6))  # as they are made
    assert tried[1]["cost"] < tried[0]["cost"] - 0.1


@pytest.mark.parametrize(("name", "values"), [("unassigned_peak", (0.01, 6.0)), ("unassigned_peak", (6.0, 0.01))])
def test_the_constant_that_assigns_best_wins(name, values):
    matcher = ByShift(MatchConfig(unassigned_peak=0.5, unobserved_carbon=0.01))  # too ready to leave peaks alone
    matching, tried = fit_constant(matcher, made_cases(), name, values)
    accuracy = {t["value"]: t["accuracy"] for t in tried}
    assert accuracy[6.0] > accuracy[0.01] + 0.05
    assert getattr(matching, name) == 6.0
    for step in tried:
        assert step["accuracy"] == pytest.approx(np.mean(step["by_kind"]))
        assert len(step["by_kind"]) == 3


def test_a_constant_that_matters_nothing_stays():
    matcher = ByShift(MatchConfig(wrong_multiplicity=0.01))  # the peaks have none
    matching, tried = fit_constant(matcher, made_cases(10), "wrong_multiplicity", (0.003, 0.01, 0.025))
    assert len({t["accuracy"] for t in tried}) == 1
    assert matching == matcher.matching


@pytest.mark.parametrize("name", ["per_carbon", "distinct"])
def test_the_confidence_with_the_lowest_brier_score_wins(name):
    matcher = ByShift(MatchConfig(scale_factor=0.3))  # far too sure
    matching, tried = fit_confidence(matcher, made_cases(off=4.0), name)
    best = min(tried, key=lambda t: t["brier"])
    assert getattr(matching, name).temperature == best["value"]
    assert len({t["brier"] for t in tried}) > 1
    assert best["ece"] < 0.1
    other = "distinct" if name == "per_carbon" else "per_carbon"
    assert getattr(matching, other) == getattr(matcher.matching, other)


def test_calibration_makes_nothing_worse_and_leaves_the_matcher_alone():
    cases, matcher = made_cases(25), ByShift(MatchConfig(unassigned_peak=0.1))
    before = matcher.matching
    matching, tried = calibrate(matcher, cases)
    assert matcher.matching == before
    settings = [t["setting"] for t in tried]
    assert settings[0] == "scale"
    assert settings.count("per_carbon") == settings.count("distinct") == 4
    for name in dict.fromkeys(settings):
        steps = [t for t in tried if t["setting"] == name and "accuracy" in t]
        if steps:
            chosen = next(t for t in steps if t["value"] == getattr(matching, name))
            assert chosen["accuracy"] >= max(t["accuracy"] for t in steps) - 0.0005
    assert matching.unassigned_peak > 1


def test_what_is_told_goes_with_the_constants_of_matching_it_was_fitted_with(engine, tmp_path):
    def written(matching, **given):
        write_calibrated(engine, matching, tmp_path / "weights.safetensors", **given)
        return read_model_file(tmp_path / "weights.safetensors").header

    kept = written(engine.matching)
    assert {"presence", "verifiers", "configurations"} <= set(kept)
    assert kept == engine.header
    other = replace(engine.matching, outlier=engine.matching.outlier / 2)
    dropped = written(other)
    assert not {"presence", "verifiers", "configurations"} & set(dropped)
    assert dropped["matching"] == other.to_dict()
    told = written(engine.matching, told={"configurations": {"per_carbon": 0.1, "distinct": 0.2}})
    assert told == {**engine.header, "configurations": {"per_carbon": 0.1, "distinct": 0.2}}
