"""The constants of matching, fitted on validation molecules and stored with the model."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Calibration:
    """Probability = sigmoid(slope·logit(p) + intercept), p a matching marginal at `temperature`."""

    temperature: float = 1.0
    slope: float = 1.0
    intercept: float = 0.0


@dataclass(frozen=True, slots=True)
class Fusion:
    """Score = graph_weight·cosine + match_weight·(log-likelihood of the best assignment)."""

    graph_weight: float = 20.0
    match_weight: float = 0.5


@dataclass(frozen=True, slots=True)
class MatchConfig:
    """Costs are negative natural logarithms of probabilities."""

    scale_factor: float = 1.0  # see `trusted_scale`
    scale_power: float = 1.0
    outlier: float = 0.03  # share of carbons whose prediction (or record) is plainly wrong
    outlier_ppm: float = 20.0  # Laplace scale of those
    wrong_multiplicity: float = 0.025
    node_weight: float = 0.5  # of the node level's evidence beside the predicted shift
    unassigned_peak: float = 9.0
    unobserved_carbon: float = 9.0
    aside_peak: float = 0.5  # a carbon at a line that the solvent gives anyway; it competes with `unobserved_carbon`
    overlap: float = 2.5  # another carbon class under the same peak
    split: float = 1.5  # another peak of one class whose carbons may be diastereotopic
    wrong_number: float = 9.0  # one peak per carbon: per carbon of a candidate too many or too few
    wrong_count: float = 1.0  # per carbon that a peak's count is off
    per_carbon: Calibration = field(default_factory=Calibration)  # one peak per carbon
    distinct: Calibration = field(default_factory=Calibration)  # distinct peaks
    per_carbon_fusion: Fusion = field(default_factory=Fusion)
    distinct_fusion: Fusion = field(default_factory=Fusion)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> MatchConfig:
        """The inverse of `to_dict`; raises `ConfigError` at an unknown key."""
        known = {f.name for f in fields(cls)}
        if unknown := sorted(set(values) - known):
            raise ConfigError(f"unknown matching setting {unknown[0]!r}; known are {', '.join(sorted(known))}")
        made = dict(values)
        for name, kind in (("per_carbon", Calibration), ("distinct", Calibration)):
            made[name] = kind(**values.get(name, {}))
        for name in ("per_carbon_fusion", "distinct_fusion"):
            made[name] = Fusion(**values.get(name, {}))
        return cls(**made)

    def trusted_scale(self, scale_ppm: NDArray[np.float64]) -> NDArray[np.float64]:
        """The Laplace scale to expect where the model states `scale_ppm`, both in ppm.

        A model knows its training molecules better than others, so it states scales that are too small for those.
        """
        trusted: NDArray[np.float64] = self.scale_factor * scale_ppm**self.scale_power
        return trusted

    def changed(self, **values: Any) -> MatchConfig:
        """A copy with other values."""
        return replace(self, **values)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)
