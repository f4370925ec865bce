"""The work of one request, done in a worker: JSON values in, JSON values out. No HTTP here."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from km3aid.engine import Assignment, Engine, Hits, Prediction
from km3aid.errors import ConfigError, Km3aidError, LibraryError, MoleculeError, SpectrumFormatError
from km3aid.library import Filters, Library
from km3aid.molecules import Molecule, lay_out, parse_structure
from km3aid.spectra import Spectrum, apply_extras, spectrum_from_dict
from km3aid.spectra.solvents import known_solvents
from km3aid.web.config import Limits
from km3aid.web.exports import export_answer
from km3aid.web.uploads import parse_upload

Request = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shared:
    """What a worker holds for all requests."""

    engine: Engine
    libraries: dict[str, Library]
    limits: Limits


def answer(shared: Shared, task: str, request: Request) -> Any:
    """The JSON values of one answer; raises `Km3aidError`."""
    return _TASKS[task](shared, request)


def assign(shared: Shared, request: Request) -> dict[str, Any]:
    """An assignment; with `detail` also the drawing and all predicted shifts."""
    spectrum = _spectrum(shared, request)
    values = _assign(shared, request, spectrum).to_dict()
    if request.get("detail"):
        values |= _drawn(request["smiles"]) | {"spectrum": _understood(spectrum)}
        values["carbons"] = shared.engine.predict(request["smiles"]).to_dict()["carbons"]
    return values


def rank(shared: Shared, request: Request) -> dict[str, Any]:
    """Candidates in the order of their probability."""
    return _rank(shared, request, _spectrum(shared, request)).to_dict()


def search(shared: Shared, request: Request) -> dict[str, Any]:
    """The best molecules of a library."""
    return _search(shared, [(request, _spectrum(shared, request))])[0].to_dict()


def predict(shared: Shared, request: Request) -> dict[str, Any]:
    """Predicted shifts; with `detail` also the drawing."""
    _molecule(shared, request["smiles"])
    values = shared.engine.predict(request["smiles"]).to_dict()
    return values | _drawn(request["smiles"]) if request.get("detail") else values


def understand(shared: Shared, request: Request) -> dict[str, Any]:
    """How a spectrum is understood: types from DEPT, lines set aside."""
    return _understood(_spectrum(shared, request))


def parse(shared: Shared, request: Request) -> dict[str, Any]:
    """What a file or a pasted text holds."""
    return parse_upload(request, shared.limits)


def export(shared: Shared, request: Request) -> dict[str, Any]:
    """An answer as a file: {"base64", "media_type"} for `task` and `format`."""
    task, inner = request["task"], request["request"]
    spectrum: Spectrum | None = None
    result: Assignment | Hits | Prediction
    if task == "predict":
        _molecule(shared, inner["smiles"])
        result = shared.engine.predict(inner["smiles"])
    else:
        spectrum = _spectrum(shared, inner)
        result = _search(shared, [(inner, spectrum)])[0] if task == "search" else _ONE[task](shared, inner, spectrum)
    document = export_answer(request["format"], result, inner.get("smiles"), spectrum)
    return {"base64": base64.b64encode(document.content).decode(), "media_type": document.media_type}


def batch(shared: Shared, request: Request) -> list[dict[str, Any]]:
    """Answers of some records of a batch, in order, with `error` where one failed."""
    task, records = request["task"], request["records"]
    results: list[dict[str, Any]] = []
    asked: list[tuple[Request, Spectrum]] = []
    for record in records:
        try:
            if "error" in record:
                raise ConfigError(record["error"])
            spectrum = _spectrum(shared, record)
            if task == "search":
                _filters(record)
                asked.append((record, spectrum))
                results.append({"place": len(asked) - 1})
            else:
                results.append(_ONE[task](shared, record, spectrum).to_dict())
        except Km3aidError as error:
            results.append({"id": record.get("id"), "error": str(error)})
    found = _search(shared, asked) if asked else []
    return [found[r["place"]].to_dict() if set(r) == {"place"} else r for r in results]


_TASKS: dict[str, Callable[[Shared, Request], Any]] = {
    "assign": assign,
    "rank": rank,
    "search": search,
    "predict": predict,
    "spectrum": understand,
    "parse": parse,
    "export": export,
    "batch": batch,
}


def _assign(shared: Shared, request: Request, spectrum: Spectrum) -> Assignment:
    _molecule(shared, request["smiles"])
    pinned = {int(peak): atoms for peak, atoms in (request.get("pinned") or {}).items()}
    result = shared.engine.assign(request["smiles"], spectrum, pinned=pinned)
    return replace(result, warnings=result.warnings + _remarks(spectrum))


def _rank(shared: Shared, request: Request, spectrum: Spectrum) -> Hits:
    too_large, kept = [], []
    names = request.get("names") or [None] * len(request["candidates"])
    for number, (text, name) in enumerate(zip(request["candidates"], names, strict=True), 1):
        try:
            kept.append((_molecule(shared, text).smiles, name))
        except MoleculeError as error:
            too_large.append(f"candidate {number}: {error}")
    if not kept:
        raise MoleculeError("; ".join(["no candidate can be read", *too_large[:3]]))
    smiles, wanted = zip(*kept, strict=True)
    hits = shared.engine.rank(smiles, spectrum, names=wanted, top=request.get("top"))
    return replace(hits, warnings=(*too_large, *hits.warnings, *_remarks(spectrum)))


_ONE: dict[str, Callable[[Shared, Request, Spectrum], Assignment | Hits]] = {"assign": _assign, "rank": _rank}


def _search(shared: Shared, asked: Sequence[tuple[Request, Spectrum]]) -> list[Hits]:
    """Searches that share library, number of hits and kind of spectrum: those of the first request."""
    first = asked[0][0]
    hits = shared.engine.search_many(
        [spectrum for _, spectrum in asked],
        _library(shared, first.get("library")),
        top=first.get("top", 10),
        filters=[_filters(request) for request, _ in asked],
    )
    return [replace(h, warnings=h.warnings + _remarks(spectrum)) for h, (_, spectrum) in zip(hits, asked, strict=True)]


def _library(shared: Shared, name: str | None) -> Library:
    if not shared.libraries:
        raise LibraryError("no library is served; start with `km3aid serve --library FOLDER`")
    if name is None:
        return next(iter(shared.libraries.values()))
    if name not in shared.libraries:
        raise LibraryError(f"no library {name!r}; there are {', '.join(shared.libraries)}")
    return shared.libraries[name]


def _filters(request: Request) -> Filters:
    given = request.get("filters") or {k: request[k] for k in ("formula", "mass_da") if request.get(k) is not None}
    values = dict(given)
    for name in ("elements", "required", "carbons"):
        if values.get(name) is not None:
            values[name] = tuple(values[name])
    return Filters(**values)


def _spectrum(shared: Shared, request: Request) -> Spectrum:
    solvent = request.get("solvent")
    keep = solvent is not None and solvent.lower() == "none"
    spectrum = spectrum_from_dict(request | {"solvent": None} if keep else request, "spectrum")
    if len(spectrum) > shared.limits.peaks:
        raise SpectrumFormatError(f"{len(spectrum)} peaks; the service takes up to {shared.limits.peaks}")
    if solvent and not keep and not known_solvents(solvent):
        note = f"the lines of the solvent {solvent!r} are not known; nothing is set aside"
        spectrum = replace(spectrum, notes=(*spectrum.notes, note))
    lists = (request.get(name) for name in ("dept135", "dept90", "apt"))
    spectrum = replace(spectrum, one_per_carbon=request.get("one_per_carbon", False))
    return apply_extras(spectrum, "none" if keep else None, *lists)


def _understood(spectrum: Spectrum) -> dict[str, Any]:
    values = spectrum.to_dict()
    for shown, peak in zip(values["peaks"], spectrum, strict=True):
        shown["aside"] = peak.aside
    return values | {"remarks": list(_remarks(spectrum))}


def _molecule(shared: Shared, structure: str) -> Molecule:
    molecule = parse_structure(structure)
    if len(molecule.input_atoms) > shared.limits.atoms:
        raise MoleculeError(f"{len(molecule.input_atoms)} atoms; the service takes up to {shared.limits.atoms}")
    return molecule


def _drawn(structure: str) -> dict[str, Any]:
    molecule = parse_structure(structure)
    drawing = lay_out(molecule)
    return {
        "formula": molecule.formula,
        "mass_da": round(molecule.exact_mass_da, 4),
        "drawing": {"atoms": [a._asdict() for a in drawing.atoms], "bonds": [b._asdict() for b in drawing.bonds]},
    }


def _remarks(spectrum: Spectrum) -> tuple[str, ...]:
    """What was decided about a spectrum, and what was left out and why."""
    return spectrum.notes + tuple(f"left out {item.text!r}: {item.reason}" for item in spectrum.left_out)
