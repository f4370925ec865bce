"""Assignment: the cheapest matching between peaks and carbon classes.

With one peak per carbon it is one-to-one. Otherwise a peak normally has one class and a class one peak. At a cost each,
several classes may share a peak (overlap), a class with diastereotopic carbons may have several peaks (split), and
peaks and classes may stay alone; a peak that was set aside stays alone for free and costs something to use. All of this
is one linear sum assignment over slots. A pinned peak has the carbons on which it is pinned, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from km3aid.errors import ConfigError, SpectrumFormatError
from km3aid.matching.classes import CarbonClasses
from km3aid.matching.confidence import calibrated, marginals
from km3aid.matching.config import MatchConfig
from km3aid.matching.cost import count_cost, peak_class_cost
from km3aid.matching.linear_sum import linear_sum_assignment
from km3aid.matching.pins import NO_PINS, Pins
from km3aid.spectra.spectrum import Spectrum

OVERLAPS = 3  # classes that a peak may have
_FORCED = 1e6  # nats, more than all costs together


@dataclass(frozen=True, slots=True)
class Match:
    """Peaks ↔ carbon classes of one molecule.

    `peak_classes[p]` are the classes of peak p (none: unassigned) and `peak_atoms[p]` its carbons; `probability` (P, K)
    is the calibrated probability of every class at every peak, `cost` the negative log-likelihood of the whole.
    """

    peak_classes: tuple[tuple[int, ...], ...]
    peak_atoms: tuple[tuple[int, ...], ...]
    probability: NDArray[np.float64]
    cost: float

    @property
    def unassigned_peaks(self) -> tuple[int, ...]:
        """Peaks without a class, including those that were set aside."""
        return tuple(p for p, classes in enumerate(self.peak_classes) if not classes)

    def repeated(self, places: Sequence[int]) -> Match:
        """The match of a spectrum of which peak p stands at `places[p]` here."""
        at = list(places)
        classes, atoms = (tuple(column[p] for p in at) for column in (self.peak_classes, self.peak_atoms))
        return Match(classes, atoms, self.probability[at], self.cost)


def assign(
    spectrum: Spectrum,
    classes: CarbonClasses,
    config: MatchConfig,
    evidence: NDArray[np.float64] | None = None,
    pins: Pins = NO_PINS,
) -> Match:
    """The cheapest assignment of a spectrum, given the node level's `evidence` (P, K); raises as the two below do."""
    by_kind = assign_one_per_carbon if spectrum.one_per_carbon else assign_peaks
    return by_kind(spectrum, classes, config, evidence, pins)


def assign_one_per_carbon(
    spectrum: Spectrum,
    classes: CarbonClasses,
    config: MatchConfig,
    evidence: NDArray[np.float64] | None = None,
    pins: Pins = NO_PINS,
) -> Match:
    """Give every peak exactly one carbon.

    Raises `SpectrumFormatError` where there are more peaks than carbons, and `ConfigError` where a pinned peak is not
    pinned on exactly one.
    """
    owner = np.repeat(np.arange(len(classes)), classes.sizes)
    if len(spectrum) > len(owner):
        raise SpectrumFormatError(
            f"{len(spectrum)} peaks but {len(owner)} carbons: with one peak per carbon there can be no more peaks "
            "than carbons; remove solvent and impurity lines, or leave out --one-per-carbon"
        )
    cost = peak_class_cost(spectrum, classes, config, evidence)
    for peak, held_on in pins.atoms.items():
        if len(held_on) != 1:
            raise ConfigError(f"pinned peak {peak}: with one peak per carbon it has one atom, not {len(held_on)}")
    held = _hold(cost, pins)
    rows, columns = linear_sum_assignment(held[:, owner])
    chosen = owner[columns]
    mass = classes.sizes.astype(float)
    pinned = {atom for held_on in pins.atoms.values() for atom in held_on}
    left = [[a for a in atoms if a not in pinned] for atoms in classes.atoms]
    atoms = tuple(pins.atoms[p] if p in pins.atoms else (left[k].pop(0),) for p, k in enumerate(chosen))
    raw = marginals(held, np.ones(len(cost)), mass, config.per_carbon)
    probability = _sure(calibrated(raw, [(k,) for k in chosen], config.per_carbon), pins)
    missing = (len(owner) - len(spectrum)) * config.wrong_number
    return Match(tuple((int(k),) for k in chosen), atoms, probability, float(cost[rows, chosen].sum() + missing))


