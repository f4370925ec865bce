"""Work on records: in order, failures in their places, the same answer alone and among others."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from km3aid.engine.results import Hit, Hits
from km3aid.errors import ConfigError, LibraryError, MoleculeError, SpectrumFormatError
from km3aid.library import Filters
from km3aid.requests.answers import Failure
from km3aid.requests.limits import Limits
from km3aid.requests.records import read_record
from km3aid.requests.tasks import TOGETHER, SearchQuery, Session, answer, answer_lines, assign, predict, rank, search
from km3aid.spectra import parse_peaks

ETHANOL = parse_peaks("58.0 18.0")


def lines(task, *records):
    return [read_record(task, json.dumps(r), f"line {n}") for n, r in enumerate(records, 1)]


class FakeEngine:
    """Finds what it is asked in the library's name, and remembers what it was asked together."""

    def __init__(self):
        self.calls = []

    def search_many(self, spectra, library, *, top, filters, exhaustive, by):
        assert by == "connectivity"
        self.calls.append((library, top, len(spectra)))
        for spectrum, condition in zip(spectra, filters, strict=True):
            if spectrum.peaks[0].shift_ppm == 13:
                raise SpectrumFormatError("13 brings no luck")
            text = f"{library} {top} {condition.formula} {spectrum.one_per_carbon} {spectrum.peaks[0].shift_ppm:g}"
            yield Hits(spectrum.id, (Hit(1, text, None, 0, 0, 0, 0),) * top, 1, 0.0)

    def predict(self, smiles):
        return f"prediction of {smiles}"


def opened(name):
    if name == "missing":
        raise LibraryError("missing: no library here")
    return name or "usual"


@pytest.fixture
def session():
    return Session(FakeEngine(), opened)


RECORDS = [
    {"id": n, "peaks": [shift], "library": library, "top": top, "one_per_carbon": single, "formula": formula}
    for n, (shift, library, top, single, formula) in enumerate(
        (shift, library, top, single, formula)
        for shift in (20, 13, 30)
        for library in (None, "other", "missing")
        for top in (1, 2)
        for single in (True, False)
        for formula in ("CH4", None)
    )
]


def test_a_mixed_batch_answers_each_record_as_it_answers_alone(session):
    assert len(RECORDS) > 2 * TOGETHER
    mixed = list(answer_lines(session, lines("search", *RECORDS)))
    alone = [next(answer_lines(session, [line])) for line in lines("search", *RECORDS)]
    assert [case.answer for case in mixed] == [case.answer for case in alone]
    failed = [r["id"] for r in RECORDS if r["library"] == "missing" or r["peaks"] == [13]]
    assert [int(case.answer.id) for case in mixed if isinstance(case.answer, Failure)] == failed
    for record, case in zip(RECORDS, mixed, strict=True):
        if not isinstance(case.answer, Failure):
            told = [record["library"] or "usual", record["top"], record["formula"], record["one_per_carbon"]]
            assert case.answer.hits[0].smiles == " ".join(map(str, [*told, record["peaks"][0]]))
            assert len(case.answer.hits) == record["top"]
            assert answer(session, lines("search", record)[0].record).answer == case.answer


def test_searches_of_one_kind_share_their_passes(session):
    asked = [{"peaks": [20], "top": top} for top in [1, 2] * 4]
    list(answer_lines(session, lines("search", *asked)))
    assert session.engine.calls == [("usual", 1, 4), ("usual", 2, 4)]


def test_a_failure_says_where_and_with_strict_it_ends_the_work(session):
    asked = [{"peaks": [20]}, {"peaks": [20], "formual": "CH4"}, {"peaks": [13], "id": "c"}, {"peaks": [30]}]
    cases = [case.answer for case in answer_lines(session, lines("search", *asked))]
    assert [type(a) for a in cases] == [Hits, Failure, Failure, Hits]
    assert cases[1] == Failure(None, "line 2: unknown key 'formual'; did you mean 'formula'?")
    assert cases[2] == Failure("c", "line 3: 13 brings no luck")
    strict = answer_lines(session, lines("search", *asked), strict=True)
    assert isinstance(next(strict).answer, Hits)
    with pytest.raises(ConfigError, match=r"^line 2: unknown key"):
        next(strict)


