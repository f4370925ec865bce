"""`km3aid evaluate` on 64 molecules: the figures name the weights and the constants that they depend on."""

import json

import pytest
from typer.testing import CliRunner

from km3aid.cli.app import app
from km3aid.data.prepare import prepare
from km3aid.engine import Engine
from km3aid.engine.bundled import identity_of
from km3aid.errors import ConfigError
from km3aid.evaluation.trust import Trust
from km3aid.matching.presence import Presence
from km3aid.matching.verifier import Verifiers


@pytest.fixture
def evaluate(small_source, untrained_weights, tmp_path):
    prepare(small_source[0], tmp_path / "data", workers=1)

    def run(task, *more):
        block = ["--data", str(tmp_path / "data"), "--paper-ids", str(small_source[1]), "--device", "cpu"]
        return CliRunner().invoke(app, ["evaluate", task, *block, "--model", str(untrained_weights), *more])

    return run


@pytest.mark.parametrize("task", ["validation", "assignment", "isomers", "diastereomers"])
def test_figures_name_what_they_depend_on(evaluate, untrained_weights, task):
    written = json.loads(evaluate(task).stdout)
    identity = Engine.load(untrained_weights, "cpu").identity
    assert {name: written[name] for name in identity} == identity
    assert set(identity) == {"model_sha256", "matching_sha256"}
    assert (written["task"], written["fold"]) == (task, 0)


def test_a_calibration_names_the_weights_that_it_wrote(evaluate, untrained_weights, tmp_path):
    before = Engine.load(untrained_weights, "cpu").identity
    result = evaluate("calibrate", "--weights", str(tmp_path / "new.safetensors"), "--out", str(tmp_path / "out.json"))
    assert result.exception is None
    written, engine = json.loads((tmp_path / "out.json").read_text()), Engine.load(tmp_path / "new.safetensors", "cpu")
    assert {name: written[name] for name in before} == engine.identity
    assert engine.identity["matching_sha256"] != before["matching_sha256"]
    assert engine.matching.to_dict() == written["matching"]
    assert engine.familiar is not None  # what trained without the block


def test_trust_is_written_into_the_precise_model(small_source, engine, tmp_path, monkeypatch):
    prepare(small_source[0], tmp_path / "data", workers=1)
    engine.build_library([("CCO", None)], tmp_path / "library")
    (tmp_path / "lines.jsonl").write_text('{"report": "13C NMR (CDCl3) δ 58.1, 18.2", "smiles": "CCO"}\n')
    fitted = Trust(Presence(), Verifiers(), {"fitted": True})
    monkeypatch.setattr("km3aid.evaluation.trust.fit_trust", lambda *_: fitted)
    block = ["--data", str(tmp_path / "data"), "--paper-ids", str(small_source[1])]
    files = ["--literature", str(tmp_path / "lines.jsonl"), "--weights", str(tmp_path / "new.safetensors")]
    call = ["evaluate", "trust", *block, *files, "--library", str(tmp_path / "library")]
    written = json.loads(CliRunner().invoke(app, call).stdout)
    assert {name: written[name] for name in identity_of(engine)} == identity_of(engine)
    assert len(identity_of(engine)) == 4
    new = Engine.load(tmp_path / "new.safetensors", "cpu")
    assert new.identity == engine.precise.identity
    assert (new.presence, new.verifiers) == (fitted.presence, fitted.verifiers)


def test_what_cannot_be_written_is_refused_before_the_work(evaluate, tmp_path):
    result = evaluate("assignment", "--out", str(tmp_path / "none" / "out.json"))
    assert isinstance(result.exception, ConfigError)
