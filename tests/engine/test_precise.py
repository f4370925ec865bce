"""Two models: libraries have one, questions about single structures the other, which is more precise."""

from dataclasses import replace

import pytest
import torch

from km3aid import Engine, Spectrum
from km3aid.engine import bundled
from km3aid.models.averaging import average
from km3aid.models.checkpoint import read_model, write_finished

ETHANOL = Spectrum.from_shifts([58.2, 18.1])


@pytest.fixture(scope="module")
def both(engine, tmp_path_factory):
    """The bundled model, and as the precise one its mean with another whose shifts are 4 ppm higher."""
    first, other = (read_model(engine.path).model for _ in range(2))
    with torch.no_grad():
        other.shift[-1].bias[0] += 4 / 50
    file = tmp_path_factory.mktemp("weights") / "precise.safetensors"
    told = {key: value for key, value in engine.header.items() if key not in ("model", "graphs")}
    write_finished(file, average(first, [other]), told)
    return replace(Engine.load(engine.path), precise_path=file)


def carbonyl(prediction):
    return max(carbon.shift_ppm for carbon in prediction.carbons)


def test_single_structures_are_judged_by_the_precise_model(engine, both):
    assert carbonyl(both.predict("CC(C)=O")) == pytest.approx(carbonyl(engine.predict("CC(C)=O")) + 2, abs=0.02)
    here, there = (e.assign("CCO", ETHANOL).assignments[0].predicted_ppm for e in (engine, both))
    assert there == pytest.approx(here + 2, abs=0.02)
    assert both.matrix("CCO", ETHANOL).cost != engine.matrix("CCO", ETHANOL).cost
    scores = [e.rank(["CCO", "COC"], ETHANOL).hits[0].score for e in (engine, both)]
    assert scores[0] != scores[1]
    assert both.verify("CCO", ETHANOL).probability != engine.verify("CCO", ETHANOL).probability


def test_libraries_keep_their_model(engine, both, tmp_path):
    assert both.model_sha256 == engine.model_sha256 != both.precise.model_sha256
    both.build_library([("CCO", None), ("COC", None), ("CCC", None)], tmp_path / "library")
    ours, theirs = (e.search(ETHANOL, tmp_path / "library").hits for e in (both, engine))
    assert [hit.score for hit in ours] == [hit.score for hit in theirs]


def test_verification_finds_isomers_in_a_library_of_the_other_model(both, tmp_path):
    both.build_library([("CCO", None), ("COC", None)], tmp_path / "library")
    assert both.verify("CCO", ETHANOL, library=tmp_path / "library").compared >= 1


def test_what_is_prepared_need_not_be_encoded_again(both, monkeypatch):
    both.prepare(["CC(C)CO"])
    monkeypatch.setattr("km3aid.engine.kept.encode_molecules", lambda *_: pytest.fail("encoded again"))
    both.predict("CC(C)CO")


def test_with_constants_of_its_own_an_engine_answers_by_itself(both):
    assert both.with_matching(both.matching).precise is not both.precise


def test_a_model_that_is_named_stands_alone(both):
    assert Engine.load(both.path).precise.path == both.path
    assert Engine.load(both.precise_path).precise.path == both.precise_path


def test_the_precise_model_is_bundled_or_not(tmp_path, monkeypatch):
    monkeypatch.setattr(bundled.resources, "files", lambda _: tmp_path)
    assert bundled.bundled_models() == (tmp_path / "weights" / "best.safetensors", None)
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "precise.safetensors").write_bytes(b"")
    assert bundled.bundled_models()[1] == tmp_path / "weights" / "precise.safetensors"
