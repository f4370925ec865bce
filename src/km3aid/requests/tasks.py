"""The work of records, one function for each task; in order, with every failure in its record's place."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice
from typing import TYPE_CHECKING, TypeVar

from km3aid.elucidate.known import Effort, Known
from km3aid.engine import Assignment, Elucidation, Engine, Hits, Verification
from km3aid.engine.rates import USUAL_RATES, ErrorRates
from km3aid.engine.results import By
from km3aid.errors import Km3aidError, LibraryError, MoleculeError
from km3aid.library import Filters
from km3aid.molecules import is_smiles
from km3aid.requests.answers import Case, Failure
from km3aid.requests.conditions import remarks
from km3aid.requests.limits import NO_LIMITS, Limits
from km3aid.requests.records import (
    AssignRecord,
    ElucidateRecord,
    Line,
    PredictRecord,
    RankRecord,
    Record,
    SearchRecord,
    VerifyRecord,
)
from km3aid.search import Searchable
from km3aid.spectra import Spectrum

if TYPE_CHECKING:
    from km3aid.elucidate.run import Progress

TOGETHER = 32  # searches that share their passes over a library
Outcome = Case | Km3aidError
Told = TypeVar("Told", Assignment, Elucidation, Hits, Verification)


def no_library(name: str | None) -> Searchable:
    """The library of a session that has none; raises `LibraryError`."""
    raise LibraryError(f"no library {name or 'given'}; this session searches none")


@dataclass(frozen=True, slots=True)
class Session:
    """What answers requests: a model, libraries by name (None: the usual one), and the limits of a request.

    With `detailed` the cases hold what a report shows beside the answer; `exhaustive` searches score every molecule.
    """

    engine: Engine
    library: Callable[[str | None], Searchable] = no_library
    limits: Limits = NO_LIMITS
    detailed: bool = False
    exhaustive: bool = False
    progress: Callable[[Progress], None] | None = None  # is told how far an elucidation is
    cores: int = 1  # for an elucidation
    on_cluster: bool = False  # whether elucidations work on the Ray cluster that was joined


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A search for one spectrum in the library of that name."""

    spectrum: Spectrum
    filters: Filters
    library: str | None = None
    top: int = 10
    by: By = "connectivity"


def assign(session: Session, structure: str, spectrum: Spectrum, pinned: dict[int, list[int]] | None = None) -> Case:
    """Assign the peaks of a spectrum to a structure; raises `Km3aidError`."""
    session.limits.read_structure(structure)
    session.limits.check_spectrum(spectrum)
    assignment = session.engine.assign(structure, spectrum, pinned=pinned)
    matrix = session.engine.matrix(structure, spectrum) if session.detailed else None
    return Case(_with_remarks(assignment, spectrum), structure, spectrum, matrix)


def verify(
    session: Session, structure: str, spectrum: Spectrum, library: str | None = None, rates: ErrorRates = USUAL_RATES
) -> Case:
    """Verify a structure, beside isomers of a library where one is named; raises `Km3aidError`."""
    session.limits.read_structure(structure)
    session.limits.check_spectrum(spectrum)
    searched = None if library is None else session.library(library)
    verification = session.engine.verify(structure, spectrum, library=searched, rates=rates)
    return Case(_with_remarks(verification, spectrum), structure, spectrum)


def rank(
    session: Session,
    candidates: Sequence[str],
    spectrum: Spectrum,
    names: Sequence[str | None] | None = None,
    top: int | None = None,
    by: By = "connectivity",
) -> Case:
    """Rank candidates (SMILES, InChI, mol blocks); one that cannot be read becomes a warning. Raises `Km3aidError`."""
    session.limits.check_spectrum(spectrum)
    session.limits.check_candidates(candidates)
    session.limits.check_hits(top)
    kept, unread = [], []
    for number, (text, name) in enumerate(zip(candidates, names or [None] * len(candidates), strict=True), 1):
        try:
            molecule = session.limits.read_structure(text)
            kept.append((text if is_smiles(text) else molecule.smiles, name))
        except MoleculeError as error:
            unread.append(f"candidate {number}: {error}")
    if not kept:
        raise MoleculeError("; ".join(["no candidate can be read", *unread[:3]]))
    readable, named = zip(*kept, strict=True)
    hits = session.engine.rank(readable, spectrum, names=named, top=top, by=by)
    return _hits_case(session, replace(hits, warnings=(*unread, *hits.warnings)), spectrum)


def search(session: Session, queries: Sequence[SearchQuery]) -> list[Case]:
    """Search for each spectrum; raises `Km3aidError` where one search fails."""
    cases = []
    for outcome in _search_each(session, queries):
        if isinstance(outcome, Km3aidError):
            raise outcome
        cases.append(outcome)
    return cases


