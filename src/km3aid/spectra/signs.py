"""Which sign of a measured line stands for which carbons.

A spectrometer shows APT, DEPTQ and DEPT either way up, so that the lines themselves must tell: those of the solvent,
whose carbons have no hydrogen, and where carbons with an odd and an even number of hydrogens resonate.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import log

from km3aid.spectra.experiment import SIGNED, Experiment
from km3aid.spectra.solvent_lines import solvent_reasons
from km3aid.spectra.solvent_multiplets import find_multiplets
from km3aid.spectra.solvents import known_solvents
from km3aid.spectra.spectrum import Peak, Spectrum

# Percentages of C, CH, CH2 and CH3 among the carbon classes of nmrshiftdb2 in each 4 ppm from −10 to 230 ppm, without
# the molecules on which km3aid is validated.
_FIRST_PPM, _STEP_PPM = -10, 4
_CARBONS = (
    (9, 16, 12, 63), (3, 2, 4, 90), (1, 2, 9, 90), (2, 3, 46, 49), (1, 1, 10, 88), (1, 1, 5, 94),
    (1, 1, 9, 90), (1, 1, 30, 68), (1, 3, 61, 35), (1, 7, 66, 25), (5, 13, 68, 14), (12, 18, 63, 7),
    (14, 21, 57, 8), (14, 27, 52, 7), (13, 36, 47, 4), (8, 28, 30, 35), (6, 25, 19, 51), (9, 27, 47, 16),
    (8, 26, 62, 3), (10, 43, 47, 1), (16, 58, 26, 1), (23, 66, 11, 1), (38, 56, 7, 1), (50, 45, 5, 1),
    (59, 38, 3, 1), (52, 41, 7, 1), (41, 52, 7, 1), (34, 57, 8, 1), (33, 63, 4, 1), (34, 62, 4, 1),
    (30, 64, 6, 1), (30, 63, 6, 1), (33, 65, 3, 1), (30, 69, 1, 1), (19, 81, 1, 1), (42, 57, 1, 1),
    (65, 34, 1, 1), (76, 24, 1, 1), (78, 22, 1, 1), (80, 20, 1, 1), (86, 14, 1, 1), (93, 7, 1, 1),
    (94, 6, 1, 1), (97, 3, 1, 1), (99, 1, 1, 1), (99, 1, 1, 1), (98, 2, 1, 1), (95, 5, 1, 1),
    (89, 11, 1, 1), (73, 27, 1, 1), (68, 32, 1, 1), (89, 11, 1, 1), (91, 9, 1, 1), (91, 9, 1, 1),
    (98, 2, 1, 1), (99, 1, 1, 1), (98, 1, 1, 1), (94, 1, 3, 1), (90, 3, 3, 3), (95, 2, 2, 2),
)  # fmt: skip
_SOLVENT = 6.0  # nats that the lines of the solvent weigh
_SURE = 2.0  # nats by which one way up must be likelier
_MOST = 2.0  # nats that one line may weigh: some are not the sample's


def upright(spectrum: Spectrum) -> Spectrum:
    """The spectrum with its intensities positive for C and CH2 in APT and DEPTQ, for CH and CH3 in DEPT.

    Where the lines do not tell which way up it is, they have no intensities.
    """
    if spectrum.experiment not in (*SIGNED, Experiment.DEPT_135):
        return spectrum  # only whether there is a line counts
    if spectrum.experiment in SIGNED and not {True, False} <= set(map(_is_positive, spectrum)):
        return _with_heights(spectrum, None)  # heights without their signs
    odds = _odds(spectrum)
    return spectrum if odds >= _SURE else _with_heights(spectrum, -1.0 if odds <= -_SURE else None)


def with_angle(spectrum: Spectrum) -> Spectrum:
    """A DEPT of unknown angle with lines of both signs is a DEPT-135; any other spectrum as it is."""
    signs = {_is_positive(p) for p in spectrum if p.aside is None}
    both = spectrum.experiment == Experiment.DEPT and len(signs) == 2
    return replace(spectrum, experiment=Experiment.DEPT_135) if both else spectrum


def possible_hydrogens(experiment: Experiment, line: Peak | None) -> set[int]:
    """The numbers of attached H that an experiment, made `upright`, allows for a peak with that line or without."""
    if experiment == Experiment.DEPT_90:
        return {0, 2, 3} if line is None else {1}
    if experiment == Experiment.DEPT_45:
        return {0} if line is None else {1, 2, 3}
    if experiment == Experiment.DEPT_135:
        return {0} if line is None else {1, 2, 3} if line.intensity is None else {1, 3} if _is_positive(line) else {2}
    if experiment in SIGNED and line is not None and line.intensity is not None:
        return {0, 2} if _is_positive(line) else {1, 3}
    return {0, 1, 2, 3}


def _odds(spectrum: Spectrum) -> float:
    """Logarithm of the odds that the spectrum is the way up that `upright` wants."""
    if spectrum.experiment == Experiment.DEPT_135:
        return _odds_of((p for p in spectrum if p.aside is None), positive=(1, 3), negative=(2,))
    solvent = solvent_reasons(spectrum.peaks, spectrum.solvent or "", spectrum.frequency_mhz)
    sample = [p for i, p in enumerate(spectrum.peaks) if i not in solvent and p.aside is None]
    return _odds_of(sample, positive=(0, 2), negative=(1, 3)) + _odds_by_solvent(spectrum)


def _odds_of(peaks: Iterable[Peak], positive: Sequence[int], negative: Sequence[int]) -> float:
    total = 0.0
    for peak in peaks:
        row = _CARBONS[max(0, min(int((peak.shift_ppm - _FIRST_PPM) // _STEP_PPM), len(_CARBONS) - 1))]
        odds = log(sum(row[h] for h in positive) / sum(row[h] for h in negative))
        total += max(-_MOST, min(odds, _MOST)) * (1 if _is_positive(peak) else -1)
    return total


def _odds_by_solvent(spectrum: Spectrum) -> float:
    named = known_solvents(spectrum.solvent or "")
    lines = [i for m in find_multiplets(spectrum.peaks, spectrum.frequency_mhz, named) for i in m.peaks]
    total = sum(spectrum.peaks[i].intensity or 0.0 for i in lines)
    return 0.0 if total == 0 else _SOLVENT if total > 0 else -_SOLVENT


def _is_positive(peak: Peak) -> bool:
    return (peak.intensity or 0.0) >= 0


def _with_heights(spectrum: Spectrum, factor: float | None) -> Spectrum:
    """The spectrum with its intensities multiplied by a factor, or without them."""
    heights = [None if p.intensity is None or factor is None else factor * p.intensity for p in spectrum]
    return replace(spectrum, peaks=tuple(replace(p, intensity=h) for p, h in zip(spectrum, heights, strict=True)))
