import pytest
from tests.conftest import made_smiles

from km3aid.engine import Engine
from km3aid.evaluation.recall import agreement, best_rows, measure_recall
from km3aid.library import Library
from km3aid.search.local import find_candidates
from km3aid.search.query import NO_FILTERS, Limits
from km3aid.spectra import Spectrum


@pytest.fixture(scope="module")
def engine():
    return Engine.load(device="cpu")


@pytest.fixture(scope="module")
def library(engine, tmp_path_factory):
    path = tmp_path_factory.mktemp("recall") / "lib"
    engine.build_library([(s, None) for s in made_smiles()], path)
    return Library.open(path)


def test_a_search_that_looks_at_few_molecules_agrees_with_a_complete_scoring_in_part(engine, library):
    question = engine.query(Spectrum.from_shifts([58.0, 30.0, 14.0]))
    whole = best_rows(question, find_candidates(question, library, NO_FILTERS))
    assert agreement(question, library, whole) == 1
    assert agreement(question, library, whole[:7]) == 0.7
    few = best_rows(question, find_candidates(question, library, NO_FILTERS, Limits(exactly=3)))
    assert agreement(question, library, few) <= 0.3


def test_recall_is_measured_on_molecules_of_the_library_itself(engine, library):
    steps = []
    found = measure_recall(engine, library, 5, progress=steps.append)
    assert found["queries"] == len(steps) == 5
    assert found["recall_of_top_10"] == 1  # so small a library is matched whole
    assert found["molecule_in_top_10"] > 0.5
    assert measure_recall(engine, library, 5, seed=1)["queries"] == 5
