"""Comparisons with the right structure there and taken away, in a small library and with the bundled model."""

import numpy as np
import pytest
from tests.conftest import made_smiles
from tests.evaluation.made_up import case

from km3aid import Spectrum
from km3aid.evaluation.trials import Question, questions_of, trials
from km3aid.library import Library
from km3aid.matching.presence import bounded
from km3aid.molecules import connectivity

ETHER, ALCOHOL = "CCOCC", "CCCCO"


@pytest.fixture(scope="module")
def library(engine):
    return Library.of_entries(
        list(engine.entries((s, None) for s in [*made_smiles()[:60], ETHER, ALCOHOL])), engine.model_sha256
    )


@pytest.fixture(scope="module")
def spectrum(engine):
    return Spectrum.from_shifts([c.shift_ppm for c in engine.predict(ALCOHOL).carbons])


@pytest.fixture(scope="module")
def found(engine, library, spectrum):
    return list(trials(engine, library, [Question("distinct", spectrum, ALCOHOL)]))


def test_all_isomers_and_short_lists_with_and_without_the_right_one(found):
    kinds = [(t.among, t.present) for t in found]
    assert kinds[:2] == [("all", False), ("all", True)]
    assert kinds.count(("few", True)) == 6  # three lists of the library and of the isomers
    assert ("isomers", True) in kinds
    assert ("isomers", False) in kinds


def test_with_its_predicted_spectrum_the_right_one_comes_first_where_it_is(found):
    assert all(t.first_right == t.present for t in found)
    by_presence = {p: [t.figures["surprise"] for t in found if t.present == p] for p in (True, False)}
    assert max(by_presence[True]) < min(by_presence[False])
    assert all(0 < t.first_share <= 1 for t in found)


def test_a_trial_shows_what_a_search_tells(engine, library, spectrum, found):
    trial = next(t for t in found if (t.among, t.present) == ("all", True))
    assert bounded(engine.precise.presence.distinct(trial.figures)) == pytest.approx(
        engine.search(spectrum, library).present, abs=1e-4
    )


def test_a_structure_that_the_library_lacks_is_added(engine, library):
    asked = Question("literature", Spectrum.from_shifts([26.9, 44.8, 35.0]), "NC1CCCCCCC1")
    assert connectivity(asked.smiles) not in {connectivity(library.smiles(r)) for r in range(len(library))}
    assert any(t.present for t in trials(engine, library, [asked]))


def test_questions_of_a_molecule():
    kinds = {q.kind: q.spectrum for q in questions_of(case([10, 20, 20], [10.0, 20.0, 20.0]), "CCC")}
    assert list(kinds) == ["per_carbon", "distinct", "dept", "disturbed"]
    assert (len(kinds["per_carbon"]), len(kinds["distinct"])) == (3, 2)
    assert kinds["per_carbon"].one_per_carbon
    assert [p.multiplicity for p in kinds["dept"]] == ["S", "S"]
    assert np.all(np.diff([p.shift_ppm for p in kinds["dept"]]) > 0)
