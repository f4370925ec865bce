"""Whether one model is better than another: their difference on the same folds, beside the noise of training."""

from __future__ import annotations

from statistics import mean, stdev
from typing import NamedTuple

from km3aid.reproduction.report.results import Results, reach
from km3aid.reproduction.variants import K_M3AID, SEEDED, SP_RELEASED

SAME = 1e-12  # a difference of two targets that rounding loses
MANY = 1000  # degrees of freedom: the error is known
_FOLDS = 3  # fewer tell nothing of their own spread
# standard errors that 95 % of the differences by chance lie within, by degrees of freedom (Student)
_WITHIN = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23)
_SURE = 1.96


class Difference(NamedTuple):
    """How much better the first model is, in points, and the standard error of that."""

    points: float
    error: float | None  # None where nothing is known of it
    free: int  # degrees of freedom of the error
    over: str  # what it is the mean of

    @property
    def text(self) -> str:
        """Such as `+0.9 ± 0.2 (5 folds)`."""
        known = "" if self.error is None else f" ± {self.error:.1f}"
        return f"{self.points:+.1f}{known} ({self.over})"

    def verdict(self, stated: float) -> str:
        """What it says of a claim that the difference is `stated`, at 95 %."""
        if self.error is None:
            return "one training each: undecided"
        if abs(self.points) > self.error * (_WITHIN[self.free - 1] if self.free <= len(_WITHIN) else _SURE):
            return "confirmed" if (self.points > 0) == (stated > 0) else "refuted"
        return "within noise" if self.free > 1 else "two trainings tell little of the noise: undecided"


def difference(results: Results, schedule: str, one: str, other: str, *path: str) -> Difference | None:
    """Of a figure of two variants' `alignment`, None where nothing can be compared.

    From three folds that have both on, their own spread gives the error. Before that the first fold alone counts, each
    variant with the mean over its seeds, and the spread over seeds gives the error: that of another schedule, which is
    named, where this one has a single seed.
    """
    first, second = (results.by_fold(schedule, name, "alignment") for name in (one, other))
    pairs = [(reach(first[f], *path), reach(second[f], *path)) for f in sorted(first.keys() & second.keys())]
    away = [100 * (a - b) for a, b in pairs if a is not None and b is not None]
    if len(away) >= _FOLDS:
        return Difference(mean(away), stdev(away) / len(away) ** 0.5, len(away) - 1, f"{len(away)} folds")
    ours, theirs = (_trainings(results, schedule, name, *path) for name in (one, other))
    if not ours or not theirs:
        return None
    spreads = ((s, seed_spread(results, s, *path)) for s in (schedule, *reversed(results.schedules)))
    of, known = next(((s, spread) for s, spread in spreads if spread), (schedule, None))
    over = "1 fold" if len(ours) == len(theirs) == 1 else f"1 fold, {len(ours)} and {len(theirs)} trainings"
    over += "" if of == schedule else f", noise of {of}"
    points = mean(ours) - mean(theirs)
    if known is None:
        return Difference(points, None, 0, over)
    return Difference(points, known.points * (1 / len(ours) + 1 / len(theirs)) ** 0.5, known.free, over)


class Spread(NamedTuple):
    """Standard deviation, in points, and its degrees of freedom."""

    points: float
    free: int


def seed_spread(results: Results, schedule: str, *path: str) -> Spread | None:
    """Of a figure over trainings that differ in their seed alone, pooled."""
    squares, free = 0.0, 0
    for variant in (K_M3AID, SP_RELEASED):
        values = _trainings(results, schedule, variant.name, *path)
        if len(values) > 1:
            squares += stdev(values) ** 2 * (len(values) - 1)
            free += len(values) - 1
    return Spread((squares / free) ** 0.5, free) if free else None


def _trainings(results: Results, schedule: str, name: str, *path: str) -> list[float]:
    """A figure, in percent, of the trainings of a variant on the first fold, one from each seed."""
    same = [name, *(v.name for v in SEEDED if v.name.startswith(f"{name}-seed"))]
    found = [reach(results.by_fold(schedule, n, "alignment").get(0, {}), *path) for n in same]
    return [100 * value for value in found if value is not None]
