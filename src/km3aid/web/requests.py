"""What a request may hold: the objects of the batch contract, with the options that the command line has."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from km3aid.web.config import Limits

LIMITS = Limits()
Text = Annotated[str, Field(max_length=LIMITS.structure_chars)]
Short = Annotated[str, Field(max_length=500)]
Symbol = Annotated[str, Field(max_length=3)]
Index = Annotated[int, Field(ge=0, le=100_000)]


class Peak(BaseModel):
    """One line of a spectrum."""

    model_config = ConfigDict(extra="forbid")
    ppm: float = Field(ge=-50, le=350, description="Chemical shift in ppm.")
    multiplicity: Literal["S", "D", "T", "Q"] | None = Field(
        default=None, description="Attached H: S 0, D 1, T 2, Q 3."
    )
    count: int | None = Field(default=None, ge=1, le=1000, description="How many carbons the line stands for.")
    intensity: float | None = Field(default=None, allow_inf_nan=False)


class SpectrumRequest(BaseModel):
    """A spectrum as `peaks`, or as the text of a `report`; exactly one of the two."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"oneOf": [{"required": ["peaks"]}, {"required": ["report"]}]}
    )
    id: Short | None = None
    peaks: list[Peak] | None = Field(default=None, min_length=1, max_length=LIMITS.peaks)
    report: Text | None = Field(default=None, description="Such as '13C NMR (101 MHz, CDCl3) δ 170.1, 128.5 (2CH)'.")
    solvent: Short | None = Field(
        default=None, description="Its lines are set aside; by default the report's. none: nothing is set aside."
    )
    dept135: Text | None = Field(default=None, description="Signed shifts, CH2 negative.", examples=["128.5 -33.4"])
    dept90: Text | None = Field(default=None, description="Shifts of the CH.")
    apt: Text | None = Field(default=None, description="Signed shifts; C and CH2 positive.")
    one_per_carbon: bool = Field(default=False, description="The spectrum holds one peak per carbon.")

    @model_validator(mode="after")
    def _one_spectrum(self) -> SpectrumRequest:
        if (self.peaks is None) == (self.report is None):
            raise ValueError("give the spectrum either as peaks or as report")
        return self


class AssignRequest(SpectrumRequest):
    """Which peak belongs to which carbon of this structure."""

    smiles: Text = Field(description="SMILES, or a mol block.", examples=["CCO"])
    pinned: dict[Index, list[Index]] = Field(
        default_factory=dict,
        max_length=LIMITS.peaks,
        description="Peaks held on atoms (or on none); the rest is assigned around them.",
    )
    detail: bool = Field(default=False, description="Also where the atoms lie on paper, and all predicted shifts.")


class RankRequest(SpectrumRequest):
    """Which of these candidates it is."""

    candidates: list[Text] = Field(min_length=1, max_length=LIMITS.candidates)
    names: list[Short | None] | None = Field(default=None, max_length=LIMITS.candidates)
    top: int | None = Field(default=None, ge=1, le=LIMITS.candidates)

    @model_validator(mode="after")
    def _as_many_names(self) -> RankRequest:
        if self.names is not None and len(self.names) != len(self.candidates):
            raise ValueError("give as many names as candidates, or none")
        return self


class FilterRequest(BaseModel):
    """What a hit must satisfy before anything is scored."""

    model_config = ConfigDict(extra="forbid")
    formula: Short | None = None
    mass_da: float | None = Field(default=None, gt=0, le=100_000, description="Monoisotopic.")
    mass_tolerance_da: float = Field(default=0.01, ge=0, le=1000)
    mass_tolerance_ppm: float | None = Field(default=None, ge=0, le=1_000_000)
    elements: list[Symbol] | None = Field(default=None, max_length=118, description="All that may occur.")
    required: list[Symbol] = Field(default_factory=list, max_length=118, description="Those that must occur.")
    carbons: tuple[Index, Index] | None = Field(default=None, description="Lowest and highest number of carbons.")
    substructure: Short | None = Field(default=None, description="SMARTS.")


class SearchRequest(SpectrumRequest):
    """Which molecule of a library it is."""

    library: Short | None = Field(default=None, description="A name of GET /api/libraries; the first one by default.")
    filters: FilterRequest = FilterRequest()
    top: int = Field(default=10, ge=1, le=LIMITS.hits)


class PredictRequest(BaseModel):
    """The shifts that a structure should show."""

    model_config = ConfigDict(extra="forbid")
    smiles: Text = Field(description="SMILES, or a mol block.", examples=["CCO"])
    detail: bool = Field(default=False, description="Also where the atoms lie on paper.")


class ParseRequest(BaseModel):
    """A file or a pasted text: spectra in any format that is read, or structures."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"oneOf": [{"required": ["text"]}, {"required": ["base64"]}]}
    )
    kind: Literal["spectra", "structures"] = "spectra"
    text: Annotated[str, Field(max_length=LIMITS.body_bytes)] | None = None
    base64: Annotated[str, Field(max_length=LIMITS.body_bytes)] | None = Field(
        default=None, description="A file's bytes."
    )
    name: Short | None = Field(default=None, description="The file's name; its ending may tell the format.")
    input_format: Short | None = None

    @model_validator(mode="after")
    def _one_content(self) -> ParseRequest:
        if (self.text is None) == (self.base64 is None):
            raise ValueError("give either text or base64")
        return self


REQUESTS: dict[str, type[BaseModel]] = {
    "assign": AssignRequest,
    "rank": RankRequest,
    "search": SearchRequest,
    "predict": PredictRequest,
    "parse": ParseRequest,
}


def plain(request: BaseModel) -> dict[str, Any]:
    """The request as JSON values, without what was not given."""
    return request.model_dump(mode="json", exclude_none=True)
