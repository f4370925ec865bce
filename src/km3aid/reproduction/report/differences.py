"""Whether one model is better than another: their difference on the same folds, beside the noise of training."""

from __future__ import annotations

from statistics import mean, stdev
from typing import NamedTuple

from km3aid.reproduction.report.results import Results, reach
from km3aid.reproduction.variants import K_M3AID, SEEDED, SP_RELEASED

SAME = 1e-12  # a difference of two targets that rounding loses
_FOLDS = 3  # fewer tell nothing of their own spread


class Difference(NamedTuple):
    """How much better the first model is, in points, and the standard error of that."""

    points: float
    error: float | None  # None where nothing is known of it
    folds: int

    @property
    def text(self) -> str:
        """Such as `+0.9 ± 0.2 (5 folds)`."""
        known = "" if self.error is None else f" ± {self.error:.1f}"
        return f"{self.points:+.1f}{known} ({self.folds} {'folds' if self.folds > 1 else 'fold'})"

    def verdict(self, stated: float) -> str:
        """What it says of a claim that the difference is `stated`: two standard errors decide."""
        if self.error is None:
            return "one training each: undecided"
        if abs(self.points) <= 2 * self.error:
            return "within noise"
        return "confirmed" if (self.points > 0) == (stated > 0) else "refuted"


def difference(results: Results, schedule: str, one: str, other: str, *path: str) -> Difference | None:
    """Of a figure of two variants' `alignment`, None where no fold has both.

    From three folds on their own spread gives the error; before that the spread over seeds does.
    """
    first, second = (results.by_fold(schedule, name, "alignment") for name in (one, other))
    pairs = [(reach(first[f], *path), reach(second[f], *path)) for f in sorted(first.keys() & second.keys())]
    away = [100 * (a - b) for a, b in pairs if a is not None and b is not None]
    if not away:
        return None
    if len(away) >= _FOLDS:
        return Difference(mean(away), stdev(away) / len(away) ** 0.5, len(away))
    spread = seed_spread(results, schedule, *path)
    error = None if spread is None else spread * (2 / len(away)) ** 0.5
    return Difference(mean(away), error, len(away))


def seed_spread(results: Results, schedule: str, *path: str) -> float | None:
    """Standard deviation, in points, of a figure over trainings that differ in their seed alone, pooled."""
    squares, free = 0.0, 0
    for variant in (K_M3AID, SP_RELEASED):
        same = [variant.name, *(v.name for v in SEEDED if v.name.startswith(f"{variant.name}-seed"))]
        found = [reach(results.by_fold(schedule, name, "alignment").get(0, {}), *path) for name in same]
        values = [100 * v for v in found if v is not None]
        if len(values) > 1:
            squares += stdev(values) ** 2 * (len(values) - 1)
            free += len(values) - 1
    return (squares / free) ** 0.5 if free else None
