"""Fit verification on molecules that never trained, and judge it on others: right structures and close wrong ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.engine import Engine
from km3aid.engine.judging import compare_alone
from km3aid.engine.rates import USUAL_RATES
from km3aid.engine.verifying import Beside, isomers_of
from km3aid.evaluation.metrics import brier_score, calibration_error, reliability_curve, roc_area
from km3aid.evaluation.trials import Question
from km3aid.library import Filters, Library
from km3aid.matching.logistic import fit_logistic
from km3aid.matching.presence import presence_figures
from km3aid.matching.verifier import Verifier, Verifiers, limits_of
from km3aid.molecules import connectivity, parse_smiles
from km3aid.molecules.similarity import nearest_tanimoto

CLOSE = 0.6  # Tanimoto similarity from which an isomer is close
_LOOKED_AT = 1000  # isomers of the library, drawn at random, among which close ones are looked for
_CLOSE_ONES = 2  # for each right structure
_SHARES = {"right": 0.5, "close": 0.25, "random": 0.25}  # of what claims weigh in a fit


class Judged(NamedTuple):
    """A structure that was held against a spectrum."""

    kind: str  # of the spectrum, as in a question
    claim: str  # right; close, a wrong isomer that looks like it; random, any isomer; both from the library
    figures: dict[str, float]  # beside isomers
    alone: dict[str, float]


def judge(engine: Engine, library: Library, questions: Sequence[Question]) -> Iterator[Judged]:
    """Hold the right structure, close isomers of a library and a random one against each spectrum of a structure.

    The precise model does, as in `Engine.verify`.
    """
    engine = engine.precise
    for number, (smiles, asked) in enumerate(groupby(questions, lambda question: question.smiles)):
        spectra = list(asked)
        for claim, structure in [("right", smiles), *_isomers(library, smiles, np.random.default_rng(number))]:
            molecule = parse_smiles(structure)
            beside = Beside.of(engine, molecule, isomers_of(engine, molecule, spectra[0].spectrum, None))
            for question in spectra:
                compared, _ = beside.compare(engine, question.spectrum)
                single = compare_alone(engine, beside.encoded, question.spectrum)
                yield Judged(question.kind, claim, presence_figures(compared), presence_figures(single))


def fit_verifiers(judged: Sequence[Judged]) -> Verifiers:
    """The constants that tell right structures from close wrong ones, and their limits."""
    per_carbon = [j for j in judged if j.kind == "per_carbon"]
    distinct = [j for j in judged if j.kind != "per_carbon"]
    return Verifiers(
        _fitted(per_carbon, alone=False),
        _fitted(distinct, alone=False),
        _fitted(per_carbon, alone=True),
        _fitted(distinct, alone=True),
    )


def evaluate_verifiers(verifiers: Verifiers, judged: Sequence[Judged]) -> dict[str, Any]:
    """Verdicts at the usual rates for each kind of spectrum, beside isomers and by the lines alone."""
    result: dict[str, Any] = {}
    for kind in dict.fromkeys(j.kind for j in judged):
        some = [j for j in judged if j.kind == kind]
        result[kind] = {
            "beside_isomers": _figures(verifiers.verifier(kind == "per_carbon", alone=False), some, alone=False),
            "alone": _figures(verifiers.verifier(kind == "per_carbon", alone=True), some, alone=True),
        }
    return result


def _isomers(library: Library, smiles: str, rng: np.random.Generator) -> list[tuple[str, str]]:
    """Close wrong structures, and a random one, as far as the library has them."""
    right = parse_smiles(smiles)
    parts = library.filter(Filters(formula=right.formula))
    rows = np.concatenate([part + start for part, start in zip(parts, library.starts[:-1], strict=True)])
    drawn = [library.smiles(int(row)) for row in rng.permutation(rows)[:_LOOKED_AT]]
    own = connectivity(smiles)
    others = {connectivity(text): text for text in drawn}
    others.pop(own, None)
    molecules = [parse_smiles(text) for text in others.values()]
    similar = nearest_tanimoto(molecules, [right])
    close = [m.smiles for m, s in zip(molecules, similar, strict=True) if s >= CLOSE][:_CLOSE_ONES]
    return [*(("close", text) for text in close), *(("random", m.smiles) for m in molecules[:1])]


def _fitted(judged: Sequence[Judged], alone: bool) -> Verifier:
    """Right structures weigh as much as wrong ones, close ones as much as random ones; limits are those of close ones.

    Without random ones a structure could pass that is far off, if only its isomers are farther.
    """
    names = list(judged[0].figures)
    figures = np.array([[(j.alone if alone else j.figures)[name] for name in names] for j in judged])
    claim = np.array([j.claim for j in judged])
    weight = sum(share * (claim == name) / max((claim == name).sum(), 1) for name, share in _SHARES.items())
    logistic = fit_logistic(names, figures, claim == "right", weight)
    probability = np.array([logistic(j.alone if alone else j.figures) for j in judged])
    return limits_of(logistic, probability[claim == "right"], probability[claim == "close"])


def _figures(verifier: Verifier, judged: Sequence[Judged], alone: bool) -> dict[str, Any]:
    told = np.array([verifier.told(j.alone if alone else j.figures) for j in judged])
    claim = np.array([j.claim for j in judged])
    verdicts = np.array([verifier.verdict(p, USUAL_RATES.false_accept, USUAL_RATES.false_reject) for p in told])
    rows: dict[str, Any] = {}
    for name in dict.fromkeys(claim):
        own = verdicts[claim == name]
        shares = {v: round(float((own == v).mean()), 4) for v in ("consistent", "undecided", "inconsistent")}
        rows[name] = {"structures": len(own), **shares}
    near = claim != "random"
    right = claim[near] == "right"
    balanced = _balanced(right)
    return {
        "verdicts": rows,
        "right_accepted_where_close_are_at_5_percent": _accepted(told, claim, "close", 0.05),
        "random_accepted_where_right_are_at_95_percent": _rate_at(told, claim),
        "area_under_curve": round(roc_area(told[near], right), 4),
        "brier_score": round(brier_score(told[near][balanced], right[balanced]), 4),
        "calibration_error": round(calibration_error(told[near][balanced], right[balanced], 10), 4),
        "reliability": reliability_curve(told[near][balanced], right[balanced]),
    }


def _balanced(right: NDArray[np.bool_]) -> NDArray[np.int64]:
    """As many right as wrong ones, drawn anew from the rarer."""
    rng = np.random.default_rng(0)
    yes, no = np.flatnonzero(right), np.flatnonzero(~right)
    count = max(len(yes), len(no))
    drawn = [part if len(part) == count else rng.choice(part, count) for part in (yes, no)]
    return np.concatenate(drawn)


def _accepted(told: NDArray[np.float64], claim: NDArray[np.str_], wrong: str, rate: float) -> float | None:
    """The share of right structures above what the share `rate` of the wrong ones exceeds."""
    if not (claim == wrong).any():
        return None
    limit = np.quantile(told[claim == wrong], 1 - rate)
    return round(float((told[claim == "right"] > limit).mean()), 4)


def _rate_at(told: NDArray[np.float64], claim: NDArray[np.str_]) -> float | None:
    """The share of random isomers above what 95 % of the right structures exceed."""
    if not (claim == "random").any():
        return None
    limit = np.quantile(told[claim == "right"], 0.05)
    return round(float((told[claim == "random"] > limit).mean()), 4)
