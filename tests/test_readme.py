"""The README's figures are those of the files under `results/`, and those are of the weights that ship."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from km3aid.engine.bundled import identity_of

ROOT = Path(__file__).parents[1]


def test_figures_are_those_of_the_results():
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "figures.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["search", "elucidate"])
def test_results_are_of_the_bundled_weights(engine, name):
    assert _read(name)["model_sha256"] == engine.model_sha256


@pytest.mark.parametrize("name", ["validation", "library/assignment", "library/diastereomers", "library/trust"])
def test_results_are_of_the_model_of_libraries_and_its_constants(engine, name):
    result = _read(name)
    assert {key: result[key] for key in engine.identity} == engine.identity


@pytest.mark.parametrize("name", ["retrieval", "literature", "search", "trust"])
def test_searches_are_of_both_models(engine, name):
    result = _read(name)
    assert {key: result[key] for key in identity_of(engine)} == identity_of(engine)


@pytest.mark.parametrize("name", ["assignment", "isomers", "diastereomers", "precise"])
def test_results_are_of_the_precise_model_and_its_constants(engine, name):
    result = _read(name)
    assert {key: result[key] for key in engine.precise.identity} == engine.precise.identity


def _read(name):
    return json.loads((ROOT / "results" / f"{name}.json").read_text())


def test_the_package_stays_small():
    assert sum(f.stat().st_size for f in (ROOT / "src" / "km3aid" / "weights").iterdir()) < 20_000_000
