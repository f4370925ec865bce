"""The stages of a search against a plain loop over every molecule."""

import numpy as np
import pytest
from rdkit import Chem
from tests.conftest import made_smiles
from tests.search.comparing import assert_same

from km3aid.library import BuildOptions, Filters, Library
from km3aid.matching.compiled.quick_match import above_quick
from km3aid.matching.fusion import fuse
from km3aid.search import stages as search
from km3aid.search.local import LocalLibrary, find_candidates
from km3aid.search.part import Best, Part, all_similarities
from km3aid.search.query import NO_FILTERS, Limits
from km3aid.search.stages import search_parts
from km3aid.spectra import Spectrum


@pytest.fixture(scope="module")
def engine(one_model):
    return one_model


@pytest.fixture(scope="module")
def library(engine, tmp_path_factory):
    path = tmp_path_factory.mktemp("search") / "lib"
    engine.build_library([(s, None) for s in made_smiles()], path, options=BuildOptions(shard_records=50))
    return Library.open(path)


def spectra(engine, one_per_carbon=False):
    rng = np.random.default_rng(0)
    for smiles in ("CCCO", "CC(=O)CCO", "c1ccccc1CC(=O)O", "C1CCCCC1CN"):
        carbons = engine.predict(smiles).carbons
        yield Spectrum.from_shifts([c.shift_ppm + rng.normal(0, 0.5) for c in carbons], one_per_carbon=one_per_carbon)


@pytest.mark.parametrize("one_per_carbon", [False, True])
@pytest.mark.parametrize("filters", [NO_FILTERS, Filters(carbons=(3, 9), required=("O",)), Filters(substructure="CO")])
def test_the_search_is_what_scoring_everything_finds(engine, library, filters, one_per_carbon):
    everything = [library.smiles(i) for i in range(len(library))]
    allowed = {
        library.smiles(int(library.starts[n] + r)) for n, rows in enumerate(library.filter(filters)) for r in rows
    }
    holds = filters.substructure_test()
    chosen = [s for s in everything if s in allowed and (holds is None or holds([s])[0])]
    for spectrum in spectra(engine, one_per_carbon):
        expected = engine.rank(chosen, spectrum, top=5).hits
        found = engine.search(spectrum, library, filters=filters, top=5).hits
        np.testing.assert_allclose([h.score for h in found], [h.score for h in expected], atol=0.5, rtol=0.02)
        assert found[0].smiles in [h.smiles for h in expected[:2]]


@pytest.mark.parametrize("one_per_carbon", [False, True])
def test_many_spectra_at_once_find_the_same_to_the_last_digit(engine, library, one_per_carbon):
    some = [NO_FILTERS, Filters(carbons=(3, 6)), NO_FILTERS, Filters(substructure="CO"), Filters(formula="C4H8O2")]
    asked = [engine.query(s) for s in spectra(engine, one_per_carbon)] * 10  # more than go together, and 40 % 5 = 0
    filters = (some * 8)[: len(asked)]
    together = LocalLibrary(library).find_many(asked, filters, Limits(quickly=60))
    for question, condition, found in zip(asked, filters, together, strict=True):
        alone = find_candidates(question, library, condition, Limits(quickly=60))
        assert len(found.rows) > 0
        assert_same(found, alone)


def test_many_spectra_are_answered_in_order(engine, library):
    asked = list(spectra(engine)) * 10
    alone = [engine.search(s, library, top=3).hits for s in asked[:4]]
    together = [h.hits for h in engine.search_many(asked, library, top=3)]
    assert [[h.smiles for h in hits] for hits in together] == [[h.smiles for h in hits] for hits in alone] * 10


def test_only_the_most_similar_are_matched_in_a_large_library(engine, library):
    question = engine.query(next(spectra(engine)))
    whole = find_candidates(question, library, NO_FILTERS, Limits(quickly=None))
    part = find_candidates(question, library, NO_FILTERS, Limits(quickly=30))
    assert whole.passed == part.passed == len(library) == len(whole.rows)
    assert len(part.rows) == pytest.approx(30, abs=3)
    (similar,) = all_similarities([question], library, charged=True)
    assert set(part.rows) == set(np.argsort(-similar, kind="stable")[: len(part.rows)])
    best = [rows[np.argmax(fuse(g, m, question.fusion))] for rows, g, m, *_ in (whole, part)]
    assert best[0] == best[1]


