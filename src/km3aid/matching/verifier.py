"""Does this structure fit this spectrum: a probability, and a verdict at rates of error that the user sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.config import from_dict, to_dict
from km3aid.matching.fit import combined_p_value
from km3aid.matching.logistic import Logistic
from km3aid.matching.presence import Compared, bounded, told
from km3aid.matching.verdict import Verdict

_FEW_LINES = 3
_HALF_AT = 0.05  # p-value of a few lines together from which a structure that has them may be as likely as not
RATES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)  # for which limits are kept


@dataclass(frozen=True, slots=True)
class Verifier:
    """A logistic, and the limits of its probability beyond which so many errors are made.

    Of wrong structures close to the right one the share `RATES[i]` lies above `wrong_above[i]`; of right structures the
    same share lies below `right_below[i]`.
    """

    logistic: Logistic = field(default_factory=Logistic)
    wrong_above: tuple[float, ...] = ()
    right_below: tuple[float, ...] = ()

    def probability(self, compared: Compared) -> float:
        """The probability that the structure is right, if a close wrong one were as likely.

        Of a few lines no fit has met enough: then it is bounded by how well they fit, whatever the logistic says.
        """
        probability = told(self.logistic, compared)
        if len(compared.fit.peak) > _FEW_LINES:
            return probability
        p_value = combined_p_value(compared.fit.p_value)
        return bounded(min(probability, p_value / (p_value + _HALF_AT)))

    def told(self, figures: Mapping[str, float]) -> float:
        """The probability for these figures."""
        return bounded(self.logistic(figures))

    def verdict(self, probability: float, false_accept: float, false_reject: float) -> Verdict:
        """Consistent where at most `false_accept` of the wrong reach as much, inconsistent where at most `false_reject`
        of the right have as little, otherwise undecided; where both hold, the likelier.
        """
        accepted = probability >= _limit(self.wrong_above, false_accept)
        rejected = probability <= _limit(self.right_below, false_reject)
        if accepted and rejected:
            return "consistent" if probability >= 0.5 else "inconsistent"
        if accepted:
            return "consistent"
        return "inconsistent" if rejected else "undecided"


@dataclass(frozen=True, slots=True)
class Verifiers:
    """The constants of verification, by the form of the spectrum; `alone` where no alternative is compared."""

    per_carbon: Verifier = field(default_factory=Verifier)
    distinct: Verifier = field(default_factory=Verifier)
    per_carbon_alone: Verifier = field(default_factory=Verifier)
    distinct_alone: Verifier = field(default_factory=Verifier)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Verifiers:
        """The inverse of `to_dict`; raises `ConfigError`."""
        return from_dict(cls, values, "verification")

    @classmethod
    def of_header(cls, header: dict[str, Any]) -> Verifiers | None:
        """What the header of a model file holds, or None."""
        values = header.get("verifiers")
        return None if values is None else cls.from_dict(values)

    def to_dict(self) -> dict[str, Any]:
        """All constants, as they stand in the header of the weights."""
        return to_dict(self)

    def verifier(self, one_per_carbon: bool, alone: bool) -> Verifier:
        """The one for this form of a spectrum."""
        if alone:
            return self.per_carbon_alone if one_per_carbon else self.distinct_alone
        return self.per_carbon if one_per_carbon else self.distinct


def limits_of(logistic: Logistic, right: NDArray[np.float64], wrong: NDArray[np.float64]) -> Verifier:
    """A verifier from the probabilities that right and wrong structures, two arrays, were given."""
    rates = np.array(RATES)
    above, below = np.quantile(wrong, 1 - rates), np.quantile(right, rates)
    return Verifier(logistic, tuple(above.round(5).tolist()), tuple(below.round(5).tolist()))


def _limit(limits: tuple[float, ...], rate: float) -> float:
    """The limit at this rate, between those that are kept."""
    return float(np.interp(np.log(rate), np.log(RATES), limits))
