"""The constants of matching, fitted on molecules that were not used to train the model, and stored with its weights."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge, Gt, Lt
from numpy.typing import NDArray

from km3aid.config import from_dict, to_dict

Positive = Annotated[float, Gt(0)]
Probability = Annotated[float, Gt(0), Lt(1)]
Weight = Annotated[float, Ge(0)]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Turns a matching marginal p at `temperature` into the probability sigmoid(slope·logit(p) + intercept)."""

    temperature: Positive = 1.0
    slope: float = 1.0
    intercept: float = 0.0


@dataclass(frozen=True, slots=True)
class Fusion:
    """Turns two scores into one: graph_weight·cosine + match_weight·(log-likelihood of the best assignment)."""

    graph_weight: Weight = 20.0
    match_weight: Weight = 0.5


@dataclass(frozen=True, slots=True)
class Ranking:
    """The costs by which distinct peaks compare molecules, where they differ from those of an assignment.

    An assignment has the node level beside them. A comparison of molecules has to judge carbons that are far off, lines
    of something else and lines that were not seen, for one of the molecules is right in spite of them.
    """

    scale_factor: Positive
    scale_power: float
    outlier: Probability
    outlier_ppm: Positive
    unassigned_peak: Weight
    unobserved_carbon: Weight
    overlap: Weight
    split: Weight


@dataclass(frozen=True, slots=True)
class MatchConfig:
    """Costs are negative natural logarithms of probabilities."""

    scale_factor: Positive = 1.0  # see `trusted_scale`
    scale_power: float = 1.0
    outlier: Probability = 0.03  # the share of carbons whose prediction or record is plainly wrong
    outlier_ppm: Positive = 20.0  # the Laplace scale of those
    wrong_multiplicity: Probability = 0.025
    node_weight: Weight = 0.5  # of the node level's evidence, beside the predicted shift
    unassigned_peak: float = 9.0
    unobserved_carbon: float = 9.0
    aside_peak: float = 0.5  # a carbon under a line that the solvent explains; it competes with `unobserved_carbon`
    overlap: float = 2.5  # a further carbon class under a peak
    split: float = 1.5  # a further peak of a class whose carbons may be diastereotopic
    wrong_number: float = 9.0  # with one peak per carbon: every carbon that a candidate has too many or too few
    wrong_count: float = 1.0  # every carbon by which the count of a peak is off
    per_carbon: Calibration = field(default_factory=Calibration)  # one peak per carbon
    distinct: Calibration = field(default_factory=Calibration)  # distinct peaks
    distinct_ranking: Ranking | None = None  # None: molecules are compared by the costs of an assignment
    per_carbon_fusion: Fusion = field(default_factory=Fusion)
    distinct_fusion: Fusion = field(default_factory=Fusion)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> MatchConfig:
        """The inverse of `to_dict`; what is not given has its default. Raises `ConfigError`."""
        return from_dict(cls, values, "matching")

    @property
    def sha256(self) -> str:
        """SHA-256 of all constants, by which a result knows those that it was computed with."""
        return hashlib.sha256(json.dumps(self.to_dict(), sort_keys=True).encode()).hexdigest()

    def trusted_scale(self, scale_ppm: NDArray[np.float64]) -> NDArray[np.float64]:
        """The Laplace scale to expect where the model states `scale_ppm`, both in ppm.

        A model knows its training molecules better than others, for which the scales that it states are too small.
        """
        trusted: NDArray[np.float64] = self.scale_factor * scale_ppm**self.scale_power
        return trusted

    def ranking(self, one_per_carbon: bool) -> MatchConfig:
        """The constants by which spectra of this kind compare molecules."""
        own = self.distinct_ranking
        return self if one_per_carbon or own is None else self.changed(**asdict(own))

    def changed(self, **values: Any) -> MatchConfig:
        """A copy with other values."""
        return replace(self, **values)

    def to_dict(self) -> dict[str, Any]:
        """All constants, as they stand in the header of the weights; no `distinct_ranking` where there is none."""
        values = to_dict(self)
        return values if self.distinct_ranking else {k: v for k, v in values.items() if k != "distinct_ranking"}
