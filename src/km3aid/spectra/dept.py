"""Multiplicities from DEPT and APT: which peaks an experiment shows, and with which sign."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.experiment import SIGNED, Experiment
from km3aid.spectra.signs import possible_hydrogens
from km3aid.spectra.solvent_lines import solvent_reasons
from km3aid.spectra.spectrum import MULTIPLICITIES, LeftOut, Peak, Spectrum, groups_of, multiplicity_of
from km3aid.spectra.text.inline import parse_peaks

_NEAR_PPM = 0.25
_ARTEFACT = 0.2  # a line of DEPT that is weaker by as much than that of plain 13C
_OFF_PPM = 1.5  # by which the references of two measured spectra may differ


def parse_signed(text: str, experiment: Experiment) -> Spectrum:
    """A list of signed shifts such as `128.5 -33.4`, as the lines of an experiment that points up where it should.

    Raises `SpectrumFormatError` for a list that cannot be read.

    >>> [p.intensity for p in parse_signed("128.5 -33.4", Experiment.DEPT_135)]
    [1.0, -1.0]
    """
    name = experiment.value
    parts = text.replace(",", " ").replace(";", " ").replace("−", "-").split()
    if not parts:
        raise SpectrumFormatError(
            f"{name}: empty; expected shifts such as '128.5 -33.4', with a minus for negative lines"
        )
    shifts = [parse_peaks(part.strip("+-"), name).peaks[0].shift_ppm for part in parts]
    signs = [-1.0 if part.startswith("-") or part.endswith("-") else 1.0 for part in parts]
    peaks = tuple(Peak(shift, intensity=sign) for shift, sign in zip(shifts, signs, strict=True))
    return Spectrum(peaks, experiment=experiment)


def signed_list(spectrum: Spectrum, experiment: Experiment) -> Spectrum:
    """A plain list of peaks as the lines of an experiment: those with a negative shift or height point down."""
    down = [p.shift_ppm < 0 or (p.intensity or 0.0) < 0 for p in spectrum]
    peaks = (Peak(abs(p.shift_ppm), intensity=-1.0 if d else 1.0) for p, d in zip(spectrum, down, strict=True))
    return replace(spectrum, peaks=tuple(peaks), experiment=experiment)


def add_multiplicities(
    spectrum: Spectrum,
    dept135: str | Spectrum | None = None,
    dept90: str | Spectrum | None = None,
    apt: str | Spectrum | None = None,
) -> Spectrum:
    """The spectrum with the multiplicities that follow from other experiments: lists of signed shifts, or spectra.

    DEPT-135 shows CH and CH3 positive, CH2 negative, and C not at all; DEPT-90 shows only CH; APT shows C and CH2
    positive, CH and CH3 negative. What the experiments leave open (CH or CH3 without DEPT-90, both kinds of APT) stays
    so, and a note says it. The spectrum's own multiplicities take precedence; `left_out` names contradictions.
    Raises `SpectrumFormatError` for a list that cannot be read.

    >>> [p.multiplicity for p in add_multiplicities(parse_peaks("170.2 128.5 60.1"), "128.5 -60.1", "128.5")]
    ['S', 'D', 'T']
    """
    given = ((Experiment.DEPT_135, dept135), (Experiment.DEPT_90, dept90), (Experiment.APT, apt))
    others = [parse_signed(o, kind) if isinstance(o, str) else o for kind, o in given if o is not None]
    return with_experiments(spectrum, others) if others else spectrum


def with_experiments(spectrum: Spectrum, others: Sequence[Spectrum]) -> Spectrum:
    """The spectrum with what other experiments of the same sample, each the right way up, say of its multiplicities."""
    left_out = list(spectrum.left_out)
    names = " and ".join(other.experiment.value for other in others)
    solvent = solvent_reasons(spectrum.peaks, spectrum.solvent or "", spectrum.frequency_mhz)
    sample = [i for i in range(len(spectrum)) if i not in solvent or spectrum.frequency_mhz is None]
    possible = [set(range(len(MULTIPLICITIES))) for _ in spectrum]
    for other in others:
        pairs = pair_lines(spectrum, other)
        for i in sample:
            line = other.peaks[pairs[i]] if i in pairs else None
            if line is not None and line.aside is not None:  # an artefact, or the line of a CH that is weak anyway
                if not line.intensity or _part(line, other) > _ARTEFACT * _part(spectrum.peaks[i], spectrum):
                    continue
                line = None
            possible[i] &= possible_hydrogens(other.experiment, line)
        for n in sorted(set(range(len(other))) - set(pairs.values())):
            if other.peaks[n].aside is None:
                text = f"{other.experiment.value}: {other.peaks[n].shift_ppm:g}"
                left_out.append(LeftOut(text, f"no peak within {_NEAR_PPM:g} ppm"))
    peaks = [narrowed(p, allowed, names, left_out) for p, allowed in zip(spectrum, possible, strict=True)]
    if all(other.experiment in SIGNED for other in others):
        unclear = []  # each peak is one of two, as the experiments' names say
    else:
        unclear = [f"{spectrum.peaks[i].shift_ppm:g} ({_choice(possible[i])})" for i in sample if len(possible[i]) != 1]
    notes = [f"multiplicities from {names}"]
    if unclear:
        notes.append(f"left open by {names}: {', '.join(unclear)}")
    return replace(spectrum, peaks=tuple(peaks), left_out=tuple(left_out), notes=(*spectrum.notes, *notes))


def _part(peak: Peak, spectrum: Spectrum) -> float:
    """The height of a peak as a part of the third-strongest that is not set aside; 0 where there are no heights."""
    heights = sorted((abs(p.intensity or 0.0) for p in spectrum if p.aside is None), reverse=True)
    return abs(peak.intensity or 0.0) / (heights[min(2, len(heights) - 1)] or 1.0) if heights else 0.0


def pair_lines(spectrum: Spectrum, other: Spectrum) -> dict[int, int]:
    """The line of the other spectrum for each peak that has one within 0.25 ppm, nearest first.

    Measured spectra may have different references: the difference at which most lines find a peak is taken out.
    """
    measured = spectrum.frequency_mhz is not None and other.frequency_mhz is not None
    off = _difference(spectrum, other) if measured else 0.0
    pairs: dict[int, int] = {}
    used: set[int] = set()
    for _, i, n in sorted((abs(d - off), i, n) for d, i, n in _differences(spectrum, other, off, _NEAR_PPM)):
        if i not in pairs and n not in used:
            pairs[i] = n
            used.add(n)
    return pairs


def _differences(
    spectrum: Spectrum, other: Spectrum, off_ppm: float, within_ppm: float
) -> Iterator[tuple[float, int, int]]:
    """The differences of shifts that lie within `within_ppm` of `off_ppm`, with the peak and the line."""
    order = sorted(range(len(spectrum)), key=lambda i: spectrum.peaks[i].shift_ppm)
    shifts = [spectrum.peaks[i].shift_ppm for i in order]
    for n, line in enumerate(other):
        middle = line.shift_ppm + off_ppm
        for place in range(bisect_left(shifts, middle - within_ppm), bisect_right(shifts, middle + within_ppm)):
            yield shifts[place] - line.shift_ppm, order[place], n


def _difference(spectrum: Spectrum, other: Spectrum) -> float:
    """The difference of the shifts, up to 1.5 ppm, at which most lines of the other spectrum find a peak."""
    differences = sorted(d for d, _, _ in _differences(spectrum, other, 0.0, _OFF_PPM))
    best, most, end = 0.0, 0, 0
    for start, first in enumerate(differences):
        while end < len(differences) and differences[end] - first <= _NEAR_PPM:
            end += 1
        middle = differences[(start + end - 1) // 2]
        if (end - start, -abs(middle)) > (most, -abs(best)):
            best, most = middle, end - start
    return best


def narrowed(peak: Peak, possible: Iterable[int], source: str, left_out: list[LeftOut]) -> Peak:
    """The peak with the multiplicity that is left by what it says itself and by what `source` allows.

    Where these contradict each other the peak's own stays, and `left_out` says so.
    """
    both = set(peak.possible_hydrogens) & set(possible)
    if both:
        return replace(peak, multiplicity=multiplicity_of(both))
    if allowed := multiplicity_of(possible):
        reason = f"the spectrum itself says {peak.multiplicity}"
        left_out.append(LeftOut(f"{peak.shift_ppm:g}: {groups_of(allowed)} by {source}", reason))
    return peak


def _choice(possible: set[int]) -> str:
    if not possible:
        return "contradictory"
    return groups_of("/".join(MULTIPLICITIES[h] for h in sorted(possible))).replace("/", " or ")
