"""Assignment: the cheapest matching between peaks and carbon classes.

One peak per carbon is a one-to-one matching. Otherwise a peak normally owns one class and a class one peak; a class
may share its peak with others (overlap), a class with diastereotopic carbons may take several peaks (split), and
peaks and classes may stay alone, each at a cost. A peak that was set aside costs nothing alone and something to use.
All of it is one linear sum assignment over slots.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from km3aid.errors import SpectrumFormatError
from km3aid.matching.confidence import calibrated, marginals
from km3aid.matching.config import MatchConfig
from km3aid.matching.cost import count_cost, peak_class_cost
from km3aid.matching.prediction import PredictedClasses
from km3aid.spectra.spectrum import Spectrum

OVERLAPS = 3  # classes that a peak may own


@dataclass(frozen=True, slots=True)
class Match:
    """Peaks ↔ carbon classes of one molecule.

    `peak_classes[p]` are the classes of peak p (empty: unassigned); `peak_atoms[p]` its carbons; `probability` (P, K)
    is the calibrated probability of every class at every peak; `cost` the negative log-likelihood of the whole.
    """

    peak_classes: tuple[tuple[int, ...], ...]
    peak_atoms: tuple[tuple[int, ...], ...]
    probability: NDArray[np.float64]
    cost: float

    @property
    def unassigned_peaks(self) -> tuple[int, ...]:
        """Peaks without a class, those that were set aside among them."""
        return tuple(p for p, classes in enumerate(self.peak_classes) if not classes)


def assign_one_per_carbon(
    spectrum: Spectrum, classes: PredictedClasses, config: MatchConfig, evidence: NDArray[np.float64] | None = None
) -> Match:
    """Give every peak exactly one atom; raises `SpectrumFormatError` where there are more peaks than carbons."""
    owner = np.repeat(np.arange(len(classes)), classes.sizes)
    if len(spectrum) > len(owner):
        raise SpectrumFormatError(
            f"{len(spectrum)} peaks but {len(owner)} carbons: with one peak per carbon there can be no more peaks "
            "than carbons; remove solvent and impurity lines, or leave out --one-per-carbon"
        )
    cost = peak_class_cost(spectrum, classes, config, evidence)
    rows, columns = linear_sum_assignment(cost[:, owner])
    chosen = owner[columns]
    mass = classes.sizes.astype(float)
    left = [list(atoms) for atoms in classes.atoms]
    atoms = tuple((left[k].pop(0),) for k in chosen)
    raw = marginals(cost, np.ones(len(cost)), mass, config.per_carbon)
    probability = calibrated(raw, [(k,) for k in chosen], config.per_carbon)
    missing = (len(owner) - len(spectrum)) * config.wrong_number
    return Match(tuple((int(k),) for k in chosen), atoms, probability, float(cost[rows, chosen].sum() + missing))


def assign_peaks(
    spectrum: Spectrum, classes: PredictedClasses, config: MatchConfig, evidence: NDArray[np.float64] | None = None
) -> Match:
    """Assign distinct peaks, with or without multiplicity and count, solvent lines and missing carbons allowed."""
    cost = peak_class_cost(spectrum, classes, config, evidence) + count_cost(spectrum, classes, config)
    pairs, total = _match_slots(cost, classes, config, _alone(spectrum, config))
    peak_classes: list[list[int]] = [[] for _ in spectrum]
    for peak, k in pairs:
        peak_classes[peak].append(k)
    peak_mass = np.array([float(len(c)) for c in peak_classes])
    class_mass = np.bincount([k for _, k in pairs], minlength=len(classes)).astype(float)
    raw = marginals(cost, peak_mass, class_mass, config.distinct)
    probability = calibrated(raw, peak_classes, config.distinct)
    return Match(
        tuple(tuple(sorted(c)) for c in peak_classes),
        _share_atoms(spectrum, peak_classes, classes),
        probability,
        total,
    )


def cheapest_cost(
    spectrum: Spectrum, classes: PredictedClasses, config: MatchConfig, one_per_carbon: bool = False
) -> float:
    """Negative log-likelihood of the best assignment, without evidence of the node level: what ranks candidates.

    With `one_per_carbon` every carbon without a peak and every peak beyond the number of carbons has its cost.
    """
    cost = peak_class_cost(spectrum, classes, config)
    if one_per_carbon:
        owner = np.repeat(np.arange(len(classes)), classes.sizes)
        rows, columns = linear_sum_assignment(cost[:, owner])
        return float(cost[rows, owner[columns]].sum() + abs(len(owner) - len(cost)) * config.wrong_number)
    return _match_slots(cost + count_cost(spectrum, classes, config), classes, config, _alone(spectrum, config))[1]


def _alone(spectrum: Spectrum, config: MatchConfig) -> NDArray[np.float64]:
    """What a peak (P,) saves by having a class: its cost alone, or for one set aside minus the cost of its use."""
    return np.array([config.unassigned_peak if p.aside is None else -config.aside_peak for p in spectrum])


def _match_slots(
    cost: NDArray[np.float64], classes: PredictedClasses, config: MatchConfig, alone: NDArray[np.float64]
) -> tuple[list[tuple[int, int]], float]:
    """Pairs (peak, class) of the cheapest matching, and its cost."""
    peaks, count = cost.shape
    slots = np.where(classes.splits, classes.sizes, 1)
    class_of = np.repeat(np.arange(count), slots)
    later_class = np.concatenate([np.arange(n) > 0 for n in slots])
    peak_of = np.tile(np.arange(peaks), OVERLAPS)
    later_peak = np.repeat(np.arange(OVERLAPS), peaks) > 0
    price = cost[np.ix_(peak_of, class_of)]
    price = price + np.where(later_peak, config.overlap, -np.tile(alone, OVERLAPS))[:, None]
    price = price + np.where(later_class, config.split, -config.unobserved_carbon)[None, :]
    price[np.ix_(later_peak, later_class)] = 0.0  # a pair is matched once
    rows, columns = linear_sum_assignment(np.minimum(price, 0.0))
    kept = price[rows, columns] < 0
    rows, columns = rows[kept], columns[kept]
    pairs = sorted({(int(peak_of[r]), int(class_of[c])) for r, c in zip(rows, columns, strict=True)})
    nothing = np.maximum(alone, 0.0).sum() + count * config.unobserved_carbon
    return pairs, float(price[rows, columns].sum() + nothing)


def _share_atoms(
    spectrum: Spectrum, peak_classes: list[list[int]], classes: PredictedClasses
) -> tuple[tuple[int, ...], ...]:
    """The carbons of every peak; a class on several peaks deals its carbons out among them, by count where given."""
    owners: dict[int, list[int]] = {}
    for peak, ks in enumerate(peak_classes):
        for k in ks:
            owners.setdefault(k, []).append(peak)
    atoms: list[list[int]] = [[] for _ in peak_classes]
    for k, peaks in owners.items():
        for number, atom in enumerate(classes.atoms[k]):
            atoms[peaks[number % len(peaks)]].append(atom)
    return tuple(tuple(sorted(a)) for a in atoms)
