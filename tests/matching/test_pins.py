from itertools import combinations, permutations, product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.matching.test_assign import classes_at, small_problems

from km3aid.errors import ConfigError
from km3aid.matching.assign import assign_one_per_carbon, assign_peaks
from km3aid.matching.config import MatchConfig
from km3aid.matching.cost import count_cost, peak_class_cost
from km3aid.matching.pins import build_pins
from km3aid.spectra.spectrum import Spectrum

CONFIG = MatchConfig()


@st.composite
def pinned_problems(draw):
    spectrum, classes = draw(small_problems())
    carbons = [a for atoms in classes.atoms for a in atoms]
    pinned, left = {}, draw(st.permutations(carbons))
    for peak in draw(st.sets(st.integers(0, len(spectrum) - 1), max_size=len(spectrum))):
        number = min(draw(st.integers(0, 2)), len(left))
        pinned[peak], left = left[:number], left[number:]
    return spectrum, classes, pinned


def brute_force(spectrum, classes, pins):
    """Cheapest set of pairs as in `test_assign`, among those that give every pinned peak its classes and no other."""
    cost = peak_class_cost(spectrum, classes, CONFIG) + count_cost(spectrum, classes, CONFIG)
    most = np.where(classes.splits, classes.sizes, 1)
    most = np.maximum(most, [len(pins.owners(k)) for k in range(len(classes))])
    pairs = list(product(range(cost.shape[0]), range(cost.shape[1])))
    best = np.inf
    for number in range(len(pairs) + 1):
        for chosen in combinations(pairs, number):
            of_peak = np.bincount([p for p, _ in chosen], minlength=cost.shape[0])
            of_class = np.bincount([k for _, k in chosen], minlength=cost.shape[1])
            if any({k for q, k in chosen if q == p} != set(ks) for p, ks in pins.classes.items()):
                continue
            if (of_peak > 3).any() or (of_class > most).any():
                continue
            if any(of_peak[p] > 1 and of_class[k] > 1 for p, k in chosen):
                continue
            total = sum(cost[p, k] for p, k in chosen)
            total += config_cost(of_peak, CONFIG.unassigned_peak, CONFIG.overlap)
            total += config_cost(of_class, CONFIG.unobserved_carbon, CONFIG.split)
            best = min(best, total)
    return best


def config_cost(times, never, again):
    return never * (times == 0).sum() + again * np.maximum(times - 1, 0).sum()


@settings(max_examples=150, deadline=None)
@given(pinned_problems())
def test_the_rest_is_assigned_at_the_lowest_cost_around_the_pins(problem):
    spectrum, classes, pinned = problem
    pins = build_pins(pinned, classes, len(spectrum))
    best = brute_force(spectrum, classes, pins)
    if best == np.inf:
        with pytest.raises(ConfigError, match="remove a pin"):
            assign_peaks(spectrum, classes, CONFIG, pins=pins)
        return
    match = assign_peaks(spectrum, classes, CONFIG, pins=pins)
    assert match.cost == pytest.approx(best)
    for peak, atoms in pins.atoms.items():
        assert set(atoms) <= set(match.peak_atoms[peak])
        assert match.peak_classes[peak] == pins.classes[peak]
        assert all(match.probability[peak, k] == 1 for k in pins.classes[peak])
    given_atoms = [a for atoms in match.peak_atoms for a in atoms]
    assert len(given_atoms) == len(set(given_atoms))


@settings(max_examples=100, deadline=None)
@given(pinned_problems())
def test_one_peak_per_carbon_permutes_what_is_not_pinned(problem):
    spectrum, classes, pinned = problem
    owner = np.repeat(np.arange(len(classes)), classes.sizes)
    assume(len(spectrum) <= len(owner) and all(len(a) == 1 for a in pinned.values()))
    pins = build_pins(pinned, classes, len(spectrum))
    cost = peak_class_cost(spectrum, classes, CONFIG)
    best = min(
        sum(cost[p, owner[c]] for p, c in enumerate(order))
        for order in permutations(range(len(owner)), len(cost))
        if all((order[p],) == atoms for p, atoms in pins.atoms.items())
    )
    match = assign_one_per_carbon(spectrum, classes, CONFIG, pins=pins)
    assert match.cost == pytest.approx(best + (len(owner) - len(spectrum)) * CONFIG.wrong_number)
    assert all(match.peak_atoms[p] == atoms for p, atoms in pins.atoms.items())
    assert len({a for atoms in match.peak_atoms for a in atoms}) == len(spectrum)


def test_a_pin_moves_the_peak_that_was_there():
    classes, spectrum = classes_at([20.0, 22.0]), Spectrum.from_shifts([20.0, 22.0])
    assert assign_peaks(spectrum, classes, CONFIG).peak_classes == ((0,), (1,))
    assert assign_peaks(spectrum, classes, CONFIG, pins=build_pins({0: [1]}, classes, 2)).peak_classes == ((1,), (0,))


def test_equivalent_carbons_go_along_unless_another_peak_is_pinned_on_them():
    classes, spectrum = classes_at([20.0], [2]), Spectrum.from_shifts([20.0, 30.0])
    assert assign_peaks(spectrum, classes, CONFIG, pins=build_pins({1: [0]}, classes, 2)).peak_atoms == ((), (0, 1))
    both = build_pins({0: [1], 1: [0]}, classes, 2)
    assert assign_peaks(spectrum, classes, CONFIG, pins=both).peak_atoms == ((1,), (0,))


def test_a_peak_pinned_on_nothing_stays_without_carbon():
    classes = classes_at([20.0])
    match = assign_peaks(Spectrum.from_shifts([20.0]), classes, CONFIG, pins=build_pins({0: []}, classes, 1))
    assert match.unassigned_peaks == (0,)


@pytest.mark.parametrize(
    ("pinned", "said"),
    [({4: [0]}, "peaks 0 to 1"), ({0: [7]}, "atom 7 is not a carbon"), ({0: [1], 1: [1]}, "two peaks, 0 and 1")],
)
def test_pins_that_make_no_sense_are_refused(pinned, said):
    with pytest.raises(ConfigError, match=said):
        build_pins(pinned, classes_at([20.0, 30.0]), 2)


def test_one_peak_per_carbon_wants_one_atom():
    classes = classes_at([20.0, 30.0])
    with pytest.raises(ConfigError, match="one atom, not 2"):
        assign_one_per_carbon(Spectrum.from_shifts([20.0]), classes, CONFIG, pins=build_pins({0: [0, 1]}, classes, 1))
