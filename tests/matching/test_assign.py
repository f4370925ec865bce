from dataclasses import replace
from itertools import combinations, permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from km3aid.errors import SpectrumFormatError
from km3aid.matching.assign import assign_one_per_carbon, assign_peaks, cheapest_cost
from km3aid.matching.classes import CarbonClasses
from km3aid.matching.config import MatchConfig
from km3aid.matching.cost import count_cost, peak_class_cost
from km3aid.spectra.spectrum import Peak, Spectrum

CONFIG = MatchConfig()


def classes_at(shifts, sizes=None, hydrogens=None, splits=None, scale=1.0):
    sizes = sizes or [1] * len(shifts)
    ends = np.cumsum(sizes)
    return CarbonClasses(
        tuple(tuple(range(end - size, end)) for end, size in zip(ends, sizes, strict=True)),
        np.array(shifts, float),
        np.full(len(shifts), scale),
        np.array(hydrogens or [1] * len(shifts)),
        np.array(splits or [False] * len(shifts)),
    )


@st.composite
def small_problems(draw):
    shift = st.integers(0, 60).map(lambda i: i / 2)
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    classes = classes_at(
        [draw(shift) for _ in sizes],
        sizes,
        [draw(st.integers(0, 3)) for _ in sizes],
        [size > 1 and draw(st.booleans()) for size in sizes],
    )
    peaks = draw(
        st.lists(
            st.builds(Peak, shift, st.sampled_from([None, "S", "D", "T", "Q"]), st.sampled_from([None, 1, 2])),
            min_size=1,
            max_size=3,
        )
    )
    return Spectrum(tuple(peaks)), classes


def brute_force(spectrum, classes, config):
    """Cheapest set of peak–class pairs in which every pair is the only one of its peak or of its class."""
    cost = peak_class_cost(spectrum, classes, config) + count_cost(spectrum, classes, config)
    pairs = list(product(range(cost.shape[0]), range(cost.shape[1])))
    most = np.where(classes.splits, classes.sizes, 1)
    best = np.inf
    for number in range(len(pairs) + 1):
        for chosen in combinations(pairs, number):
            of_peak = np.bincount([p for p, _ in chosen], minlength=cost.shape[0])
            of_class = np.bincount([k for _, k in chosen], minlength=cost.shape[1])
            if (of_peak > 3).any() or (of_class > most).any():
                continue
            if any(of_peak[p] > 1 and of_class[k] > 1 for p, k in chosen):
                continue
            total = sum(cost[p, k] for p, k in chosen)
            total += config.unassigned_peak * (of_peak == 0).sum() + config.unobserved_carbon * (of_class == 0).sum()
            total += config.overlap * np.maximum(of_peak - 1, 0).sum()
            total += config.split * np.maximum(of_class - 1, 0).sum()
            best = min(best, total)
    return best


@settings(max_examples=150, deadline=None)
@given(small_problems())
def test_distinct_peaks_get_the_cheapest_matching(problem):
    spectrum, classes = problem
    match = assign_peaks(spectrum, classes, CONFIG)
    assert match.cost == pytest.approx(brute_force(spectrum, classes, CONFIG))
    assert cheapest_cost(spectrum, classes, CONFIG) == pytest.approx(match.cost)


@settings(max_examples=100, deadline=None)
@given(small_problems())
def test_one_peak_per_carbon_gets_the_cheapest_permutation(problem):
    spectrum, classes = problem
    owner = np.repeat(np.arange(len(classes)), classes.sizes)
    if len(spectrum) > len(owner):
        with pytest.raises(SpectrumFormatError, match="leave out --one-per-carbon"):
            assign_one_per_carbon(spectrum, classes, CONFIG)
        return
    cost = peak_class_cost(spectrum, classes, CONFIG)[:, owner]
    best = min(sum(cost[p, c] for p, c in enumerate(order)) for order in permutations(range(len(owner)), len(cost)))
    match = assign_one_per_carbon(spectrum, classes, CONFIG)
    missing = (len(owner) - len(spectrum)) * CONFIG.wrong_number
    assert match.cost == pytest.approx(best + missing)
    assert cheapest_cost(replace(spectrum, one_per_carbon=True), classes, CONFIG) == pytest.approx(match.cost)
    given_atoms = [a for atoms in match.peak_atoms for a in atoms]
    assert len(given_atoms) == len(set(given_atoms)) == len(spectrum)


