"""Turn a matching of peaks and carbon classes into an `Assignment`, with atoms numbered as in the input."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from km3aid.encoding.encode import EncodedMolecule
from km3aid.engine.judging import judged
from km3aid.engine.results import Alternative, Asked, AssignedPeak, Assignment, Matrix
from km3aid.errors import ConfigError
from km3aid.matching.assign import Match
from km3aid.matching.classes import CarbonClasses
from km3aid.matching.config import MatchConfig
from km3aid.matching.pins import NO_PINS, Pins, build_pins
from km3aid.matching.spread import ONE_SIGMA, half_width
from km3aid.molecules import splitting_hz
from km3aid.molecules.given import Structure
from km3aid.spectra.impurities import impurity_at
from km3aid.spectra.solvents import known_solvents
from km3aid.spectra.spectrum import Spectrum
from km3aid.spectra.twins import twins_note

if TYPE_CHECKING:
    from km3aid.engine.engine import Engine

_ALTERNATIVES = 3
_USUAL_MHZ = 100.0  # where the frequency is not known
_WORTH_SAYING = 0.01  # smallest probability of an alternative that is reported
_INTERCHANGEABLE = 3.0  # nats that an exchange of two peaks may cost: 20 to 1 against it


def assign_structure(
    engine: Engine, structure: Structure, spectrum: Spectrum, pinned: Mapping[int, Sequence[int]] | None
) -> Assignment:
    """See `Engine.assign`."""
    encoded = engine.encoded(structure)
    classes = encoded.classes()
    if spectrum.one_per_carbon:
        spectrum = replace(spectrum, peaks=tuple(replace(p, aside=None) for p in spectrum))
    pins = pins_of_input(pinned, encoded.molecule.input_atoms, classes, spectrum) if pinned else NO_PINS
    match = engine.match(encoded.node, classes, spectrum, pins)
    cost = engine.match_costs(encoded.node, classes, spectrum)
    return judged(engine, assignment(encoded, classes, spectrum, match, pins, cost, engine.matching), encoded, spectrum)


def every_cost(engine: Engine, structure: Structure, spectrum: Spectrum) -> Matrix:
    """See `Engine.matrix`."""
    encoded = engine.encoded(structure)
    classes = encoded.classes()
    match = engine.match(encoded.node, classes, spectrum)
    return matrix(encoded, classes, engine.match_costs(encoded.node, classes, spectrum), match)


def assignment(
    encoded: EncodedMolecule,
    classes: CarbonClasses,
    spectrum: Spectrum,
    match: Match,
    pins: Pins,
    cost: NDArray[np.float64],
    config: MatchConfig,
) -> Assignment:
    """The assignment that `match` describes; `cost` (P, K) is that of each peak at each class."""
    to_input = encoded.molecule.input_atoms
    deviation = half_width(classes.scale_ppm, config, ONE_SIGMA)
    others = _interchangeable(match, classes, pins, cost)
    own_peak = partial(_assigned_peak, spectrum=spectrum, classes=classes, match=match, to_input=to_input)
    seen = {atom for atoms in match.peak_atoms for atom in atoms}
    unobserved = tuple(to_input[i] for i in encoded.molecule.carbons if i not in seen)
    return Assignment(
        spectrum.id,
        encoded.molecule.smiles,
        tuple(
            replace(
                own_peak(p),
                pinned=p in pins.atoms,
                std_ppm=round(float(deviation[list(match.peak_classes[p])].max()), 2),
                interchangeable_with=tuple(others[p]),
            )
            for p in range(len(spectrum))
            if match.peak_classes[p]
        ),
        tuple(p for p in match.unassigned_peaks if spectrum.peaks[p].aside is None),
        unobserved,
        -match.cost,
        (
            *(() if pins.atoms else twins_note(spectrum)),
            *_warnings(match, spectrum, unobserved, len(encoded.molecule.carbons)),
            *_split_lines(encoded, spectrum, match),
        ),
        asked=Asked(encoded.molecule.source, spectrum),
    )


def matrix(encoded: EncodedMolecule, classes: CarbonClasses, cost: NDArray[np.float64], match: Match) -> Matrix:
    """All that `match` was chosen from: `cost` (P, K)."""
    to_input = encoded.molecule.input_atoms
    return Matrix(
        tuple(tuple(to_input[i] for i in atoms) for atoms in classes.atoms),
        tuple(round(float(s), 2) for s in classes.shift_ppm),
        tuple(tuple(round(float(c), 2) for c in row) for row in cost),
        tuple(tuple(round(float(p), 4) for p in row) for row in match.probability),
    )


def pins_of_input(
    pinned: Mapping[int, Sequence[int]], to_input: Sequence[int], classes: CarbonClasses, spectrum: Spectrum
) -> Pins:
    """Pins from atoms numbered as in the input; raises `ConfigError` if one is not a carbon."""
    from_input = {number: i for i, number in enumerate(to_input)}
    for peak, atoms in pinned.items():
        if unknown := [a for a in atoms if a not in from_input]:
            raise ConfigError(f"pinned peak {peak}: atom {unknown[0]} is not a carbon of this structure")
    return build_pins({p: [from_input[a] for a in atoms] for p, atoms in pinned.items()}, classes, len(spectrum))


def _interchangeable(match: Match, classes: CarbonClasses, pins: Pins, cost: NDArray[np.float64]) -> list[list[int]]:
    """For each peak those with which it may as well change places; one that is pinned may not."""
    found: list[list[int]] = [[] for _ in match.peak_classes]
    free = [p for p, own in enumerate(match.peak_classes) if own and p not in pins.atoms]
    for p, q in combinations(free, 2):
        one, other = match.peak_classes[p], match.peak_classes[q]
        if one == other:
            either = len(one) == 1 and bool(classes.splits[one[0]]) and match.peak_atoms[p] != match.peak_atoms[q]
        else:
            kept = cost[p, list(one)].max() + cost[q, list(other)].max()
            exchanged = cost[p, list(other)].max() + cost[q, list(one)].max()
            either = bool(exchanged - kept <= _INTERCHANGEABLE) and not set(one) & set(other)
        if either:
            found[p].append(q)
            found[q].append(p)
    return found


def _assigned_peak(
    p: int, spectrum: Spectrum, classes: CarbonClasses, match: Match, to_input: Sequence[int]
) -> AssignedPeak:
    chosen, probability = match.peak_classes[p], match.probability[p]
    others = [k for k in np.argsort(-probability, kind="stable") if k not in chosen and probability[k] >= _WORTH_SAYING]
    return AssignedPeak(
        p,
        spectrum.peaks[p].shift_ppm,
        tuple(sorted(to_input[i] for i in match.peak_atoms[p])),
        round(float(np.mean(classes.shift_ppm[list(chosen)])), 2),
        round(float(min(probability[k] for k in chosen)), 4),
        tuple(
            Alternative(tuple(to_input[i] for i in classes.atoms[k]), round(float(probability[k]), 4))
            for k in others[:_ALTERNATIVES]
        ),
    )


def _warnings(match: Match, spectrum: Spectrum, unobserved: tuple[int, ...], carbons: int) -> tuple[str, ...]:
    lines = sum(p.aside is None for p in spectrum)
    alone = [p for p in match.unassigned_peaks if spectrum.peaks[p].aside is None]
    found = [
        f"took back {peak.shift_ppm:g} ppm, set aside as {peak.aside}: a carbon may lie there"
        for peak, classes in zip(spectrum, match.peak_classes, strict=True)
        if classes and peak.aside
    ]
    if lines > carbons and not twins_note(spectrum):
        found.append(f"{lines} peaks for {carbons} carbons: some are of something else, such as impurities or noise")
    if alone:
        found.append(f"{len(alone)} peak(s) fit no carbon")
    for solvent in known_solvents(spectrum.solvent or ""):
        for shift in (spectrum.peaks[p].shift_ppm for p in alone):
            if impurity := impurity_at(shift, solvent.name):
                found.append(f"{shift:g} ppm, which fits no carbon, may be {impurity} (in {solvent.name})")
    if unobserved:
        found.append(f"{len(unobserved)} carbon(s) have no peak")
    return tuple(found)


def _split_lines(encoded: EncodedMolecule, spectrum: Spectrum, match: Match) -> Iterator[str]:
    """What says that a line without a carbon may belong to a carbon near fluorine or phosphorus, which has another."""
    width_hz = splitting_hz(encoded.molecule.mol)
    megahertz = spectrum.frequency_mhz or _USUAL_MHZ
    widths = [max((width_hz.get(atom, 0.0) for atom in atoms), default=0.0) for atoms in match.peak_atoms]
    for alone in match.unassigned_peaks if width_hz else ():
        shift = spectrum.peaks[alone].shift_ppm
        apart = {p: abs(peak.shift_ppm - shift) for p, peak in enumerate(spectrum) if widths[p] > 0}
        near = [p for p, away in apart.items() if away * megahertz <= widths[p]]
        if near and spectrum.peaks[alone].aside is None:
            nearest = spectrum.peaks[min(near, key=lambda p: apart[p])].shift_ppm
            yield f"{shift:g} ppm may be a line of the carbon at {nearest:g} ppm, which fluorine or phosphorus splits"
