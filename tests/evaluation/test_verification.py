"""Verification fitted and judged on made-up structures, and held against a small library."""

import numpy as np
import pytest

from km3aid import Spectrum
from km3aid.evaluation.trials import Question
from km3aid.evaluation.verification import Judged, _isomers, evaluate_verifiers, fit_verifiers, judge
from km3aid.library import Library
from km3aid.molecules import connectivity, parse_smiles

_CENTRE = {"right": 2.0, "close": 0.0, "random": -4.0}


def made(rng, count, kind):
    claims = rng.choice(["right", "close", "random"], count)
    values = np.array([_CENTRE[c] for c in claims]) + rng.normal(0, 1, count)
    figures = [{"value": float(v)} for v in values]
    return [Judged(kind, str(c), f, f) for c, f in zip(claims, figures, strict=True)]


@pytest.fixture(scope="module")
def report():
    rng = np.random.default_rng(0)
    verifiers = fit_verifiers([*made(rng, 6000, "distinct"), *made(rng, 600, "per_carbon")])
    return evaluate_verifiers(verifiers, made(rng, 6000, "distinct"))["distinct"]["beside_isomers"]


def test_the_rates_asked_for_hold_on_others(report):
    verdicts = report["verdicts"]
    assert verdicts["close"]["consistent"] == pytest.approx(0.05, abs=0.015)
    assert verdicts["right"]["inconsistent"] == pytest.approx(0.05, abs=0.015)
    assert verdicts["random"]["inconsistent"] > 0.99
    assert verdicts["right"]["consistent"] == pytest.approx(0.64, abs=0.03)  # Φ(2 − 1.645)
    assert sum(verdicts["right"][v] for v in ("consistent", "undecided", "inconsistent")) == pytest.approx(1)


def test_shares_at_fixed_rates(report):
    assert report["right_accepted_where_close_are_at_5_percent"] == pytest.approx(0.64, abs=0.03)
    assert report["random_accepted_where_right_are_at_95_percent"] < 0.01


def test_close_and_random_isomers_come_from_the_library(engine):
    texts = ["Cc1ccccc1C", "Cc1cccc(C)c1", "CCc1ccccc1", "C=CC=CC=CCC", "CCO"]
    library = Library.of_entries(list(engine.entries((s, None) for s in texts)))
    asked = [Question("distinct", Spectrum.from_shifts([19.7, 126.0, 129.7, 136.4]), "Cc1ccccc1C")]
    found = list(judge(engine, library, asked))
    assert [j.claim for j in found][:1] == ["right"]
    assert {j.claim for j in found} <= {"right", "close", "random"}
    assert [j.claim for j in found].count("random") == 1
    right = next(j for j in found if j.claim == "right")
    assert right.alone["log_compared"] == 0 < right.figures["log_compared"]
    assert all(right.figures["surprise"] <= j.figures["surprise"] for j in found)


def test_what_is_fitted_is_what_verify_tells(engine, one_model):
    spectrum, xylene = Spectrum.from_shifts([19.7, 126.0, 129.7, 136.4]), "Cc1ccccc1C"
    library = Library.of_entries(list(engine.entries([(xylene, None)])))
    found = next(judge(engine, library, [Question("distinct", spectrum, xylene)]))
    told = engine.precise.verifiers.verifier(one_per_carbon=False, alone=False).told(found.figures)
    assert told == pytest.approx(engine.verify(xylene, spectrum).probability, abs=1e-3)
    assert found != next(judge(one_model, library, [Question("distinct", spectrum, xylene)]))


def test_a_wrong_claim_is_never_the_right_connectivity(engine):
    texts = ["C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O", "NCCC(=O)O"]
    library = Library.of_entries(list(engine.entries((s, None) for s in texts)))
    found = _isomers(library, texts[0], np.random.default_rng(0))
    assert {connectivity(text) for _, text in found} == {connectivity("NCCC(=O)O")}
    assert all(parse_smiles(text).formula == "C3H7NO2" for _, text in found)