def assign_peaks(
    spectrum: Spectrum,
    classes: CarbonClasses,
    config: MatchConfig,
    evidence: NDArray[np.float64] | None = None,
    pins: Pins = NO_PINS,
) -> Match:
    """Assign distinct peaks, which may lack multiplicities and counts, hold foreign lines and miss carbons.

    Raises `ConfigError` where the pins contradict each other.
    """
    cost = peak_class_cost(spectrum, classes, config, evidence) + count_cost(spectrum, classes, config)
    pairs, total = _match_slots(cost, classes, config, _alone(spectrum, config), pins)
    peak_classes: list[list[int]] = [[] for _ in spectrum]
    for peak, k in pairs:
        peak_classes[peak].append(k)
    peak_mass = np.array([float(len(c)) for c in peak_classes])
    class_mass = np.bincount([k for _, k in pairs], minlength=len(classes)).astype(float)
    raw = marginals(_hold(cost, pins), peak_mass, class_mass, config.distinct)
    probability = _sure(calibrated(raw, peak_classes, config.distinct), pins)
    return Match(
        tuple(tuple(sorted(c)) for c in peak_classes),
        _share_atoms(peak_classes, classes, pins),
        probability,
        total,
    )


def cheapest_cost(spectrum: Spectrum, classes: CarbonClasses, config: MatchConfig) -> float:
    """Negative log-likelihood of the best assignment without the node level: what ranks candidates.

    With one peak per carbon, every carbon without a peak and every peak without a carbon costs `wrong_number`.
    """
    return cheapest_pairs(spectrum, classes, config)[1]


def cheapest_pairs(
    spectrum: Spectrum, classes: CarbonClasses, config: MatchConfig
) -> tuple[list[tuple[int, int]], float]:
    """The pairs (peak, class) of the best assignment without the node level, and its cost as in `cheapest_cost`."""
    cost = peak_class_cost(spectrum, classes, config)
    if spectrum.one_per_carbon:
        owner = np.repeat(np.arange(len(classes)), classes.sizes)
        rows, columns = linear_sum_assignment(cost[:, owner])
        total = cost[rows, owner[columns]].sum() + abs(len(owner) - len(cost)) * config.wrong_number
        return [(int(p), int(k)) for p, k in zip(rows, owner[columns], strict=True)], float(total)
    return _match_slots(cost + count_cost(spectrum, classes, config), classes, config, _alone(spectrum, config))


def _alone(spectrum: Spectrum, config: MatchConfig) -> NDArray[np.float64]:
    """What each peak (P,) saves by having a class: its cost alone; for one set aside, minus the cost of its use."""
    return np.array([config.unassigned_peak if p.aside is None else -config.aside_peak for p in spectrum])


