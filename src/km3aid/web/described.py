"""What the answers hold, for the OpenAPI description; a test compares it with real answers."""

from __future__ import annotations

from types import GenericAlias
from typing import Any, get_type_hints

from km3aid.engine.results import Assignment, Elucidation, Hits, PredictedCarbon, Prediction, Proposal, Verification
from km3aid.molecules.depict import DrawnAtom, DrawnBond

_DRAWN = {"drawing", "formula", "mass_da", "inchi", "inchi_key"}  # what `detail` adds
_NOT_ALWAYS = {"pinned", "carbons", "spectrum", *_DRAWN}  # of an Assignment and its peaks


def describe_answers() -> dict[str, Any]:
    """`answers` refers each task to the schema of its answer; `schemas` are all by name."""
    from pydantic import TypeAdapter

    made = _models()
    adapters: list[Any] = [(task, "validation", TypeAdapter(kind)) for task, kind in made.items()]
    references, schemas = TypeAdapter.json_schemas(adapters, ref_template="#/components/schemas/{model}")
    for name, schema in schemas["$defs"].items():
        properties = schema["properties"]
        may_lack = _DRAWN if name == "Prediction" else _NOT_ALWAYS
        optional = may_lack if name in ("Assignment", "AssignedPeak", "Prediction") else set()
        schema["required"] = [key for key in properties if key not in optional]
        schema["additionalProperties"] = False
        schema["description"] = schema.get("description", "").replace("`", "")
    return {"answers": {task: schema for (task, _), schema in references.items()}, "schemas": schemas["$defs"]}


def _models() -> dict[str, Any]:
    atom, bond = (_model(kind.__name__, **get_type_hints(kind)) for kind in (DrawnAtom, DrawnBond))
    named = {"formula": str, "mass_da": float, "inchi": str, "inchi_key": str}
    drawn = named | {"drawing": _model("Drawing", atoms=_many(atom), bonds=_many(bond))}
    text = str | None
    peak = {"ppm": float, "multiplicity": text, "count": int | None}
    shown = _model("UnderstoodPeak", **peak, aside=text)
    understood = _model("UnderstoodSpectrum", id=text, peaks=_many(shown), solvent=text, remarks=list[str])
    assigned = _answer(Assignment, **drawn, carbons=list[PredictedCarbon], spectrum=understood)
    failure = _model("Failure", id=text, error=str)
    return {
        "assign": assigned,
        "assignments": _model("Assignments", answers=_many(assigned | failure)),
        "failure": failure,
        "predict": _answer(Prediction, **drawn),
        "verify": _answer(Verification),
        "rank": _answer(Hits),
        "search": _answer(Hits),
        "elucidate": _answer(Elucidation, hits=tuple[Proposal, ...]),
        "spectrum": understood,
        "parse": _parsed(_model("ReadPeak", **peak, intensity=float | None)),
        **_state(),
    }


def _parsed(peak: Any) -> Any:
    text = str | None
    curve = _model("Curve", left_ppm=float, right_ppm=float, low=list[int], high=list[int], noise=float)
    left = _many(_model("LeftOut", text=str, reason=str))
    spectrum = _model(
        "ReadSpectrum",
        id=text,
        peaks=_many(peak),
        solvent=text,
        experiment=str,
        left_out=left,
        notes=list[str],
        structure=text,
        assigned=list[list[int]],
        aside=_many(_model("AsidePeak", ppm=float, intensity=float | None, reason=str)),
        trace=curve | None,
    )
    structure = _model("ReadStructure", smiles=str, block=text, name=text, formula=str)
    spectra = _model("ReadSpectra", spectra=_many(spectrum), errors=list[str])
    return spectra | _model("ReadStructures", structures=_many(structure), errors=list[str])


def _state() -> dict[str, Any]:
    """The answers of the other routes."""
    text, whole = str, int
    job = _model(
        "Job",
        id=text,
        task=text,
        state=text,
        total=whole,
        done=whole,
        failed=whole,
        elapsed_ms=float,
        error=text | None,
        expires=text | None,
    )
    model = _model("ServedModel", name=text, sha256=text, bundled=bool)
    library = _model("ServedLibrary", name=text, molecules=whole, warnings=list[str])
    known = {"formats": dict[str, list[str]], "input_formats": dict[str, str], "solvents": list[str]}
    return {
        "job": job,
        "health": _model("Health", status=text, version=text),
        "libraries": _model("Libraries", libraries=_many(library)),
        "models": _model("Models", models=_many(model), **known),
    }


def _answer(kind: type, **more: Any) -> Any:
    """A model with the fields of an answer as JSON has them: without what was asked."""
    hints = get_type_hints(kind)
    return _model(kind.__name__, kind.__doc__, **{name: hints[name] for name in hints if name != "asked"} | more)


def _model(name: str, doc: str | None = None, /, **kinds: Any) -> Any:
    from pydantic import create_model

    make: Any = create_model  # its overloads do not know types that are made while running
    return make(name, __doc__=doc, **{key: (kind, ...) for key, kind in kinds.items()})


def _many(kind: Any) -> Any:
    return GenericAlias(list, (kind,))