@pytest.mark.parametrize("filters", [NO_FILTERS, Filters(carbons=(3, 9)), Filters(substructure="CO")])
def test_an_exhaustive_search_passes_over_nothing(engine, library, filters, monkeypatch):
    asked = list(spectra(engine))
    whole = [engine.search(s, library, filters=filters).hits for s in asked]
    monkeypatch.setattr("km3aid.engine.searching.Limits", lambda **given: Limits(8, 4, given["kept"], given["sure"]))
    for spectrum, expected in zip(asked, whole, strict=True):
        assert len(engine.search(spectrum, library, filters=filters).hits) < len(expected)
        assert engine.search(spectrum, library, filters=filters, exhaustive=True).hits == expected
    many = engine.search_many(asked, library, filters=[filters] * len(asked), exhaustive=True)
    assert [h.hits for h in many] == whole


@pytest.mark.parametrize("one_per_carbon", [False, True])
def test_what_a_bound_leaves_out_would_not_be_a_hit(engine, library, one_per_carbon, monkeypatch):
    for spectrum in spectra(engine, one_per_carbon):
        question = engine.query(spectrum)
        with monkeypatch.context() as patch:
            whole = find_candidates(question, library, NO_FILTERS)
            patch.setattr(search, "_FIRST", 4)
            patch.setattr(search, "_FAR", 1.0)
            some = find_candidates(question, library, NO_FILTERS, Limits(sure=6))
        assert 6 <= len(some.rows) < len(whole.rows) == len(library)
        for ours, theirs in zip(some[:3], whole[:3], strict=True):
            np.testing.assert_array_equal(ours[:6], theirs[:6])
        score = fuse(whole.graph, whole.match, question.fusion)
        assert set(whole.rows[score >= score[0] - 1]) <= set(some.rows)  # all that share the probability


def test_the_quick_match_says_which_molecules_may_still_be_hits(engine):
    question = engine.query(Spectrum.from_shifts([20.0, 60.0]))
    score = np.array([0.0, -1.0, -2.0, -90.0, -91.0])
    best = Best(np.arange(5), np.zeros(5, np.float32), score)
    more = question.fusion.match_weight * above_quick(question.spectrum, question.config)
    assert search._reaching(best, -90 + more - 1e-6, question, 2).rows.tolist() == [0, 1, 2, 3]
    assert search._reaching(best, -90 + more + 1e-6, question, 2).rows.tolist() == [0, 1, 2]
    assert search._reaching(best, 50.0, question, 2).rows.tolist() == [0, 1]
    assert len(search._reaching(best, -np.inf, question, 2).rows) == 5


@pytest.mark.parametrize("limits", [Limits(None, 400), Limits(40, 20), Limits(None, 5)])
@pytest.mark.parametrize("filters", [NO_FILTERS, Filters(carbons=(3, 6)), Filters(substructure="CO")])
def test_parts_of_a_library_find_what_the_whole_finds(engine, library, filters, limits):
    shards = library.manifest.shards
    parts = [
        Library.of_manifest(library.path, library.manifest.changed(shards=some))
        for some in (shards[:1], (), shards[1:])
    ]
    for question in (engine.query(s) for s in spectra(engine)):
        pieces = [Part([question], part, [filters]) for part in parts]

        def ask(calls, pieces=pieces):
            return [call(piece) for call, piece in zip(calls, pieces, strict=True)]

        (found,) = search_parts(ask, [len(part) for part in parts], [question], limits)
        whole = find_candidates(question, library, filters, limits)
        assert_same(found, whole)


@pytest.mark.parametrize("one_per_carbon", [False, True])
def test_rank_scores_as_a_search_does(engine, library, one_per_carbon):
    everything = [library.smiles(i) for i in range(len(library))]
    for spectrum in spectra(engine, one_per_carbon):
        found = engine.search(spectrum, library, top=20, exhaustive=True).hits
        ranked = {h.smiles: h for h in engine.rank(everything, spectrum).hits}
        for hit in found:
            same = ranked[hit.smiles]
            assert same.match_score == pytest.approx(hit.match_score, rel=1e-12)
            assert same.score == pytest.approx(
                hit.score, abs=1e-3
            )  # encoded in another batch, which may round the last of 8 bits otherwise


@pytest.mark.parametrize("one_per_carbon", [False, True])
def test_rank_scores_to_the_last_digit_as_a_search_does_what_was_encoded_together(engine, tmp_path, one_per_carbon):
    """Only how many molecules are encoded at once may change the last bit of an embedding."""
    known = [Chem.CanonSmiles(s) for s in made_smiles()]
    engine.build_library([(s, None) for s in known], tmp_path, options=BuildOptions(deduplicate="none"))
    for spectrum in spectra(engine, one_per_carbon):
        found = engine.search(spectrum, tmp_path, top=20, exhaustive=True)
        assert engine.rank(known, spectrum, top=20).hits == found.hits
        assert found.candidates == len(known)