def _match_slots(
    cost: NDArray[np.float64],
    classes: CarbonClasses,
    config: MatchConfig,
    alone: NDArray[np.float64],
    pins: Pins = NO_PINS,
) -> tuple[list[tuple[int, int]], float]:
    """The pairs (peak, class) of the cheapest matching, and its cost."""
    peaks, count = cost.shape
    slots = np.where(classes.splits, classes.sizes, 1)
    if pins.classes:  # several peaks pinned on a class say that it splits
        slots = np.maximum(slots, [len(pins.owners(k)) for k in range(count)])
    class_of = np.repeat(np.arange(count), slots)
    later_class = np.concatenate([np.arange(n) > 0 for n in slots])
    peak_of = np.tile(np.arange(peaks), OVERLAPS)
    later_peak = np.repeat(np.arange(OVERLAPS), peaks) > 0
    price = cost[np.ix_(peak_of, class_of)]
    price = price + np.where(later_peak, config.overlap, -np.tile(alone, OVERLAPS))[:, None]
    price = price + np.where(later_class, config.split, -config.unobserved_carbon)[None, :]
    price[np.ix_(later_peak, later_class)] = 0.0  # a pair is matched once
    gain = np.minimum(price, 0.0)
    held = _held_slots(pins, peaks, np.cumsum(slots) - slots)
    gain[np.isin(peak_of, list(pins.classes))] = 0.0
    gain[:, [column for _, column in held]] = 0.0
    shared = [k for ks in pins.classes.values() if len(ks) > 1 for k in ks]
    gain[:, np.isin(class_of, shared)] = 0.0  # a class that shares its peak has no second one
    for row, column in held:
        gain[row, column] = -_FORCED
    rows, columns = linear_sum_assignment(gain)
    kept = gain[rows, columns] < 0
    rows, columns = rows[kept], columns[kept]
    pairs = sorted({(int(peak_of[r]), int(class_of[c])) for r, c in zip(rows, columns, strict=True)})
    nothing = np.maximum(alone, 0.0).sum() + count * config.unobserved_carbon
    return pairs, float(price[rows, columns].sum() + nothing)


def _held_slots(pins: Pins, peaks: int, first_slot: NDArray[np.int64]) -> list[tuple[int, int]]:
    """The (row, column) that each pinned pair fills: the next slot of its peak and the next of its class."""
    held = []
    for peak, ks in sorted(pins.classes.items()):
        if len(ks) > OVERLAPS:
            raise ConfigError(f"pinned peak {peak}: on {len(ks)} different carbons; a peak can have up to {OVERLAPS}")
        for number, k in enumerate(ks):
            later = pins.owners(k).index(peak)
            if len(ks) > 1 and len(pins.owners(k)) > 1:
                raise ConfigError(
                    f"pinned peaks {pins.owners(k)}: a line of equivalent carbons that split cannot hold other "
                    f"carbons too; remove a pin of peak {peak}"
                )
            held.append((number * peaks + peak, int(first_slot[k]) + later))
    return held


def _hold(cost: NDArray[np.float64], pins: Pins) -> NDArray[np.float64]:
    """The cost (P, K) with all but the pinned classes of a pinned peak out of reach."""
    if not pins.classes:
        return cost
    held = cost.copy()
    for peak, ks in pins.classes.items():
        held[peak] += _FORCED
        held[peak, list(ks)] -= _FORCED
    return held


def _sure(probability: NDArray[np.float64], pins: Pins) -> NDArray[np.float64]:
    """The probabilities provided that the pins are right."""
    for peak, ks in pins.classes.items():
        probability[peak] = 0.0
        probability[peak, list(ks)] = 1.0
    return probability


def _share_atoms(
    peak_classes: list[list[int]], classes: CarbonClasses, pins: Pins = NO_PINS
) -> tuple[tuple[int, ...], ...]:
    """The carbons of every peak; a class with several peaks deals its carbons out to them, the pinned ones first."""
    owners: dict[int, list[int]] = {}
    for peak, ks in enumerate(peak_classes):
        for k in ks:
            owners.setdefault(k, []).append(peak)
    atoms: list[list[int]] = [list(pins.atoms.get(peak, ())) for peak in range(len(peak_classes))]
    pinned = {atom for held_on in atoms for atom in held_on}
    for k, peaks in owners.items():
        takers = [p for p in peaks if p not in pins.atoms] or peaks
        for number, atom in enumerate(a for a in classes.atoms[k] if a not in pinned):
            atoms[takers[number % len(takers)]].append(atom)
    return tuple(tuple(sorted(a)) for a in atoms)
