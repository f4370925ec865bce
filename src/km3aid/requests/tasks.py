"""Do the work of records: assign, rank, search, predict; failures told in their place, order kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeVar

from km3aid.engine import Assignment, Engine, Hits
from km3aid.errors import Km3aidError, MoleculeError
from km3aid.library import Filters
from km3aid.requests.answers import Case, Failure
from km3aid.requests.conditions import remarks
from km3aid.requests.limits import NO_LIMITS, Limits
from km3aid.requests.records import AssignRecord, Line, PredictRecord, RankRecord, SearchRecord
from km3aid.search import Searchable
from km3aid.spectra import Spectrum

TOGETHER = 32  # searches that share their passes over a library
Told = TypeVar("Told", Assignment, Hits)


@dataclass(frozen=True, slots=True)
class Session:
    """What answers requests: a model, the libraries by name (None: the usual one), and the limits of a request.

    With `detailed` the cases hold what a report shows beside the answer; `exhaustive` searches pass over no molecule.
    """

    engine: Engine
    library: Callable[[str | None], Searchable]
    limits: Limits = NO_LIMITS
    detailed: bool = False
    exhaustive: bool = False


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A search of one spectrum, in the library of that name."""

    spectrum: Spectrum
    filters: Filters
    library: str | None = None
    top: int = 10


def assign(session: Session, structure: str, spectrum: Spectrum, pinned: dict[int, list[int]] | None = None) -> Case:
    """Assign the peaks of a spectrum to a structure; raises `Km3aidError`."""
    session.limits.read_structure(structure)
    session.limits.check_spectrum(spectrum)
    answer = session.engine.assign(structure, spectrum, pinned=pinned)
    matrix = session.engine.matrix(structure, spectrum) if session.detailed else None
    return Case(_told(answer, spectrum), structure, spectrum, matrix)


def rank(
    session: Session,
    candidates: Sequence[str],
    spectrum: Spectrum,
    names: Sequence[str | None] | None = None,
    top: int | None = None,
) -> Case:
    """Rank candidates, those left out that cannot be read; raises `Km3aidError`."""
    session.limits.check_spectrum(spectrum)
    session.limits.check_candidates(candidates)
    kept, unread = [], []
    for number, (text, name) in enumerate(zip(candidates, names or [None] * len(candidates), strict=True), 1):
        try:
            session.limits.read_structure(text)
            kept.append((text, name))
        except MoleculeError as error:
            unread.append(f"candidate {number}: {error}")
    if not kept:
        raise MoleculeError("; ".join(["no candidate can be read", *unread[:3]]))
    readable, named = zip(*kept, strict=True)
    hits = session.engine.rank(readable, spectrum, names=named, top=top)
    return _hits_case(session, replace(hits, warnings=(*unread, *hits.warnings)), spectrum)


def search(session: Session, queries: Sequence[SearchQuery]) -> list[Case | Km3aidError]:
    """Search for each spectrum; those with the same library and number of hits share their passes over it."""
    found: list[Case | Km3aidError | None] = [None] * len(queries)
    for settings in dict.fromkeys((q.library, q.top) for q in queries):
        mine = [n for n, q in enumerate(queries) if (q.library, q.top) == settings]
        for n, case in zip(mine, _search_alike(session, [queries[n] for n in mine]), strict=True):
            found[n] = case
    return [case for case in found if case is not None]


def predict(session: Session, structure: str) -> Case:
    """Predict the shifts of a structure; raises `Km3aidError`."""
    session.limits.read_structure(structure)
    return Case(session.engine.predict(structure), structure)


def answer_lines(session: Session, lines: Iterable[Line], strict: bool = False) -> Iterator[Case]:
    """The cases of the lines of a batch in order, a `Failure` where one failed.

    With `strict` the first failure is raised instead, after the answers before it.
    """
    waiting = iter(lines)
    while group := list(islice(waiting, TOGETHER)):
        ready = [_query(session, line.record) if isinstance(line.record, SearchRecord) else None for line in group]
        found = iter(search(session, [query for query in ready if isinstance(query, SearchQuery)]))
        for line, query in zip(group, ready, strict=True):
            outcome = next(found) if isinstance(query, SearchQuery) else query or _answer_one(session, line.record)
            yield outcome if isinstance(outcome, Case) else _failed(line, outcome, strict)


def _failed(line: Line, error: Km3aidError, strict: bool) -> Case:
    text = str(error) if str(error).startswith(line.where) else f"{line.where}: {error}"
    if strict:
        raise type(error)(text) from error
    return Case(Failure(line.id, text))


def _answer_one(session: Session, record: Any) -> Case | Km3aidError:
    try:
        if isinstance(record, Km3aidError):
            return record
        if isinstance(record, AssignRecord):
            return assign(session, record.smiles, record.spectrum(), record.pinned)
        if isinstance(record, RankRecord):
            session.limits.check_hits(record.top)
            return rank(session, record.candidates, record.spectrum(), record.names, record.top)
        assert isinstance(record, PredictRecord)
        return predict(session, record.smiles)
    except Km3aidError as error:
        return error


def _query(session: Session, record: SearchRecord) -> SearchQuery | Km3aidError:
    try:
        session.limits.check_hits(record.top)
        spectrum = session.limits.check_spectrum(record.spectrum())
        return SearchQuery(spectrum, record.conditions(), record.library, record.top)
    except Km3aidError as error:
        return error


def _search_alike(session: Session, queries: Sequence[SearchQuery]) -> list[Case | Km3aidError]:
    """Searches of one library for the same number of hits."""
    try:
        found = session.engine.search_many(
            [q.spectrum for q in queries],
            session.library(queries[0].library),
            top=queries[0].top,
            filters=[q.filters for q in queries],
            exhaustive=session.exhaustive,
        )
        return [_hits_case(session, hits, q.spectrum) for hits, q in zip(found, queries, strict=True)]
    except Km3aidError as error:  # the library's, which concerns them all
        return [error for _ in queries]


def _hits_case(session: Session, hits: Hits, spectrum: Spectrum) -> Case:
    predictions = tuple(session.engine.predict(hit.smiles) for hit in hits.hits) if session.detailed else ()
    return Case(_told(hits, spectrum), spectrum=spectrum, predictions=predictions)


def _told(answer: Told, spectrum: Spectrum) -> Told:
    """The answer with what the reader of its spectrum decided and left out among the warnings."""
    return replace(answer, warnings=(*answer.warnings, *remarks(spectrum)))