@settings(max_examples=50, deadline=None)
@given(small_problems(), st.randoms())
def test_the_order_of_peaks_does_not_matter(problem, random):
    spectrum, classes = problem
    order = list(range(len(spectrum)))
    random.shuffle(order)
    shuffled = Spectrum(tuple(spectrum.peaks[i] for i in order))
    a, b = assign_peaks(spectrum, classes, CONFIG), assign_peaks(shuffled, classes, CONFIG)
    assert a.cost == pytest.approx(b.cost)
    np.testing.assert_allclose(a.probability.sum(), b.probability.sum(), atol=1e-6)


def test_every_atom_belongs_to_one_peak_at_most():
    classes = classes_at([20.0, 50.0], [2, 1], splits=[True, False])
    match = assign_peaks(Spectrum.from_shifts([19.5, 20.5, 50.0]), classes, CONFIG)
    assert match.peak_atoms == ((0,), (1,), (2,))


def test_equivalent_carbons_share_their_peak():
    match = assign_peaks(Spectrum.from_shifts([128.0, 30.0]), classes_at([128.3, 30.2], [2, 1]), CONFIG)
    assert match.peak_atoms == ((0, 1), (2,))


def test_two_classes_may_lie_under_one_peak():
    match = assign_peaks(Spectrum.from_shifts([128.0]), classes_at([128.1, 127.9], scale=0.5), CONFIG)
    assert match.peak_classes == ((0, 1),)


def test_a_solvent_line_stays_without_carbon():
    match = assign_peaks(Spectrum.from_shifts([77.2, 21.0]), classes_at([21.3]), CONFIG)
    assert match.peak_classes == ((), (0,))
    assert match.unassigned_peaks == (0,)


def test_a_carbon_may_have_no_peak():
    match = assign_peaks(Spectrum.from_shifts([21.0]), classes_at([21.3, 170.0]), CONFIG)
    assert match.peak_classes == ((0,),)


def test_multiplicity_decides_between_equal_shifts():
    classes = classes_at([30.0, 30.0], hydrogens=[2, 1])
    match = assign_peaks(Spectrum((Peak(30.0, "D"), Peak(30.1, "T"))), classes, CONFIG)
    assert match.peak_classes == ((1,), (0,))


def test_the_evidence_of_the_node_level_counts():
    classes = classes_at([30.0, 30.0])
    evidence = np.log([[0.01, 0.99], [0.99, 0.01]])
    match = assign_peaks(Spectrum.from_shifts([29.9, 30.1]), classes, CONFIG, evidence)
    assert match.peak_classes == ((1,), (0,))


ASIDE = "line of the solvent CDCl3 (77.16 ppm)"


def test_a_peak_that_is_set_aside_costs_nothing_alone():
    own = Spectrum((Peak(170.0), Peak(21.0)))
    both = Spectrum((Peak(170.0), Peak(77.2, aside=ASIDE), Peak(21.0)))
    classes = classes_at([170.2, 21.1])
    assert assign_peaks(both, classes, CONFIG).peak_classes == ((0,), (), (1,))
    assert cheapest_cost(both, classes, CONFIG) == pytest.approx(cheapest_cost(own, classes, CONFIG))


@pytest.mark.parametrize("unobserved", [3.5, 9.0])  # as fitted, and as without a fit
def test_a_peak_that_is_set_aside_is_taken_back_by_a_carbon_without_another(unobserved):
    config = CONFIG.changed(unobserved_carbon=unobserved)
    spectrum = Spectrum((Peak(170.0), Peak(77.2, aside=ASIDE), Peak(21.0)))
    assert assign_peaks(spectrum, classes_at([170.2, 77.0, 21.1]), config).peak_classes == ((0,), (1,), (2,))
    assert assign_peaks(spectrum, classes_at([170.2, 140.0, 21.1]), config).peak_classes == ((0,), (), (2,))
