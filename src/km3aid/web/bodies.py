"""What the body of a request may hold: the records of `km3aid.requests`, and what only the service is asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from annotated_types import Gt, Le, MaxLen, MinLen

from km3aid.config import from_dict
from km3aid.errors import ConfigError
from km3aid.requests.limits import Limits
from km3aid.requests.records import (
    AssignRecord,
    ElucidateRecord,
    PredictRecord,
    RankRecord,
    SearchRecord,
    SpectrumRecord,
    VerifyRecord,
)

ELUCIDATE_SECONDS = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignRequest(AssignRecord):
    """Which peak belongs to which carbon of a structure. Peaks and atoms count from 0."""

    detail: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentsRequest(SpectrumRecord):
    """One spectrum assigned to each of some structures, such as the hits of a search."""

    structures: Annotated[list[str], MinLen(1), MaxLen(20)]
    detail: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictRequest(PredictRecord):
    """The shifts that a structure should show. Atoms count from 0."""

    detail: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseRequest:
    """A file as `base64`, or a pasted `text`: spectra in any format that can be read, or structures."""

    kind: Literal["spectra", "structures"] = "spectra"
    text: str | None = None
    base64: str | None = None
    name: str | None = None
    input_format: str | None = None
    every: bool = False

    def __post_init__(self) -> None:
        if (self.text is None) == (self.base64 is None):
            raise ConfigError("give either text or base64")


@dataclass(frozen=True, slots=True, kw_only=True)
class ElucidateRequest(ElucidateRecord):
    """Structures proposed for a spectrum, which need not stand in a library."""

    seconds: Annotated[float, Gt(0), Le(86_400)] = ELUCIDATE_SECONDS


BODIES: dict[str, type] = {
    "assign": AssignRequest,
    "assignments": AssignmentsRequest,
    "verify": VerifyRecord,
    "rank": RankRecord,
    "search": SearchRecord,
    "elucidate": ElucidateRequest,
    "predict": PredictRequest,
    "spectrum": SpectrumRecord,
    "parse": ParseRequest,
}

_DESCRIPTIONS = {
    "id": "Comes back in the answer.",
    "peaks": "Peaks, or bare shifts in ppm. Either peaks or report is required.",
    "report": "Text such as '13C NMR (101 MHz, CDCl3) δ 170.1, 128.5 (2CH)'.",
    "solvent": "Its lines are set aside; by default the report's. none: nothing is set aside.",
    "dept135": "Signed shifts, CH2 negative, such as '128.5 -33.4'.",
    "hsqc": "Cross peaks as pairs 13C/1H, such as '56.1/3.95 -33.4/1.6'; negative ones are CH2.",
    "dept90": "Shifts of the CH.",
    "apt": "Signed shifts; C and CH2 positive.",
    "one_per_carbon": "Whether the spectrum holds one peak for every carbon.",
    "ppm": "Chemical shift, from -50 to 350.",
    "multiplicity": "Attached hydrogens: S, D, T, Q or C, CH, CH2, CH3, or a choice of them, S/T or D/Q.",
    "count": "How many carbons the peak stands for.",
    "intensity": "In any unit.",
    "smiles": "SMILES, InChI, or a mol block.",
    "pinned": "Peaks held on atoms (an empty list: on none), both counted from 0; the rest is assigned around them.",
    "detail": "Also returns formula, mass, InChI and the drawing's coordinates, and for assign all predicted shifts.",
    "candidates": "SMILES, InChI or mol blocks.",
    "structures": "SMILES, InChI or mol blocks.",
    "names": "One for each candidate.",
    "top": "How many hits to return.",
    "by": "connectivity: stereoisomers, salts and duplicates are one hit; structure: each is one.",
    "false_accept": "Share of close wrong structures that may be found consistent.",
    "false_reject": "Share of right structures that may be found inconsistent.",
    "library": "A name that GET /api/libraries lists; the first one by default.",
    "formula": "Such as C9H8O4.",
    "mass_da": "Monoisotopic mass.",
    "adduct": "Such as [M+Na]+; mass_da is then the measured m/z.",
    "filters": "Conditions on hits, applied before anything is scored.",
    "elements": "All that may occur.",
    "required": "Elements that must occur.",
    "carbons": "Lowest and highest number of carbons.",
    "substructure": "SMARTS.",
    "rings": "Lowest and highest number of rings.",
    "without": "SMARTS of a substructure that must not occur.",
    "start": "SMILES of structures that it may be near.",
    "seconds": "How long proposals are sought.",
    "molecules": "Stop after so many are scored instead: with equal seeds the answers are equal.",
    "seed": "Of all that is left to chance.",
    "kind": "What the content is.",
    "text": "The pasted text. Either text or base64 is required.",
    "base64": "The bytes of the file; may be gzipped.",
    "name": "Of the file; its ending may tell the format.",
    "every": "Of several experiments each that can be used on its own, the usual one first; by default that one alone.",
    "input_format": "A format that GET /api/models lists; found by name and content by default.",
}
_EITHER = (("peaks", "report"), ("text", "base64"))


def read_body(task: str, text: str) -> Any:
    """The body of a request for `task`, one of `BODIES`; raises `ConfigError`.

    >>> read_body("predict", '{"smiles": "CCO"}')
    PredictRequest(smiles='CCO', detail=False)
    """
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"request: not valid JSON ({error})") from None
    return from_dict(BODIES[task], values, "request")


def describe_bodies(limits: Limits) -> dict[str, Any]:
    """For the OpenAPI description: `bodies` refers each task to its schema, `schemas` are all by name."""
    from pydantic import TypeAdapter

    adapters: list[Any] = [(task, "validation", TypeAdapter(kind)) for task, kind in BODIES.items()]
    references, made = TypeAdapter.json_schemas(adapters, ref_template="#/components/schemas/{model}")
    bounds = {
        "peaks": {"maxItems": limits.peaks},
        "candidates": {"maxItems": limits.candidates},
        "top": {"maximum": limits.hits},
        "seconds": {"maximum": limits.seconds},
    }
    for name, schema in made["$defs"].items():
        fields = schema["properties"]
        schema["additionalProperties"] = False
        schema["description"] = schema["description"].replace("`", "")
        for pair in _EITHER:
            if set(pair) <= fields.keys():
                schema["oneOf"] = [{"required": [key]} for key in pair]
        for key, field in fields.items():
            field |= bounds.get(key, {})
            if key in _DESCRIPTIONS and not (name == "Filters" and key == "names"):
                field["description"] = _DESCRIPTIONS[key]
    return {"bodies": {task: schema for (task, _), schema in references.items()}, "schemas": made["$defs"]}
