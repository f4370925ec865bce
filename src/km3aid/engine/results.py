"""The engine's answers: typed results whose `to_dict()` is the JSON of the command line."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another place for a peak: `atoms` (input order, 0-based) and its probability."""

    atoms: tuple[int, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class AssignedPeak:
    """One peak of the input (`peak`, its 0-based position) and the carbons that it belongs to.

    A `pinned` peak was placed by hand, so its confidence is 1.
    """

    peak: int
    shift_ppm: float
    atoms: tuple[int, ...]
    predicted_ppm: float
    confidence: float
    alternatives: tuple[Alternative, ...] = ()
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Assignment:
    """Peaks ↔ carbons of one molecule; atom indices are 0-based in the order of the input structure."""

    id: str | None
    smiles: str
    assignments: tuple[AssignedPeak, ...]
    unassigned_peaks: tuple[int, ...]
    unobserved_atoms: tuple[int, ...]
    score: float
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        values = _plain(asdict(self))
        for peak in values["assignments"]:
            if not peak["pinned"]:
                del peak["pinned"]  # kept only where it is true
        return values


@dataclass(frozen=True, slots=True)
class Matrix:
    """Every peak against every carbon class: what an assignment is chosen from.

    `atoms[k]` are the carbons of class k (input order, 0-based) and `predicted_ppm[k]` its shift; `cost[p][k]` is the
    negative log-likelihood of peak p at class k in nats, and `probability[p][k]` the calibrated probability.
    """

    atoms: tuple[tuple[int, ...], ...]
    predicted_ppm: tuple[float, ...]
    cost: tuple[tuple[float, ...], ...]
    probability: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """One candidate: `score` joins both levels; `probability` is calibrated among the candidates."""

    rank: int
    smiles: str
    name: str | None
    score: float
    probability: float
    graph_score: float
    match_score: float


@dataclass(frozen=True, slots=True)
class Hits:
    """The answer of `rank` and `search`, best first; `candidates` is how many were compared."""

    id: str | None
    hits: tuple[Hit, ...]
    candidates: int
    elapsed_ms: float
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return _plain(asdict(self))


@dataclass(frozen=True, slots=True)
class PredictedCarbon:
    """The predicted shift of one carbon class and its standard deviation, both in ppm."""

    atoms: tuple[int, ...]
    shift_ppm: float
    std_ppm: float
    multiplicity: str | None


@dataclass(frozen=True, slots=True)
class Prediction:
    """The predicted spectrum of one molecule."""

    smiles: str
    carbons: tuple[PredictedCarbon, ...]

    def to_dict(self) -> dict[str, Any]:
        return _plain(asdict(self))


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """`values` with tuples as lists, as in JSON."""
    return {key: _listed(value) for key, value in values.items()}


def _listed(value: Any) -> Any:
    if isinstance(value, dict):
        return _plain(value)
    return [_listed(item) for item in value] if isinstance(value, list | tuple) else value
