"""Fit the constants of matching on molecules that neither trained the model nor validate it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol, Self

import numpy as np

from km3aid.engine import Engine
from km3aid.engine.familiar import Familiar, familiar
from km3aid.evaluation.assignment import (
    Matcher,
    Scored,
    Scoring,
    joined,
    mean_share,
    score_distinct,
    score_disturbed,
    score_per_carbon,
)
from km3aid.evaluation.block import ValidationBlock
from km3aid.evaluation.cases import Case
from km3aid.evaluation.metrics import brier_score, calibration_error
from km3aid.matching.confidence import fit_calibration
from km3aid.matching.config import Calibration, MatchConfig
from km3aid.matching.cost import fit_shift_cost, shift_cost
from km3aid.models.weights import write_model_file
from km3aid.molecules import environments

_FORMS: tuple[Scoring, ...] = (score_per_carbon, score_distinct, score_disturbed)
_CONFIDENCES: dict[str, tuple[Scoring, ...]] = {
    "per_carbon": (score_per_carbon,),
    "distinct": (score_distinct, score_disturbed),
}
_GRID: dict[str, tuple[float, ...]] = {
    "unassigned_peak": (2.0, 3.5, 5.0, 7.0),
    "unobserved_carbon": (2.0, 3.5, 5.0, 7.0),
    "node_weight": (0.0, 0.5, 1.0, 1.5),
    "wrong_multiplicity": (0.003, 0.01, 0.025),
    "overlap": (1.5, 2.5, 4.0),
    "split": (0.5, 1.5, 3.0),
}
_GAIN = 0.0005  # a constant changes for a gain above this
_TEMPERATURES = (0.5, 0.7, 1.0, 1.4)
_TOLD = ("presence", "verifiers", "configurations")  # of the header of weights


class Adjustable(Matcher, Protocol):
    """A matcher whose constants may be replaced: an `Engine`."""

    @property
    def matching(self) -> MatchConfig:
        """The constants that it matches with."""

    def with_matching(self, matching: MatchConfig, /) -> Self:
        """The same matcher with other constants."""


class Fitted(NamedTuple):
    """The best constants, and what was tried on the way to them."""

    matching: MatchConfig
    tried: list[dict[str, Any]]


def calibrate(matcher: Adjustable, cases: Sequence[Case]) -> Fitted:
    """The best constants for `cases`; `matcher` stays as it is.

    First what a shift costs, by likelihood; then one constant after the other, each for the mean share of what is
    right over spectra with one peak per carbon, with distinct peaks, and with peaks lost and added; last the
    calibration of the confidence, by its Brier score.
    """
    matching, tried = fit_shifts(cases, matcher.matching)
    for name, values in _GRID.items():
        matching, steps = fit_constant(matcher.with_matching(matching), cases, name, values)
        tried += steps
    for name in _CONFIDENCES:
        matching, steps = fit_confidence(matcher.with_matching(matching), cases, name)
        tried += steps
    return Fitted(matching, tried)


def fit_shifts(cases: Sequence[Case], matching: MatchConfig) -> Fitted:
    """The constants of `shift_cost`; tried: its mean with the scales as the model states them, and as fitted."""
    recorded = [np.median(c.recorded_ppm[list(atoms)]) for c in cases for atoms in c.classes.atoms]
    away = np.abs(np.array(recorded) - np.concatenate([c.classes.shift_ppm for c in cases]))
    scale = np.concatenate([c.classes.scale_ppm for c in cases])
    stated = matching.changed(scale_factor=1.0, scale_power=1.0)
    fitted = fit_shift_cost(away, scale, stated)
    costs = (("stated", stated), ("fitted", fitted))
    tried = [{"setting": "scale", "value": name, "cost": float(shift_cost(away, scale, c).mean())} for name, c in costs]
    return Fitted(fitted, tried)


def fit_constant(matcher: Adjustable, cases: Sequence[Case], name: str, values: Sequence[float]) -> Fitted:
    """The value of constant `name` with the highest share right; today's stays unless another is plainly better."""
    before = getattr(matcher.matching, name)
    tried, outcomes = [], []
    for value in values:
        changed = matcher.with_matching(matcher.matching.changed(**{name: value}))
        shares = [mean_share(score(changed, cases)) for score in _FORMS]
        accuracy = sum(shares) / len(shares)
        outcomes.append((accuracy + _GAIN * (value == before), value))
        tried.append({"setting": name, "value": value, "accuracy": accuracy, "by_kind": shares})
    return Fitted(matcher.matching.changed(**{name: max(outcomes)[1]}), tried)


def fit_confidence(matcher: Adjustable, cases: Sequence[Case], name: str) -> Fitted:
    """The calibration `name` (per_carbon or distinct) with the lowest Brier score over some temperatures."""
    tried, outcomes = [], []
    for temperature in _TEMPERATURES:
        raw = matcher.matching.changed(**{name: Calibration(temperature)})
        fitted = fit_calibration(*joined(_scored(matcher.with_matching(raw), cases, name)), temperature)
        matching = matcher.matching.changed(**{name: fitted})
        confidence, correct = joined(_scored(matcher.with_matching(matching), cases, name))
        brier = brier_score(confidence, correct)
        outcomes.append((brier, matching))
        error = calibration_error(confidence, correct)
        tried.append({"setting": name, "value": temperature, "brier": brier, "ece": error})
    return Fitted(min(outcomes, key=lambda outcome: outcome[0])[1], tried)


def familiar_after(block: ValidationBlock) -> Familiar:
    """The surroundings of carbons that a model knows which trained without the block."""
    data, train = block.data, block.split.train
    owner = np.repeat(np.arange(len(data)), np.diff(data.atom_offset))
    bonds = data.bonds + np.repeat(data.atom_offset[:-1], np.diff(data.bond_offset))[:, None]
    seen = np.isin(owner, train)
    keys = environments(data.atoms, bonds, data.bond_codes)
    return familiar(owner[seen], data.atoms[seen], keys[seen])


def write_calibrated(
    engine: Engine,
    matching: MatchConfig,
    weights: str | Path,
    known: Familiar | None = None,
    told: Mapping[str, Any] | None = None,
) -> None:
    """Write the engine's model with these constants, and those that it has of what is `known` unless they are given.

    What is `told` of presence, verification and configurations depends on the constants of matching: with others, what
    the model has of it is dropped.
    """
    changed = _TOLD if matching != engine.matching else ()
    header = {name: value for name, value in engine.header.items() if name not in changed}
    header |= {"matching": matching.to_dict(), **({} if known is None else known.to_header()), **(told or {})}
    write_model_file(weights, engine.file._replace(header=header))


def _scored(matcher: Matcher, cases: Sequence[Case], name: str) -> list[Scored]:
    return [scored for score in _CONFIDENCES[name] for scored in score(matcher, cases)]
