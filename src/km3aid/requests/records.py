"""The records of a batch, each read and checked once, by the one definition that all interfaces share."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Annotated, Any, Literal, NamedTuple

from annotated_types import Ge, Gt, Le, MinLen

from km3aid.config import from_dict
from km3aid.elucidate.known import Effort, Known
from km3aid.engine.rates import USUAL_RATES, ErrorRates, Rate
from km3aid.engine.results import By
from km3aid.errors import ConfigError, Km3aidError
from km3aid.library import Filters
from km3aid.requests.adducts import neutral_mass_da
from km3aid.requests.conditions import Conditions
from km3aid.spectra import Spectrum, spectrum_from_dict

Index = Annotated[int, Ge(0)]
Task = Literal["assign", "verify", "rank", "search", "elucidate", "predict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakRecord:
    """One line of a spectrum.

    `multiplicity` is S, D, T, Q or C, CH, CH2, CH3, the number of attached hydrogens, or a choice of them, S/T or D/Q.
    """

    ppm: float
    multiplicity: str | None = None
    count: Annotated[int, Ge(1)] | None = None
    intensity: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpectrumRecord:
    """A spectrum as `peaks`, or as the text of a `report` such as '13C NMR (101 MHz, CDCl3) δ 170.1, 128.5 (2CH)'."""

    id: str | int | None = None
    peaks: Annotated[list[PeakRecord | float], MinLen(1)] | None = None
    report: str | None = None
    solvent: str | None = None  # whose lines are set aside; by default the report's; "none": nothing is set aside
    dept135: str | None = None  # signed shifts, CH2 negative
    dept90: str | None = None  # shifts of the CH
    apt: str | None = None  # signed shifts, C and CH2 positive
    hsqc: str | None = None  # cross peaks as pairs 13C/1H, negative ones with a minus
    one_per_carbon: bool = False

    def __post_init__(self) -> None:
        if (self.peaks is None) == (self.report is None):
            raise ConfigError("give the spectrum either as 'peaks' or as 'report'")

    def spectrum(self) -> Spectrum:
        """The spectrum under the record's conditions; raises `SpectrumFormatError`."""
        peaks: Any = self.peaks and [asdict(p) if isinstance(p, PeakRecord) else p for p in self.peaks]
        read = spectrum_from_dict({"id": self.id, "peaks": peaks, "report": self.report}, "spectrum")
        given = Conditions(self.solvent, self.dept135, self.dept90, self.apt, self.one_per_carbon, self.hsqc)
        return given.apply(read)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignRecord(SpectrumRecord):
    """Which peak belongs to which carbon of the structure `smiles` (a SMILES, or a mol block).

    `pinned` peaks are held on atoms (or on none); the rest is assigned around them.
    """

    smiles: Annotated[str, MinLen(1)]
    pinned: dict[Index, list[Index]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyRecord(SpectrumRecord):
    """Whether the structure `smiles` (a SMILES, or a mol block) fits.

    Isomers in a `library` are compared too. Of close wrong structures the share `false_accept` may be found consistent,
    of right ones the share `false_reject` inconsistent.
    """

    smiles: Annotated[str, MinLen(1)]
    library: str | None = None
    false_accept: Rate = USUAL_RATES.false_accept
    false_reject: Rate = USUAL_RATES.false_reject

    def rates(self) -> ErrorRates:
        """Both rates."""
        return ErrorRates(self.false_accept, self.false_reject)


@dataclass(frozen=True, slots=True, kw_only=True)
class RankRecord(SpectrumRecord):
    """Which of the `candidates` (SMILES or mol blocks) it is."""

    candidates: Annotated[list[str], MinLen(1)]
    names: list[str | None] | None = None
    top: Annotated[int, Ge(1)] | None = None
    by: By = "connectivity"

    def __post_init__(self) -> None:
        SpectrumRecord.__post_init__(self)
        if self.names is not None and len(self.names) != len(self.candidates):
            raise ConfigError(f"{len(self.names)} names for {len(self.candidates)} candidates; give one for each")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRecord(SpectrumRecord):
    """Which molecule of a library it is.

    `formula` and `mass_da` come before those of `filters`; with an `adduct` such as [M+Na]+ the mass is the measured
    m/z of that ion.
    """

    library: str | None = None
    formula: str | None = None
    mass_da: Annotated[float, Gt(0)] | None = None
    adduct: str | None = None
    filters: Filters = field(default_factory=Filters)
    top: Annotated[int, Ge(1)] = 10
    by: By = "connectivity"

    def conditions(self) -> Filters:
        """All that a hit must satisfy; raises `MoleculeError` and `ConfigError`."""
        mass = self.filters.mass_da if self.mass_da is None else self.mass_da
        if self.adduct is not None:
            mass = _neutral(mass, self.adduct)
        formula = self.filters.formula if self.formula is None else self.formula
        return replace(self.filters, formula=formula, mass_da=mass)


@dataclass(frozen=True, slots=True, kw_only=True)
class ElucidateRecord(SpectrumRecord):
    """Structures proposed for the spectrum, which need not stand in a library; `library` is what they start from.

    With an `adduct` such as [M+Na]+ the mass is the measured m/z of that ion. The work ends after `seconds`, or once so
    many `molecules` are scored, which with equal seeds gives equal answers.
    """

    library: str | None = None
    formula: str | None = None
    mass_da: Annotated[float, Gt(0)] | None = None
    adduct: str | None = None
    filters: Filters = field(default_factory=Filters)
    rings: tuple[int, int] | None = None
    without: str | None = None
    start: list[str] = field(default_factory=list)
    usual: bool = True
    seconds: Annotated[float, Gt(0), Le(86_400)] = 60.0
    molecules: Annotated[int, Ge(1)] | None = None
    seed: Index = 0
    top: Annotated[int, Ge(1)] = 10

    def known(self) -> Known:
        """What is known beside the spectrum; raises `MoleculeError` and `ConfigError`."""
        mine = self.filters
        if mine.names is not None or mine.required:
            raise ConfigError("filters: 'names' and 'required' say nothing of structures that are in no library")
        mass = mine.mass_da if self.mass_da is None else self.mass_da
        if self.adduct is not None:
            mass = _neutral(mass, self.adduct)
        tolerance = (
            mine.mass_tolerance_da if mine.mass_tolerance_ppm is None else (mass or 0) * mine.mass_tolerance_ppm / 1e6
        )
        return Known(
            formula=mine.formula if self.formula is None else self.formula,
            mass_da=mass,
            mass_tolerance_da=tolerance,
            elements=mine.elements,
            carbons=mine.carbons,
            rings=self.rings,
            substructure=mine.substructure,
            without=self.without,
            start=tuple(self.start),
            usual=self.usual,
        )

    def effort(self) -> Effort:
        """How long to go on."""
        return Effort(self.seconds, self.molecules, self.seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictRecord:
    """The shifts that the structure `smiles` (a SMILES, or a mol block) should show."""

    smiles: Annotated[str, MinLen(1)]


def _neutral(mz: float | None, adduct: str) -> float:
    if mz is None:
        raise ConfigError("adduct: needs the measured m/z; give it as 'mass_da'")
    return neutral_mass_da(mz, adduct)


Record = AssignRecord | VerifyRecord | RankRecord | SearchRecord | ElucidateRecord | PredictRecord
RECORDS: dict[Task, type[Record]] = {
    "assign": AssignRecord,
    "verify": VerifyRecord,
    "rank": RankRecord,
    "search": SearchRecord,
    "elucidate": ElucidateRecord,
    "predict": PredictRecord,
}


class Line(NamedTuple):
    """A line of a batch: where it stands, the id that it gives, and its record, or the reason why it is none."""

    where: str
    id: str | None
    record: Record | Km3aidError


def read_record(task: Task, line: str, where: str, defaults: Mapping[str, Any] | None = None) -> Line:
    """Read a line of JSON; `defaults` hold for what the record itself leaves out or gives as null.

    One file may serve several tasks: the keys of the others are passed over, a key of none is an error.

    >>> read_record("predict", '{"smile": "CCO"}', "line 1").record
    ConfigError("line 1: unknown key 'smile'; did you mean 'smiles'?")
    """
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Line(where, None, ConfigError(f"{where}: not valid JSON ({error}); the line may be cut off"))
    if not isinstance(values, dict):
        return Line(where, None, ConfigError(f'{where}: expected a JSON object such as {{"id": …, "peaks": […]}}'))
    name = None if values.get("id") is None else str(values["id"])
    try:
        return Line(where, name, from_dict(RECORDS[task], _merged(task, values, defaults or {}), where))
    except Km3aidError as error:
        return Line(where, name, error)


def _merged(task: Task, values: dict[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a record without those of other tasks, over the defaults; filters are merged one by one."""
    every = {f.name for kind in RECORDS.values() for f in fields(kind)}
    others = every - {f.name for f in fields(RECORDS[task])}
    said = {**defaults, **_without_nulls(values, every)}
    usual, own = defaults.get("filters"), values.get("filters")
    if isinstance(own, dict):
        named = [f.name for f in fields(Filters)]
        said["filters"] = {name: getattr(usual, name) for name in named if usual} | _without_nulls(own, named)
    return {key: value for key, value in _without_nulls(said, every).items() if key not in others}


def _without_nulls(values: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    """The values without the nulls of known keys, which say nothing."""
    return {key: value for key, value in values.items() if value is not None or key not in known}
