"""What the lines of `elucidate.py` say: constants of trust, and figures with intervals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.elucidate.figures import FIT, figures_of
from km3aid.elucidate.trust import Trust, Unusual
from km3aid.evaluation.metrics import brier_score, calibration_error, chance_calibration_error, roc_area
from km3aid.matching.logistic import Logistic, fit_logistic

Line = dict[str, Any]
_DRAWS = 1000
_DRAWN = 4.0  # towards nothing, as by so many lines
_LEAST = 12  # lines from which a figure is fitted
_USUAL_SHARPNESS = 0.6


def calibrated(lines: list[Line], model_sha256: str, keep: Trust | None = None) -> Trust:
    """Trust fitted on runs with known answers: what is unusual, the sharpness, and the chance that one is right.

    With what is unusual to `keep`, that alone stays as it is.
    """
    whole = [line for line in lines if "without" not in line["setting"] and "left-in" not in line["setting"]]
    formula = [line for line in whole if "-formula-" in line["setting"]]
    free = [line for line in whole if "-free-" in line["setting"]]
    trust = replace(Trust(), model_sha256=model_sha256)
    if len(formula) >= _LEAST:
        unusual = fitted_unusual(formula, composition=False) if keep is None else keep.unusual_of_formula
        trust = replace(trust, unusual_of_formula=unusual, sharp_of_formula=fitted_sharpness(formula, unusual))
        trust = replace(trust, formula=_presence(formula), poor_of_formula=_poor(formula, unusual))
    if len(free) >= _LEAST:
        unusual = fitted_unusual(free, composition=True) if keep is None else keep.unusual_free
        trust = replace(trust, unusual_free=unusual, sharp_free=fitted_sharpness(free, unusual))
        trust = replace(trust, free=_presence(free), poor_free=_poor(free, unusual))
    return trust


def fitted_unusual(lines: list[Line], composition: bool) -> Unusual:
    """The weights that make the right structure likeliest among all that was proposed."""
    from scipy.optimize import minimize

    cases = []
    for line in lines:
        wrong = np.arange(len(line["score"])) != (line["rank"] or 0) - 1
        score = np.append(np.array(line["score"])[wrong], line["right_score"])
        figures = np.vstack([np.array(line["unusual"]).reshape(-1, 5)[wrong], line["right_unusual"]])
        cases.append((score, figures))
    used = slice(0, 5 if composition else 4)

    def loss(x: NDArray[np.float64]) -> float:
        weights = np.zeros(5)
        weights[used] = np.maximum(x[1:], 0.0)
        odds = [np.exp(x[0]) * score - figures @ weights for score, figures in cases]
        nats = [float(np.logaddexp.reduce(o) - o[-1]) for o in odds]
        return float(np.mean(np.minimum(nats, 12.0)) + 0.005 * np.square(x[1:] - 0.7 * start[1:]).sum())

    start = np.array([np.log(0.6), 2.0, 1.0, 0.5, 0.5, 0.2][: 1 + used.stop])
    best = minimize(loss, start, method="Nelder-Mead", options={"maxiter": 4000, "maxfev": 4000}).x
    sharpness = float(np.exp(best[0]))
    weights = np.zeros(5)
    weights[used] = np.maximum(best[1:], 0.0) / sharpness
    found = [round(float(w), 3) for w in weights]
    return Unusual((found[0], found[1], found[2]), found[3], found[4])


def fitted_sharpness(lines: list[Line], unusual: Unusual) -> float:
    """What makes the right proposals likeliest where they are among those kept, when differences count so much."""
    from scipy.optimize import minimize_scalar

    weights = np.array([*unusual.unseen, unusual.rare, unusual.composition])
    cases = [
        (np.array(line["score"]) - np.array(line["unusual"]).reshape(-1, 5) @ weights, line["rank"] - 1)
        for line in lines
        if line["rank"] is not None
    ]

    if len(cases) < _LEAST:
        return _USUAL_SHARPNESS

    def loss(log_sharpness: float) -> float:
        odds = [(np.exp(log_sharpness) * total, right) for total, right in cases]
        drawn = np.square(log_sharpness - np.log(_USUAL_SHARPNESS)) * _DRAWN / (10 * len(cases))
        return float(np.mean([np.logaddexp.reduce(total) - total[right] for total, right in odds]) + drawn)

    return round(float(np.exp(minimize_scalar(loss, bounds=(-3.0, 1.0), method="bounded").x)), 3)


def _presence(lines: list[Line]) -> Logistic:
    """The logistic for a right structure among the first hundred proposals."""
    lines = [line for line in lines if line["figures"]]
    names = [name for name in figures_of(np.zeros(1), 0.0, 1) if name != FIT]
    figures = np.array([[line["figures"][name] for name in names] for line in lines])
    right = np.array([line["rank"] is not None for line in lines])
    return _rounded(fit_logistic(names, figures, right, np.ones(len(lines)), ridge=_DRAWN / len(lines)))


def _poor(lines: list[Line], unusual: Unusual) -> float:
    """The score per peak below which one in twenty right structures lies."""
    weights = np.array([*unusual.unseen, unusual.rare, unusual.composition])
    found = [
        (line["right_score"] - float(np.array(line["right_unusual"]) @ weights)) / np.exp(line["figures"]["log_peaks"])
        for line in lines
        if line["figures"]
    ]
    return round(float(np.quantile(found, 0.05)), 2)


def _rounded(logistic: Logistic) -> Logistic:
    return Logistic(round(logistic.intercept, 5), {name: round(w, 5) for name, w in logistic.weights.items()})


def reported(settings: dict[str, list[Line]], trust: Trust) -> dict[str, Any]:
    """Figures of every setting, with 95 % intervals."""
    return {"settings": {name: _figures(lines, trust) for name, lines in settings.items() if lines}}


def _told(line: Line, trust: Trust) -> tuple[float, float]:
    """The probability that the right structure is there, and that the first proposal is it."""
    if not line["figures"]:
        return 0.0, 0.0
    present = trust.present(line["figures"], "-formula-" in line["setting"])
    return present, present * float(trust.shares(np.array(line["total"]), "-formula-" in line["setting"])[0])


def _figures(lines: list[Line], trust: Trust) -> dict[str, Any]:
    rank = np.array([line["rank"] or 10**6 for line in lines])
    there = rank <= 100
    present, first = np.array([_told(line, trust) for line in lines]).T
    hit = np.array([line["hit_tanimoto"] for line in lines])
    best = np.array([line["best_tanimoto"] for line in lines])
    told: dict[str, Any] = {
        "molecules": len(lines),
        "top_1": _interval(rank == 1),
        "top_5": _interval(rank <= 5),
        "top_10": _interval(rank <= 10),
        "top_100": _interval(there),
        "formula_right": _interval(np.array([line["formula_right"] for line in lines])),
        "best_tanimoto_of_10": _interval(best),
        "best_tanimoto_of_10_hits": _interval(np.array([line["hits_tanimoto"] for line in lines])),
        "tanimoto_of_the_first_library_hit": _interval(hit),
        "tanimoto_gained": _interval(best - hit),
        "top_1_by_best_configuration": _interval(np.array([line["configured_rank"] == 1 for line in lines])),
        "like_one_that_trained": int(sum(line["trained_tanimoto"] >= 0.95 for line in lines)),
        "first_library_hit_right": float(np.mean([line["hit_rank"] == 1 for line in lines])),
        "present_calibration_error": round(float(calibration_error(present, there, 5)), 4),
        "present_calibration_error_by_chance": round(chance_calibration_error(present, 5), 4),
        "present_mean_less_share": round(float(present.mean() - there.mean()), 4),
        "first_calibration_error": round(float(calibration_error(first, rank == 1, 5)), 4),
        "brier_score": round(float(brier_score(present, there)), 4),
        "scored_mean": round(float(np.mean([line["scored"] for line in lines]))),
        "scored_per_second": round(sum(x["scored"] for x in lines) / sum(x["elapsed_s"] for x in lines)),
        "estimated_per_second": round(sum(x["estimated"] for x in lines) / sum(x["elapsed_s"] for x in lines)),
        "load_average_mean": round(float(np.mean([line["load_average_1_min"] for line in lines])), 2),
        "origins": {o: sum(x["origin"] == o for x in lines) for o in ("library", "pieces", "moves")},
    }
    if 0 < there.sum() < len(there):
        told["area_under_curve"] = round(float(roc_area(present, there)), 4)
    return told


def _interval(values: NDArray[Any]) -> dict[str, float]:
    """The mean with its 95 % interval: of a share by Wilson, which knows that of few a whole share is not certain."""
    if values.dtype == bool:
        low, high = _wilson(int(values.sum()), len(values))
        return {"value": round(float(values.mean()), 4), "low": round(low, 4), "high": round(high, 4)}
    rng = np.random.default_rng(0)
    means = [values[rng.integers(0, len(values), len(values))].mean() for _ in range(_DRAWS)]
    low, high = np.quantile(means, [0.025, 0.975])
    return {"value": round(float(values.mean()), 4), "low": round(float(low), 4), "high": round(float(high), 4)}


def _wilson(right: int, count: int) -> tuple[float, float]:
    share, square = right / count, 1.96**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = 1.96 / (1 + square / count) * np.sqrt(share * (1 - share) / count + square / (4 * count**2))
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


SECTIONS = ("figures", "parts")  # of the document that a report writes
_COLUMNS = {
    "top-1": "top_1",
    "top-5": "top_5",
    "top-10": "top_10",
    "formula right": "formula_right",
    "best Tanimoto of ten": "best_tanimoto_of_10",
    "of the first library hit": "tanimoto_of_the_first_library_hit",
}


def page(text: str, section: str, results: dict[str, Any]) -> str:
    """The document with fresh figures between the markers of a section."""
    begin, end = f"<!-- {section}: written by benchmarks/elucidate.py -->", f"<!-- end of {section} -->"
    head, rest = text.split(begin)
    return f"{head}{begin}\n{_table(results)}\n{end}{rest.split(end)[1]}"


def _table(results: dict[str, Any]) -> str:
    names = [*_COLUMNS, "calibration error of `present` (by chance alone), points", "scored, estimated per second"]
    lines = [f"| known; effort | molecules | {' | '.join(names)} |", "|" + "---|" * (len(names) + 2)]
    for setting, told in sorted(results["settings"].items()):
        cells = [_cell(told[key], "tanimoto" not in key) for key in _COLUMNS.values()]
        errors = (told["present_calibration_error"], told["present_calibration_error_by_chance"])
        cells += ["{:.0f} ({:.0f})".format(*(100 * error for error in errors))]
        cells += [f"{told['scored_per_second']:,}, {told['estimated_per_second']:,}"]
        lines.append(f"| {_named(setting)} | {told['molecules']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(figure: dict[str, float], share: bool) -> str:
    if share:
        return f"{100 * figure['value']:.0f} % ({100 * figure['low']:.0f}–{100 * figure['high']:.0f})"
    return f"{figure['value']:.2f} ({figure['low']:.2f}–{figure['high']:.2f})"


def _named(setting: str) -> str:
    """What a setting is in words."""
    _, known, number, unit, *rest = setting.split("-")
    effort = f"{int(number):,} {unit}" if unit == "molecules" else f"{number} s"
    left = f", {' '.join(rest)}" if rest else ""
    return f"{'the formula' if known == 'formula' else '13C alone'}; {effort}{left}"