def test_lines_are_read_one_by_one_unless_they_search(session):
    read = []

    def counted(task, *records):
        for line in lines(task, *records):
            read.append(line)
            yield line

    cases = answer_lines(session, counted("predict", *[{"smiles": "CCO"}] * 3))
    for number in (1, 2, 3):
        next(cases)
        assert len(read) == number
    read.clear()
    next(answer_lines(session, counted("search", *[{"peaks": [20]}] * 50)))
    assert len(read) == TOGETHER


def test_search_raises_what_fails(session):
    with pytest.raises(LibraryError, match="no library here"):
        search(session, [SearchQuery(ETHANOL, Filters(), "missing")])
    with pytest.raises(LibraryError, match="searches none"):
        search(replace(session, library=Session(session.engine).library), [SearchQuery(ETHANOL, Filters())])


def test_details_come_where_they_are_wanted(session, engine):
    (plain,), (detailed,) = (
        search(replace(session, detailed=d), [SearchQuery(ETHANOL, Filters(), top=2)]) for d in (False, True)
    )
    assert plain.predictions == ()
    assert detailed.predictions == ("prediction of usual 2 None False 58",) * 2
    assert assign(Session(engine), "CCO", ETHANOL).matrix is None
    assert assign(Session(engine, detailed=True), "CCO", ETHANOL).matrix.atoms == ((0,), (1,))


def test_each_task_answers_as_the_engine_does(engine):
    session = Session(engine)
    assert assign(session, "CCO", ETHANOL).answer == engine.assign("CCO", ETHANOL)
    assert predict(session, "CCO").answer == engine.predict("CCO")
    ranked = rank(session, ["CCO", "C1CC", "COC"], ETHANOL, ["a", "b", "c"]).answer
    (warning,) = ranked.warnings
    assert warning.startswith("candidate 2: ")
    assert ranked.hits == engine.rank(["CCO", "COC"], ETHANOL, names=["a", "c"]).hits
    asked = {"smiles": "CCO", "peaks": [58, 18], "pinned": {"0": [0]}}
    assert answer(session, lines("assign", asked)[0].record).answer.assignments[0].atoms == (0,)


def test_a_candidate_may_be_a_mol_block(engine):
    from rdkit import Chem

    block = Chem.MolToMolBlock(Chem.MolFromSmiles("OCC"))
    assert {h.smiles for h in rank(Session(engine), [block, "COC"], ETHANOL).answer.hits} == {"CCO", "COC"}


@pytest.mark.parametrize(
    ("task", "record", "error"),
    [
        ("assign", {"smiles": "CCO", "peaks": [1, 2, 3]}, "3 peaks; at most 2"),
        ("assign", {"smiles": "CCCCO", "peaks": [1]}, "5 atoms; at most 4"),
        ("predict", {"smiles": "CCCCO"}, "5 atoms; at most 4"),
        ("rank", {"candidates": ["C"] * 4, "peaks": [1]}, "4 candidates; at most 3"),
        ("rank", {"candidates": ["CCCCO"], "peaks": [1]}, "no candidate can be read; candidate 1: 5 atoms"),
        ("rank", {"candidates": ["C"], "top": 6, "peaks": [1]}, "top: 6; at most 5"),
        ("search", {"top": 6, "peaks": [1]}, "top: 6; at most 5"),
        ("search", {"top": 5, "peaks": [1, 2, 3]}, "3 peaks; at most 2"),
    ],
)
def test_limits_hold_for_every_task(task, record, error):
    session = Session(SimpleNamespace(), opened, Limits(peaks=2, atoms=4, candidates=3, hits=5))
    (case,) = answer_lines(session, lines(task, record))
    assert error in case.answer.error


def test_no_candidate_is_an_error(engine):
    with pytest.raises(MoleculeError, match="no candidate can be read"):
        rank(Session(engine), [], ETHANOL)
