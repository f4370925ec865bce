"""Presence fitted and judged on made-up comparisons."""

import numpy as np
import pytest

from km3aid.evaluation.presence import evaluate_presence, fit_presence
from km3aid.evaluation.trials import Trial


def trial(present, value, *, kind="distinct", among="all", right=True, share=0.8):
    return Trial(kind, among, {"value": value}, present, present and right, share)


def made(rng, count, kind="distinct", among="all"):
    """The right one is there where a noisy figure is above 0."""
    present = rng.random(count) < 0.5
    values = np.where(present, 1.0, -1.0) + rng.normal(0, 1, count)
    return [trial(bool(p), float(v), kind=kind, among=among) for p, v in zip(present, values, strict=True)]


def test_the_fit_is_calibrated_on_others_of_its_kind():
    rng = np.random.default_rng(0)
    presence = fit_presence([*made(rng, 4000), *made(rng, 1000, "per_carbon")])
    report = evaluate_presence(presence, made(rng, 4000))["distinct"]["all"]
    assert report["calibration_error"] < 0.03
    assert report["area_under_curve"]["value"] == pytest.approx(0.921, abs=0.02)  # Φ(√2)
    low, high = (report["area_under_curve"][name] for name in ("low", "high"))
    assert low < report["area_under_curve"]["value"] < high


def test_each_form_has_constants_of_its_own():
    rng = np.random.default_rng(0)
    turned = [t._replace(figures={"value": -t.figures["value"]}) for t in made(rng, 500, "per_carbon")]
    presence = fit_presence([*made(rng, 500), *turned])
    assert presence.distinct.weights["value"] > 1
    assert presence.per_carbon.weights["value"] < -1


def test_a_real_line_weighs_as_much_as_four():
    agreed, against = trial(True, 1.0, kind="literature"), trial(False, 1.0)
    rest = [trial(False, -1.0), trial(True, 0.0), *(trial(p, 0.0, kind="per_carbon") for p in (True, False))]
    presence = fit_presence([agreed, *[against] * 4, *rest])
    assert presence.distinct({"value": 1.0}) == pytest.approx(0.5, abs=0.12)


def test_the_first_hits_probability_is_judged_by_whether_it_is_right():
    rng = np.random.default_rng(1)
    presence = fit_presence([*made(rng, 500), *made(rng, 500, "per_carbon")])
    sure = [trial(True, 9.0, share=1.0, right=True)] * 3 + [trial(False, 9.0, share=1.0)]
    first = evaluate_presence(presence, sure)["distinct"]["all"]["first_hit"]
    assert first["absent_but_0.9"] == 1.0
    assert first["present_and_0.9"] == 1.0
    assert first["right_at_0.9"] == 0.75
    unsure = [t._replace(first_share=0.5) for t in sure]
    assert evaluate_presence(presence, unsure)["distinct"]["all"]["first_hit"]["absent_but_0.9"] == 0.0
