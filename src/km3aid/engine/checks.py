"""The parts of a verification: its tests, what a structure does not explain, and the isomers that do."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from km3aid.engine.results import Check, Member, Misfit, Rival
from km3aid.matching.classes import CarbonClasses
from km3aid.matching.config import MatchConfig
from km3aid.matching.fit import Fit, combined_p_value
from km3aid.matching.spread import ONE_SIGMA, half_width
from km3aid.spectra.spectrum import Peak, Spectrum

DIASTEREOMERS = 32  # that are made to tell how sure the configuration is; of more the nearest
_UNLIKELY = 0.01  # a line that is as far off in fewer right structures is a misfit
_NEAR = 2.0  # log-odds within which an isomer is a rival
_RIVALS = 5


def checks(
    spectrum: Spectrum, fit: Fit, classes: CarbonClasses, scores: Sequence[float], configured: Sequence[Member]
) -> tuple[Check, ...]:
    """The tests of a structure with these carbon classes.

    `scores` are its own and those of the isomers; `configured` are the structure and its diastereomers, if any.
    """
    made = [_shifts(fit), _lines(fit, classes, spectrum), _symmetry(fit, classes)]
    if any(p.multiplicity is not None for p in spectrum if p.aside is None):
        made.append(_multiplicities(spectrum, fit))
    if aside := [p for p in spectrum if p.aside is not None]:
        reasons = "; ".join(f"{p.shift_ppm:g} ppm: {p.aside}" for p in aside)
        made.append(Check("solvent and impurities", 0.0, 0.0, f"{len(aside)} line(s) set aside: {reasons}"))
    made.append(_isomers(scores))
    if configured:
        made.append(_configuration(configured))
    return tuple(made)


def misfits(
    peaks: Sequence[tuple[int, Peak]], fit: Fit, classes: CarbonClasses, to_input: Sequence[int], config: MatchConfig
) -> tuple[Misfit, ...]:
    """Lines that are unlikely at their carbons, the worst first; then peaks and carbons that are alone.

    The fit is that of `peaks`, which come with their numbers in the whole spectrum.
    """
    deviation = half_width(classes.scale_ppm, config, ONE_SIGMA)
    found = []
    for n in np.argsort(fit.p_value, kind="stable"):
        if fit.p_value[n] >= _UNLIKELY:
            break
        p, k = int(fit.peak[n]), int(fit.carbon_class[n])
        found.append(
            Misfit(
                peaks[p][0],
                tuple(to_input[i] for i in classes.atoms[k]),
                peaks[p][1].shift_ppm,
                round(float(classes.shift_ppm[k]), 2),
                round(float(deviation[k]), 2),
                float(f"{fit.p_value[n]:.2g}"),
            )
        )
    alone = sorted(set(range(len(peaks))) - set(fit.peak.tolist()))
    unseen = sorted(set(range(len(classes))) - set(fit.carbon_class.tolist()))
    return (
        *found,
        *(Misfit(peaks[p][0], observed_ppm=peaks[p][1].shift_ppm) for p in alone),
        *_unseen(unseen, classes, to_input),
    )


def _unseen(unseen: Sequence[int], classes: CarbonClasses, to_input: Sequence[int]) -> Iterator[Misfit]:
    for k in unseen:
        atoms = tuple(to_input[i] for i in classes.atoms[k])
        yield Misfit(atoms=atoms, predicted_ppm=round(float(classes.shift_ppm[k]), 2))


def rivals(
    smiles: Sequence[str], names: Sequence[str | None], scores: Sequence[float], own: float
) -> tuple[Rival, ...]:
    """The isomers that explain the spectrum better than the structure, or almost as well, best first."""
    ranked = sorted(zip(smiles, names, scores, strict=True), key=lambda rival: -rival[2])
    near = [Rival(text, name, round(score - own, 2)) for text, name, score in ranked if score > own - _NEAR]
    return tuple(near[:_RIVALS])


def _shifts(fit: Fit) -> Check:
    if not len(fit.peak):
        return Check("shifts", -1.0, 1.0, "no peak fits any carbon")
    worst = int(np.argmin(fit.p_value))
    together = combined_p_value(fit.p_value)
    mean = np.abs(fit.away_ppm).mean()
    detail = (
        f"mean |Δ| {mean:.2f} ppm over {len(fit.peak)} pairs; worst {fit.away_ppm[worst]:+.2f} ppm "
        f"(p {fit.p_value[worst]:.2g}); all together p {together:.2g}"
    )
    return Check("shifts", _of_p_value(together), _grows(len(fit.peak), 5), detail)


def _lines(fit: Fit, classes: CarbonClasses, spectrum: Spectrum) -> Check:
    wrong = fit.extra_peaks + fit.missing
    expected = int(classes.sizes.sum()) if spectrum.one_per_carbon else len(classes)
    detail = f"{fit.peaks} peaks for {expected} lines expected"
    if fit.extra_peaks:
        detail += f"; {fit.extra_peaks} without a carbon"
    if fit.missing:
        detail += f"; {fit.missing} carbon(s) without a peak"
    return Check("number of lines", max(-1.0, 1.0 - 0.75 * wrong), _grows(expected, 5), detail)


def _symmetry(fit: Fit, classes: CarbonClasses) -> Check:
    split = len(fit.peak) - len(np.unique(fit.carbon_class)) if len(fit.peak) else 0
    allowed = bool(classes.splits.any())
    detail = f"{len(classes)} carbon classes of {int(classes.sizes.sum())} carbons; {fit.shared} share a line"
    if split and allowed:
        detail += f"; {split} give several lines, as diastereotopic carbons may"
    return Check("symmetry", max(-1.0, 1.0 - 2 * fit.shared / max(len(classes), 1)), 0.5, detail)


def _multiplicities(spectrum: Spectrum, fit: Fit) -> Check:
    known = sum(p.multiplicity is not None for p in spectrum if p.aside is None)
    score = max(-1.0, 1.0 - 4 * fit.wrong_hydrogens / known)
    return Check("multiplicities", score, _grows(known, 4), f"{fit.wrong_hydrogens} of {known} known do not fit")


def _isomers(scores: Sequence[float]) -> Check:
    own, others = scores[0], list(scores[1:])
    if not others:
        return Check("competing isomers", 0.0, 0.0, "no isomer to compare with")
    better = sum(score > own for score in others)
    gap = own - max(others)
    how = (
        f"{better} of {len(others)} isomers explain the spectrum better"
        if better
        else (f"it explains the spectrum better than {len(others)} isomers, by {gap:.1f} log-odds")
    )
    return Check("competing isomers", math.tanh(gap / 3), _grows(len(others), 20), how)


def _configuration(configured: Sequence[Member]) -> Check:
    own, others = configured[0], configured[1:]
    best = max(others, key=lambda other: other.probability)
    even = 1 / len(configured)  # what a guess gives
    among = f"{len(configured)} relative configurations"
    if len(others) >= DIASTEREOMERS:  # there may be more
        among = f"the {len(configured)} nearest relative configurations"
    detail = (
        f"{_percent(own.probability)} for the one given among {among}; {_percent(best.probability)} for {best.smiles}"
    )
    surest = max(own.probability, best.probability)
    return Check("relative configuration", own.probability - best.probability, (surest - even) / (1 - even), detail)


def _percent(probability: float) -> str:
    return f"{100 * min(max(probability, 0.01), 0.99):.0f} %"  # never none and never all


def _of_p_value(p: float) -> float:
    """1 from a p-value of a half on, −1 at 10⁻⁴ and less."""
    return float(np.clip(1 + 2 * math.log(max(p, 1e-12) / 0.5) / math.log(0.5 / 1e-4), -1, 1))


def _grows(count: int, half: int) -> float:
    """From 0 towards 1, a half at `half`."""
    return count / (count + half)
