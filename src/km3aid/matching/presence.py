"""How likely it is that the right structure is among those compared: what a search needs to say "none of these".

The best hit is looked at in itself (how far its lines are off, which are missing or too many), beside the others (how
far ahead it is), and against how many were compared: of a million molecules one may fit by chance, of five hardly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.config import from_dict, to_dict
from km3aid.matching.fit import Fit
from km3aid.matching.logistic import Logistic

_LEAST, _MOST = 0.001, 0.995  # what the cases that were fitted on can tell apart from never and always
_FAR = 12.0  # log-odds ahead of the others beyond which nothing is gained; the same where there are no others


class Compared(NamedTuple):
    """What is known of a comparison of one spectrum with some structures, one of each connectivity."""

    score: NDArray[np.float64]  # (G,) fused, best first
    graph: float  # of the best: cosine
    match: float  # log-likelihood of its best assignment
    fit: Fit  # the same in detail
    passed: int  # how many structures were compared, those that were passed over in silence included


@dataclass(frozen=True, slots=True)
class Presence:
    """The constants for spectra with one peak per carbon, and with distinct peaks."""

    per_carbon: Logistic = field(default_factory=Logistic)
    distinct: Logistic = field(default_factory=Logistic)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Presence:
        """The inverse of `to_dict`; raises `ConfigError`."""
        return from_dict(cls, values, "presence")

    @classmethod
    def of_header(cls, header: dict[str, Any]) -> Presence | None:
        """What the header of a model file holds, or None."""
        values = header.get("presence")
        return None if values is None else cls.from_dict(values)

    def to_dict(self) -> dict[str, Any]:
        """All constants, as they stand in the header of the weights."""
        return to_dict(self)

    def probability(self, compared: Compared, one_per_carbon: bool) -> float:
        """The probability that the right structure is there, if as often as not it is."""
        logistic = self.per_carbon if one_per_carbon else self.distinct
        return told(logistic, compared)


def told(logistic: Logistic, compared: Compared) -> float:
    """The probability of a logistic, within its bounds; the least where no peak has a carbon, which no fit has met."""
    return bounded(logistic(presence_figures(compared)) if len(compared.fit.peak) else 0.0)


def bounded(probability: float) -> float:
    """A probability as it is told: never 0 or 1."""
    return min(max(probability, _LEAST), _MOST)


def presence_figures(compared: Compared) -> dict[str, float]:
    """The figures by which presence is told, each bounded, so that an odd one does not decide alone."""
    fit = compared.fit
    others = compared.score[1:]
    ahead = float(compared.score[0] - np.logaddexp.reduce(others)) if len(others) else _FAR
    unlikely = np.sort(-np.log(np.maximum(fit.p_value, 1e-12)))[::-1]
    figures = {
        "log_compared": math.log10(max(compared.passed, 1)),
        "log_peaks": math.log(fit.peaks),
        "match_per_peak": _clipped(compared.match / fit.peaks, -8, 1),
        "ahead": _clipped(ahead, -_FAR, _FAR),
        "root_ahead": math.sqrt(_clipped(ahead, 0, _FAR)),
        "worst_line": _clipped(unlikely[0] - math.log(len(unlikely)) if len(unlikely) else 10, -4, 10),
        "second_worst": _clipped(unlikely[1] if len(unlikely) > 1 else 0, 0, 12),
        "dissimilarity": math.log(1.02 - _clipped(compared.graph, -1, 1)),
        "extra_peaks": min(fit.extra_peaks, 5),
        "missing_carbons": min(fit.missing, 5),
        "shared_lines": min(fit.shared, 5),
        "wrong_hydrogens": min(fit.wrong_hydrogens, 3),
        "surprise": _clipped(fit.surprise.mean() if len(unlikely) else 3, -1, 3),
        "log_away": math.log(0.05 + (np.abs(fit.away_ppm).mean() if len(unlikely) else 20)),
        "log_scale": fit.mean_log_scale,
    }
    for name in ("log_peaks", "ahead", "match_per_peak", "worst_line"):
        figures[f"{name}_by_log_compared"] = figures[name] * figures["log_compared"]
    return figures


def _clipped(value: float, least: float, most: float) -> float:
    return float(min(max(value, least), most))
