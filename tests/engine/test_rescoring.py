"""The best candidates of a search are in the order of the precise model, and all others stay behind them."""

import numpy as np
import pytest

from km3aid import Spectrum
from km3aid.engine import rescoring
from km3aid.engine.rescoring import rescored
from km3aid.library import Library
from km3aid.matching.fusion import fuse
from km3aid.search import NO_FILTERS, LocalLibrary

ALCOHOLS = ["C" * n + "O" for n in range(1, 13)]
BUTANOL = Spectrum.from_shifts([62.7, 34.9, 19.1, 13.9])


@pytest.fixture
def found(both):
    """A question and all its candidates, by the model of libraries."""
    library = LocalLibrary(Library.of_entries(list(both.entries([(text, f"no. {len(text)}") for text in ALCOHOLS]))))
    query = both.query(BUTANOL)
    return query, library.find_many([query], [NO_FILTERS])[0]


def scores(asked):
    return fuse(asked.found.graph, asked.found.match, asked.query.fusion)


def by_rank(engine):
    """What the precise model says of the same candidates, asked about them alone."""
    return {hit.smiles: hit.score for hit in engine.rank(ALCOHOLS, BUTANOL, by="structure").hits}


def test_candidates_have_the_scores_of_the_precise_model(both, found):
    seen = rescored(both, *found)
    told = by_rank(both)
    assert [told[smiles] for smiles, _ in seen.found.entries] == pytest.approx(scores(seen), abs=1e-5)
    assert np.all(np.diff(scores(seen)) <= 0)
    assert scores(seen)[0] != pytest.approx(fuse(found[1].graph, found[1].match, found[0].fusion)[0], abs=0.1)


def test_each_keeps_its_row_and_its_name(both, found):
    before = dict(zip(found[1].rows.tolist(), found[1].entries, strict=True))
    seen = rescored(both, found[0], found[1]._replace(passed=1000)).found
    assert dict(zip(seen.rows.tolist(), seen.entries, strict=True)) == before
    assert seen.passed == 1000


def test_the_fit_is_that_of_the_precise_model(both, found):
    seen = rescored(both, *found).found
    assert len(seen.classes) == len(found[1].classes)
    for (smiles, _), classes in zip(seen.entries, seen.classes, strict=True):
        shifts = [carbon.shift_ppm for carbon in both.predict(smiles).carbons]
        assert sorted(classes.shift_ppm) == pytest.approx(sorted(shifts), abs=0.05)


def test_the_others_stay_behind_in_their_order(both, found, monkeypatch):
    monkeypatch.setattr(rescoring, "_MOST", 4)
    monkeypatch.setattr(rescoring, "FITTED", 4)
    seen = rescored(both, *found)
    nearest, others = seen.found.entries[:4], seen.found.entries[4:]
    assert set(nearest) == set(found[1].entries[:4])
    assert [*others] == [entry for entry in found[1].entries if entry not in nearest]
    assert scores(seen)[4:].max() <= scores(seen)[:4].min() + 1e-9
    told = by_rank(both)
    assert scores(seen)[:4] == pytest.approx([told[smiles] for smiles, _ in nearest], abs=1e-5)


def test_what_was_not_scored_again_cannot_come_first(both, found, monkeypatch):
    monkeypatch.setattr(rescoring, "_MOST", 4)
    monkeypatch.setattr(rescoring, "FITTED", 4)
    query, candidates = found
    seen = rescored(both, query, candidates._replace(match=candidates.match + 100.0))
    assert set(seen.found.entries[:4]) == set(candidates.entries[:4])
    assert seen.found.entries[4:] == candidates.entries[4:]
    assert scores(seen)[4] == pytest.approx(scores(seen)[:4].min())
    behind = fuse(candidates.graph[4:], candidates.match[4:], seen.query.fusion)
    assert np.diff(scores(seen)[4:]) == pytest.approx(np.diff(behind))  # they lose the same


def test_all_that_is_wanted_is_scored_again(both, found, monkeypatch):
    monkeypatch.setattr(rescoring, "_MOST", 2)
    monkeypatch.setattr(rescoring, "FITTED", 2)
    told = by_rank(both)
    seen = rescored(both, *found, top=4)  # several candidates may be one hit
    assert scores(seen)[:8] == pytest.approx([told[smiles] for smiles, _ in seen.found.entries[:8]], abs=1e-5)
    assert [len(seen.found.classes), len(seen.found.rows)] == [8, len(ALCOHOLS)]


def test_the_question_keeps_its_lines(both):
    """Lines that come in pairs are one line each; those that are left may come in pairs again."""
    lines = [10.0 + 4 * n + 0.3 * k for n in range(10) for k in range(4)]
    query = both.query(Spectrum.from_shifts(lines))
    (candidates,) = LocalLibrary(Library.of_entries(list(both.entries([("CCO", None)])))).find_many(
        [query], [NO_FILTERS]
    )
    assert len(query.spectrum) < len(lines)
    assert rescored(both, query, candidates).query.spectrum == query.spectrum


def test_what_is_far_behind_is_not_looked_at(both, found, monkeypatch):
    monkeypatch.setattr(rescoring, "FITTED", 1)
    score = fuse(found[1].graph, found[1].match, found[0].fusion)
    monkeypatch.setattr(rescoring, "_FAR", float(score[0] - score[2]) + 1e-6)
    asked = []
    monkeypatch.setattr(rescoring, "_scored", lambda *given: asked.append(given) or (np.zeros(0, np.int64), None))
    rescored(both, *found)
    assert [len(entries) for _, _, entries in asked] == [3]


def test_a_candidate_that_cannot_be_read_stays_behind(both, found):
    query, candidates = found
    entries = list(candidates.entries)
    entries[0] = ("no structure", None)
    seen = rescored(both, query, candidates._replace(entries=entries)).found
    assert seen.entries[-1] == entries[0]
    assert sorted(seen.entries) == sorted(entries)


def test_without_a_precise_model_all_stays(one_model, found):
    assert rescored(one_model, *found) == found


def test_nothing_found_stays_nothing(both, found):
    query, candidates = found
    nothing = candidates._replace(
        rows=candidates.rows[:0], graph=candidates.graph[:0], match=candidates.match[:0], entries=[], classes=[]
    )
    assert rescored(both, query, nothing).found == nothing


def test_a_search_tells_what_the_precise_model_says(both, tmp_path):
    both.build_library([(text, None) for text in ALCOHOLS], tmp_path / "library")
    hits = both.search(BUTANOL, tmp_path / "library", by="structure").hits
    told = by_rank(both)
    assert [hit.score for hit in hits] == pytest.approx([told[hit.smiles] for hit in hits], abs=1e-5)
