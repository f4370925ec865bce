"""The work of one request, done in a worker: the text of a body in, JSON values out. No HTTP here."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

from km3aid.engine import Engine
from km3aid.errors import LibraryError, MoleculeError
from km3aid.molecules import Molecule, lay_out, parse_structure
from km3aid.render.export import Document
from km3aid.requests.answers import Case
from km3aid.requests.conditions import remarks
from km3aid.requests.limits import Limits
from km3aid.requests.records import Line, SpectrumRecord, read_record
from km3aid.requests.tasks import Session, answer_lines
from km3aid.search import Searchable
from km3aid.spectra import Spectrum
from km3aid.web.bodies import (
    ELUCIDATE_SECONDS,
    AssignmentsRequest,
    AssignRequest,
    ParseRequest,
    PredictRequest,
    read_body,
)
from km3aid.web.config import Limits as ServiceLimits
from km3aid.web.exports import export_answers, export_case
from km3aid.web.report import circumstances
from km3aid.web.uploads import parse_upload


@dataclass(frozen=True, slots=True)
class RequestLimits(Limits):
    """Upper bounds of one request; a longer text is refused before it is parsed."""

    structure_chars: int = 200_000

    def read_structure(self, structure: str) -> Molecule:
        """The molecule of a SMILES or mol block; raises `MoleculeError` where it is too large."""
        if len(structure) > self.structure_chars:
            raise MoleculeError(f"{len(structure):,} characters; a structure may have up to {self.structure_chars:,}")
        return Limits.read_structure(self, structure)  # super() fails in a class with slots


REQUEST_LIMITS = RequestLimits(peaks=1000, atoms=300, candidates=1000, hits=100, seconds=20)


@dataclass(frozen=True, slots=True)
class Shared:
    """What a worker holds for all requests."""

    session: Session
    libraries: Mapping[str, Searchable]
    limits: ServiceLimits


def share(engine: Engine, libraries: Mapping[str, Searchable], limits: ServiceLimits) -> Shared:
    """What a worker needs to answer with this model and these libraries, the first of which is the usual one."""

    def library(name: str | None) -> Searchable:
        if not libraries:
            raise LibraryError("no library is served; start with: km3aid serve --library FOLDER")
        wanted = next(iter(libraries)) if name is None else name
        if wanted not in libraries:
            raise LibraryError(f"no library {wanted!r}; available: {', '.join(libraries)}")
        return libraries[wanted]

    return Shared(Session(engine, library, REQUEST_LIMITS), libraries, limits)


def answer(shared: Shared, task: str, request: dict[str, Any]) -> Any:
    """The JSON values of an answer; raises `Km3aidError`.

    `request` holds the text of the `body`, and the `format` of a file, which comes as {"base64", "media_type"}; for
    the tasks "batch" and "batch_file" it holds what `answer_batch` and `_batch_file` take.
    """
    if task == "batch":
        return answer_batch(shared, **request)
    if task == "batch_file":
        return _file(_batch_file(**request))
    record = read_body(task, request["body"])
    if request.get("format") is None:
        return _TASKS[task](shared, record)
    case = replace(_case(shared, record), circumstances=circumstances(record, shared.session.engine))
    return _file(export_case(case, request["format"]))


def _file(document: Document) -> dict[str, Any]:
    return {"base64": base64.b64encode(document.content).decode(), "media_type": document.media_type}


def _batch_file(
    task: Any, lines: list[tuple[int, str]], defaults: dict[str, Any], answers: list[str], format: str
) -> Document:
    """The answers of a batch as a file, with what was asked beside them."""
    read = (read_record(task, text, f"line {number}", defaults) for number, text in lines)
    return export_answers(task, read, answers, format)


def answer_batch(
    shared: Shared, task: Any, lines: list[tuple[int, str]], defaults: dict[str, Any]
) -> list[dict[str, Any]]:
    """Answers to some numbered lines of a batch, in order, with `error` where one failed."""
    if task == "elucidate":  # a record's own default is for the command line, where nobody else waits
        defaults = {"seconds": ELUCIDATE_SECONDS} | defaults
    read = (read_record(task, text, f"line {number}", defaults) for number, text in lines)
    return [case.answer.to_dict() for case in answer_lines(shared.session, read)]


def _case(shared: Shared, record: Any) -> Case:
    return next(answer_lines(shared.session, [Line("", None, record)], strict=True))


def _answered(shared: Shared, record: Any) -> dict[str, Any]:
    return _case(shared, record).answer.to_dict()


def _assigned(shared: Shared, request: AssignRequest) -> dict[str, Any]:
    case = _case(shared, request)
    values = case.answer.to_dict()
    if request.detail and case.spectrum is not None:
        values |= _drawn(request.smiles) | {"spectrum": _plain(case.spectrum)}
        values["carbons"] = shared.session.engine.predict(request.smiles).to_dict()["carbons"]
    return values


def _assigned_each(shared: Shared, request: AssignmentsRequest) -> dict[str, Any]:
    """An answer for each structure, in order; where there is none, its `error`."""
    spectrum = {field.name: getattr(request, field.name) for field in fields(SpectrumRecord)}
    answers: list[dict[str, Any]] = []
    with suppress(MoleculeError):  # which its answer tells
        for smiles in request.structures:
            shared.session.limits.read_structure(smiles)
        shared.session.engine.prepare(request.structures)
    for smiles in request.structures:
        try:
            answers.append(_assigned(shared, AssignRequest(**spectrum, smiles=smiles, detail=request.detail)))
        except MoleculeError as error:
            answers.append({"id": request.id, "error": str(error)})
    return {"answers": answers}


def _predicted(shared: Shared, request: PredictRequest) -> dict[str, Any]:
    values = _answered(shared, request)
    return values | _drawn(request.smiles) if request.detail else values


def _understood(shared: Shared, record: SpectrumRecord) -> dict[str, Any]:
    return _plain(shared.session.limits.check_spectrum(record.spectrum()))


def _parsed(shared: Shared, request: ParseRequest) -> dict[str, Any]:
    return parse_upload(request, shared.session.limits, shared.limits)


_TASKS: dict[str, Callable[[Shared, Any], dict[str, Any]]] = {
    "assign": _assigned,
    "assignments": _assigned_each,
    "verify": _answered,
    "rank": _answered,
    "search": _answered,
    "elucidate": _answered,
    "predict": _predicted,
    "spectrum": _understood,
    "parse": _parsed,
}


def _plain(spectrum: Spectrum) -> dict[str, Any]:
    """How a spectrum was understood: multiplicities from DEPT, peaks set `aside`, `remarks`."""
    values = spectrum.to_dict()
    for shown, peak in zip(values["peaks"], spectrum, strict=True):
        shown["aside"] = peak.aside
    return values | {"remarks": list(remarks(spectrum))}


@lru_cache(maxsize=64)  # every edit of a spectrum asks for the same structure again
def _drawn(structure: str) -> dict[str, Any]:
    molecule = parse_structure(structure)
    drawing = lay_out(molecule)
    return {
        "formula": molecule.formula,
        "mass_da": round(molecule.exact_mass_da, 4),
        "inchi": molecule.inchi,
        "inchi_key": molecule.inchi_key,
        "drawing": {"atoms": [a._asdict() for a in drawing.atoms], "bonds": [b._asdict() for b in drawing.bonds]},
    }
