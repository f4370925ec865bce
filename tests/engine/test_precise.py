"""Two models: libraries have one, questions about single structures the other, which is more precise."""

import pytest

from km3aid import Engine, Spectrum
from km3aid.engine import bundled
from km3aid.errors import CheckpointError

ETHANOL = Spectrum.from_shifts([58.2, 18.1])


def carbonyl(prediction):
    return max(carbon.shift_ppm for carbon in prediction.carbons)


def test_single_structures_are_judged_by_the_precise_model(one_model, both):
    assert carbonyl(both.predict("CC(C)=O")) == pytest.approx(carbonyl(one_model.predict("CC(C)=O")) + 2, abs=0.02)
    here, there = (e.assign("CCO", ETHANOL).assignments[0].predicted_ppm for e in (one_model, both))
    assert there == pytest.approx(here + 2, abs=0.02)
    assert both.matrix("CCO", ETHANOL).cost != one_model.matrix("CCO", ETHANOL).cost
    scores = [e.rank(["CCO", "COC"], ETHANOL).hits[0].score for e in (one_model, both)]
    assert scores[0] != scores[1]
    assert both.verify("CCO", ETHANOL).probability != one_model.verify("CCO", ETHANOL).probability


def test_libraries_keep_their_model(engine, both, tmp_path):
    assert both.model_sha256 == engine.model_sha256 != both.precise.model_sha256
    for model, name in ((both, "ours"), (engine, "theirs")):
        model.build_library([("CCO", None), ("COC", None), ("CCC", None)], tmp_path / name)
    ours, theirs = (next(iter((tmp_path / name).glob("shard-*"))).read_bytes() for name in ("ours", "theirs"))
    assert ours == theirs


def test_verification_finds_isomers_in_a_library_of_the_other_model(both, tmp_path):
    both.build_library([("CCO", None), ("COC", None)], tmp_path / "library")
    assert both.verify("CCO", ETHANOL, library=tmp_path / "library").compared >= 1


def test_what_is_prepared_need_not_be_encoded_again(both, monkeypatch):
    both.prepare(["CC(C)CO"])
    monkeypatch.setattr("km3aid.engine.kept.encode_molecules", lambda *_: pytest.fail("encoded again"))
    both.predict("CC(C)CO")


def test_with_other_constants_an_engine_answers_by_itself(both, one_model):
    changed = both.matching.changed(unassigned_peak=1.0)
    alone = both.with_matching(changed)
    assert alone.precise.matching == changed
    assert alone.predict("CC(C)=O") == one_model.with_matching(changed).predict("CC(C)=O")


def test_a_model_that_is_named_stands_alone(both):
    assert Engine.load(both.path).precise.path == both.path
    assert Engine.load(both.precise_path).precise.path == both.precise_path


def test_a_package_that_lacks_a_model_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(bundled.resources, "files", lambda _: tmp_path)
    (tmp_path / "weights").mkdir()
    for name in ("best.safetensors", "precise.safetensors"):
        with pytest.raises(CheckpointError, match=f"{name}: missing; install km3aid again"):
            bundled.bundled_models()
        (tmp_path / "weights" / name).write_bytes(b"")
    assert [file.name for file in bundled.bundled_models()] == ["best.safetensors", "precise.safetensors"]