def elucidate(
    session: Session,
    spectrum: Spectrum,
    known: Known,
    effort: Effort,
    library: str | None = None,
    top: int = 10,
) -> Case:
    """Propose structures for a spectrum; raises `Km3aidError`."""
    session.limits.check_spectrum(spectrum)
    session.limits.check_hits(top)
    session.limits.check_seconds(effort.seconds)
    for text in known.start:
        session.limits.read_structure(text)
    searched = session.library(library)
    if math.isfinite(session.limits.seconds):
        from km3aid.engine.elucidating import require_index

        require_index(searched)
    effort = replace(effort, cores=session.cores, on_cluster=session.on_cluster)
    found = session.engine.elucidate(spectrum, searched, known=known, effort=effort, top=top, progress=session.progress)
    return _hits_case(session, found, spectrum)


def predict(session: Session, structure: str) -> Case:
    """Predict the shifts of a structure; raises `Km3aidError`."""
    session.limits.read_structure(structure)
    return Case(session.engine.predict(structure), structure)


def answer(session: Session, record: Record) -> Case:
    """The case of one record; raises `Km3aidError`."""
    match record:
        case AssignRecord():
            return assign(session, record.smiles, record.spectrum(), record.pinned)
        case VerifyRecord():
            return verify(session, record.smiles, record.spectrum(), record.library, record.rates())
        case RankRecord():
            return rank(session, record.candidates, record.spectrum(), record.names, record.top, record.by)
        case SearchRecord():
            return search(session, [_query(session, record)])[0]
        case ElucidateRecord():
            spectrum, known = record.spectrum(), record.known()
            return elucidate(session, spectrum, known, record.effort(), record.library, record.top)
        case PredictRecord():
            return predict(session, record.smiles)


def answer_lines(session: Session, lines: Iterable[Line], strict: bool = False) -> Iterator[Case]:
    """The cases of the lines of a batch as they come, in order, a `Failure` where one failed.

    Searches that follow each other share their passes over a library; anything else is answered at once. With `strict`
    the first failure is raised instead, after the answers before it.
    """
    for searches, run in groupby(lines, lambda line: isinstance(line.record, SearchRecord)):
        while group := list(islice(run, TOGETHER if searches else 1)):
            outcomes = _search_lines(session, group) if searches else [_answer_line(session, line) for line in group]
            for line, outcome in zip(group, outcomes, strict=True):
                yield outcome if isinstance(outcome, Case) else _failed(line, outcome, strict)


def _failed(line: Line, error: Km3aidError, strict: bool) -> Case:
    text = str(error) if str(error).startswith(line.where) else f"{line.where}: {error}"
    if strict:
        raise type(error)(text) from error
    return Case(Failure(line.id, text))


def _answer_line(session: Session, line: Line) -> Outcome:
    try:
        return line.record if isinstance(line.record, Km3aidError) else answer(session, line.record)
    except Km3aidError as error:
        return error


def _search_lines(session: Session, lines: Sequence[Line]) -> list[Outcome]:
    """The outcomes of lines that are searches; a record that cannot be asked fails by itself."""
    outcomes: list[Outcome | None] = [None] * len(lines)
    queries: dict[int, SearchQuery] = {}
    for n, line in enumerate(lines):
        assert isinstance(line.record, SearchRecord)
        try:
            queries[n] = _query(session, line.record)
        except Km3aidError as error:
            outcomes[n] = error
    for n, outcome in zip(queries, _search_each(session, list(queries.values())), strict=True):
        outcomes[n] = outcome
    return [outcome for outcome in outcomes if outcome is not None]


def _query(session: Session, record: SearchRecord) -> SearchQuery:
    session.limits.check_hits(record.top)
    spectrum = session.limits.check_spectrum(record.spectrum())
    return SearchQuery(spectrum, record.conditions(), record.library, record.top, record.by)


def _search_each(session: Session, queries: Sequence[SearchQuery]) -> list[Outcome]:
    """Search for each; those with the same library, number and kind of hits share their passes over it."""
    outcomes: dict[int, Outcome] = {}
    for settings in dict.fromkeys((q.library, q.top, q.by) for q in queries):
        alike = [n for n, q in enumerate(queries) if (q.library, q.top, q.by) == settings]
        outcomes |= zip(alike, _search_alike(session, [queries[n] for n in alike]), strict=True)
    return [outcomes[n] for n in range(len(queries))]


def _search_alike(session: Session, queries: Sequence[SearchQuery]) -> list[Outcome]:
    """Search one library for the same number of hits each."""
    try:
        found = session.engine.search_many(
            [q.spectrum for q in queries],
            session.library(queries[0].library),
            top=queries[0].top,
            filters=[q.filters for q in queries],
            exhaustive=session.exhaustive,
            by=queries[0].by,
        )
        return [_hits_case(session, hits, q.spectrum) for hits, q in zip(found, queries, strict=True)]
    except Km3aidError as error:
        if len(queries) == 1:
            return [error]
        return [outcome for query in queries for outcome in _search_alike(session, [query])]


def _hits_case(session: Session, hits: Hits, spectrum: Spectrum) -> Case:
    predictions = tuple(session.engine.predict(hit.smiles) for hit in hits.hits) if session.detailed else ()
    return Case(_with_remarks(hits, spectrum), spectrum=spectrum, predictions=predictions)


def _with_remarks(answer: Told, spectrum: Spectrum) -> Told:
    """The answer with what the reader of its spectrum decided and left out among the warnings."""
    return replace(answer, warnings=(*answer.warnings, *remarks(spectrum)))
