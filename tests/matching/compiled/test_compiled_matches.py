from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from tests.matching.compiled.unpacking import unpack_classes

from km3aid.matching.assign import cheapest_cost
from km3aid.matching.classes import CarbonClasses, CarbonClassTable
from km3aid.matching.compiled import sharing
from km3aid.matching.compiled.exact_match import ExactMatch
from km3aid.matching.compiled.kernels.exact_match import cheapest_assignment, log_both
from km3aid.matching.compiled.packed import SCALES_PPM, pack_classes
from km3aid.matching.compiled.quick_match import QuickMatch, above_quick
from km3aid.matching.compiled.similarity import charges, find_similar, pack_queries
from km3aid.matching.config import Fusion, MatchConfig
from km3aid.matching.fusion import fit_fusion, fuse, probabilities
from km3aid.spectra.spectrum import Peak, Spectrum

CONFIG = MatchConfig(scale_factor=1.6, scale_power=0.9)


def table(molecules, sizes=None, hydrogens=None, splits=None, scales=None):
    flat = [s for m in molecules for s in m]
    return CarbonClassTable(
        np.cumsum([0, *map(len, molecules)]),
        np.array(flat, np.float32),
        np.array(scales or [1.0] * len(flat), np.float32),
        np.array(hydrogens or [1] * len(flat), np.uint8),
        np.array(sizes or [1] * len(flat), np.uint8),
        np.array(splits or [False] * len(flat), bool),
    )


def quick(spectrum, made, config=CONFIG):
    packed = pack_classes(made)
    carbons = np.add.reduceat(packed.size.astype(np.uint16), packed.offset[:-1])
    rows = np.arange(len(carbons), dtype=np.int32)
    return QuickMatch(spectrum, config)(packed, carbons, rows)


def classes_of(packed, n):
    """What `cheapest_cost` takes, from the stored form."""
    plain = unpack_classes(packed)
    part = slice(packed.offset[n], packed.offset[n + 1])
    size = plain.size[part].astype(int)
    ends = np.cumsum(size)
    return CarbonClasses(
        tuple(tuple(range(e - s, e)) for e, s in zip(ends, size, strict=True)),
        -100 + 0.01 * packed.shift[part].astype(np.float64),
        SCALES_PPM[packed.spread[part]],
        plain.hydrogens[part].astype(np.int64),
        plain.splits[part],
    )


@st.composite
def molecules_and_spectrum(draw):
    number = st.integers(1, 8)
    molecules = [
        draw(st.lists(st.floats(0, 220), min_size=n, max_size=n))
        for n in draw(st.lists(number, min_size=1, max_size=4))
    ]
    count = sum(map(len, molecules))
    column = {
        "sizes": draw(st.lists(st.integers(1, 4), min_size=count, max_size=count)),
        "hydrogens": draw(st.lists(st.integers(0, 4), min_size=count, max_size=count)),
        "scales": draw(st.lists(st.floats(0.05, 50), min_size=count, max_size=count)),
        "splits": draw(st.lists(st.booleans(), min_size=count, max_size=count)),
    }
    peak = st.builds(
        Peak, st.floats(0, 220), st.sampled_from([None, "S", "D", "T", "Q"]), st.sampled_from([None, 1, 2, 3])
    )
    return table(molecules, **column), Spectrum(tuple(draw(st.lists(peak, min_size=1, max_size=10))))


@settings(max_examples=60, deadline=None)
@given(molecules_and_spectrum(), st.booleans())
def test_the_compiled_match_is_the_cheapest_assignment(made, one_per_carbon):
    packed, spectrum = pack_classes(made[0]), replace(made[1], one_per_carbon=one_per_carbon)
    rows = np.arange(len(packed.offset) - 1, dtype=np.int32)
    expected = [-cheapest_cost(spectrum, classes_of(packed, int(n)), CONFIG) for n in rows]
    np.testing.assert_allclose(ExactMatch(spectrum, CONFIG)(packed, rows), expected, atol=1e-7)


@settings(max_examples=100, deadline=None)
@given(molecules_and_spectrum(), st.booleans(), st.floats(-3, 3))
def test_only_what_cannot_reach_the_least_score_is_left_out(made, one_per_carbon, more):
    packed, match = pack_classes(made[0]), ExactMatch(replace(made[1], one_per_carbon=one_per_carbon), CONFIG)
    rows = np.arange(len(packed.offset) - 1, dtype=np.int32)
    full = match(packed, rows)
    found = match(packed, rows, full + more)
    left = np.isfinite(found)
    np.testing.assert_array_equal(found[left], full[left])
    assert more > 0 or left.all()
    assert not np.isfinite(match(packed, rows, np.full(len(rows), 1e3))).any()


CONFIGS = st.builds(
    MatchConfig,
    scale_factor=st.floats(0.3, 3),
    scale_power=st.floats(0.5, 1.2),
    outlier=st.floats(0.01, 0.2),
    unassigned_peak=st.floats(2, 10),
    unobserved_carbon=st.floats(1, 8),
    overlap=st.floats(0, 4),
    split=st.floats(0, 3),
)


@settings(max_examples=200, deadline=None)
@given(molecules_and_spectrum(), CONFIGS, st.booleans())
def test_the_exact_score_is_hardly_above_the_quick_one_whatever_the_constants(made, config, one_per_carbon):
    packed, spectrum = pack_classes(made[0]), replace(made[1], one_per_carbon=one_per_carbon)
    rows = np.arange(len(packed.offset) - 1, dtype=np.int32)
    exact = ExactMatch(spectrum, config)(packed, rows)
    found = quick(spectrum, made[0], config)
    assert (exact <= found + above_quick(spectrum, config)).all()


def test_with_usual_constants_only_the_mixing_of_two_densities_lifts_the_exact_score():
    spectrum = Spectrum.from_shifts([10.0, 20.0, 30.0])
    assert above_quick(spectrum, MatchConfig()) == pytest.approx(3 * np.log(2), abs=0.02)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 7), st.integers(0, 5), st.integers(0, 2**31))
def test_the_assignment_is_scipys(rows, more, seed):
    price = np.random.default_rng(seed).normal(0, 10, (rows, rows + more)).round(1)  # rounded: with ties
    r, c = linear_sum_assignment(price)
    assert cheapest_assignment(price, np.inf) == pytest.approx(price[r, c].sum())


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 7), st.integers(0, 5), st.floats(-30, 30), st.integers(0, 2**31))
def test_the_assignment_stops_only_above_what_it_may_cost(rows, more, room, seed):
    price = np.random.default_rng(seed).normal(0, 10, (rows, rows + more))
    cost = cheapest_assignment(price, np.inf)
    found = cheapest_assignment(price, cost + room)
    assert found == cost or (room < 1e-9 and np.isinf(found))
    assert rows < 2 or cheapest_assignment(price[:, [0] * rows], price[:, 0].sum() - 1e-6) == np.inf


def test_the_molecule_of_the_spectrum_scores_best():
    molecules = [[170.0, 60.0, 21.0, 14.0], [205.0, 37.0, 29.0, 8.0], [170.0, 60.0, 21.0], [63.0, 35.0, 19.0, 14.0]]
    for number, shifts in enumerate(molecules):
        assert quick(Spectrum.from_shifts(shifts), table(molecules)).argmax() == number


def test_the_quick_score_shares_each_pair_out_between_peak_and_class():
    found = quick(Spectrum.from_shifts([100.0, 50.0]), table([[101.0, 52.0, 400.0]]))
    scale = CONFIG.trusted_scale(SCALES_PPM[pack_classes(table([[1.0]])).spread[0]])
    floor = np.log(2 * scale) - np.log1p(-CONFIG.outlier)
    pairs = 1.0 / scale + 2.0 / scale + 2 * floor
    assert found[0] == pytest.approx(-(pairs + CONFIG.unobserved_carbon), rel=1e-4)  # the third class stays alone


def test_of_different_numbers_of_peaks_and_carbons_the_fewer_pay_in_the_quick_score():
    scale = CONFIG.trusted_scale(SCALES_PPM[pack_classes(table([[1.0]])).spread[0]])
    floor = np.log(2 * scale) - np.log1p(-CONFIG.outlier)
    for shifts, carbons in (([100.0, 50.0], [101.0, 51.0, 10.0]), ([101.0, 51.0, 10.0], [100.0, 50.0])):
        found = quick(Spectrum.from_shifts(shifts, one_per_carbon=True), table([carbons]))
        assert found[0] == pytest.approx(-(2 / scale + 2 * floor + CONFIG.wrong_number), rel=1e-4)


def test_of_equal_numbers_of_peaks_and_carbons_the_dearer_side_pays_in_the_quick_score():
    scale = CONFIG.trusted_scale(SCALES_PPM[pack_classes(table([[1.0]])).spread[0]])
    floor = np.log(2 * scale) - np.log1p(-CONFIG.outlier)
    for shifts, carbons in (([100.0, 100.0], [101.0, 97.0]), ([101.0, 97.0], [100.0, 100.0])):
        found = quick(Spectrum.from_shifts(shifts, one_per_carbon=True), table([carbons]))
        assert found[0] == pytest.approx(-(4 / scale + 2 * floor), rel=1e-4)  # 1 + 3 ppm, not 1 + 1


def test_two_densities_are_added_to_the_ninth_digit():
    away = np.concatenate([np.linspace(0, 25, 2001), [1e3, 1e6]])
    np.testing.assert_allclose([log_both(x) for x in away], np.log1p(np.exp(-away)), atol=3e-9)


def test_the_order_of_peaks_and_the_threads_do_not_matter(monkeypatch):
    rng = np.random.default_rng(0)
    molecules = [rng.uniform(0, 200, rng.integers(1, 30)).tolist() for _ in range(50)]
    spectrum, back = Spectrum.from_shifts(molecules[7]), Spectrum.from_shifts(molecules[7][::-1])
    whole = quick(spectrum, table(molecules))
    np.testing.assert_allclose(quick(back, table(molecules)), whole, rtol=1e-5)
    monkeypatch.setattr(sharing, "_ALONE", 5)
    monkeypatch.setattr(sharing, "thread_count", lambda: 3)
    sharing._pool.cache_clear()
    np.testing.assert_array_equal(quick(spectrum, table(molecules)), whole)
    sharing._pool.cache_clear()


def test_one_per_carbon_asks_for_the_number_of_carbons():
    spectrum = Spectrum.from_shifts([128.0, 128.0, 30.0], one_per_carbon=True)
    scores = quick(spectrum, table([[128.0, 30.0], [128.0, 30.0]], sizes=[2, 1, 1, 1]))
    assert scores[0] > scores[1]
    far = quick(spectrum, table([[128.0, 30.0], [128.0, 30.0]], sizes=[2, 1, 40, 1]))
    assert far[1] < scores[1]


def test_multiplicity_counts():
    spectrum = Spectrum((Peak(30.0, "T"),))
    scores = quick(spectrum, table([[30.0], [30.0]], hydrogens=[2, 1]))
    assert scores[0] > scores[1]


def test_packing_keeps_a_hundredth_of_a_ppm_and_the_scale_within_two_percent():
    made = table([[-20.004, 77.16, 231.5]])._replace(scale_ppm=np.array([0.06, 1.3, 44.0], np.float32))
    back = unpack_classes(pack_classes(made))
    np.testing.assert_allclose(back.shift_ppm, made.shift_ppm, atol=0.0051)
    np.testing.assert_allclose(back.scale_ppm, made.scale_ppm, rtol=0.02)


def test_similarity_of_eight_bit_vectors():
    rng = np.random.default_rng(1)
    vectors, query = rng.integers(-127, 128, (30, 64)).astype(np.int8), rng.normal(size=64).astype(np.float32)
    scale, rows = rng.uniform(0.001, 0.01, 30).astype(np.float32), np.array([3, 29, 0], np.int32)
    expected = (vectors[rows].astype(np.float64) @ query) * scale[rows]
    carbons, offset = np.ones(30, np.uint16), np.arange(31, dtype=np.int32)
    (found,) = find_similar(
        vectors, scale, carbons, offset, pack_queries(query[None], [Spectrum.from_shifts([20.0])]), rows
    )
    np.testing.assert_array_equal(found.rows, rows)
    np.testing.assert_allclose(found.cosine, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("width", [64, 700])  # sums of 700 products of 8 and 16 bits would not fit into 32
def test_queries_together_find_what_each_finds_alone(width):
    rng = np.random.default_rng(2)
    vectors = np.full((300, width), 127, np.int8) * rng.choice([-1, 1], (300, 1)).astype(np.int8)
    vectors[10:] = rng.integers(-127, 128, (290, width))
    asked = np.ones((5, width), np.float32)
    asked[1:] = rng.normal(size=(4, width))
    asked /= np.linalg.norm(asked, axis=1, keepdims=True)
    scale = (1 / np.linalg.norm(vectors.astype(float), axis=1)).astype(np.float32)
    offset = np.cumsum([0, *rng.integers(1, 9, 300)]).astype(np.int32)
    carbons, rows = (np.diff(offset) + 1).astype(np.uint16), np.arange(300, dtype=np.int32)
    peaks, alone = [1, 3, 5, 7, 9], [True, False, True, False, False]
    spectra = [Spectrum.from_shifts(range(n), one_per_carbon=a) for n, a in zip(peaks, alone, strict=True)]
    queries, least = pack_queries(asked, spectra), np.array([0.9, 0.0, -0.1, 0.05, 2.0], np.float32)
    together = find_similar(vectors, scale, carbons, offset, queries, rows, least)
    expected = (vectors @ asked.T).T * scale
    charged = expected - charges(carbons, offset, queries, rows)
    for k, found in enumerate(together):
        one = pack_queries(asked[k : k + 1], spectra[k : k + 1])
        (by_itself,) = find_similar(vectors, scale, carbons, offset, one, rows, least[k : k + 1])
        np.testing.assert_array_equal(found.rows, by_itself.rows)
        np.testing.assert_array_equal(found.cosine, by_itself.cosine)
        np.testing.assert_allclose(found.cosine, expected[k, found.rows], atol=1e-3)
        sure = np.abs(charged[k] - least[k]) > 1e-3
        np.testing.assert_array_equal(np.isin(rows, found.rows)[sure], (charged[k] >= least[k])[sure])
    off = np.abs(carbons - 1.0)
    np.testing.assert_allclose(charges(carbons, offset, queries, rows)[0], off / 20, rtol=1e-6)
    np.testing.assert_allclose(charges(carbons, offset, queries, rows)[1], np.abs(np.diff(offset) - 3) / 40, rtol=1e-6)


def test_fusion_is_a_weighted_sum_and_probabilities_sum_to_one():
    fused = fuse(np.array([0.9, 0.5]), np.array([-3.0, -2.0]), Fusion(10.0, 0.5))
    np.testing.assert_allclose(fused, [7.5, 4.0])
    assert probabilities(fused).sum() == pytest.approx(1)


def test_fitted_fusion_trusts_what_is_right():
    rng = np.random.default_rng(0)
    graphs, matches, right = [], [], []
    for _ in range(60):
        match = rng.normal(0, 1, 10)
        truth = int(rng.choice(10, p=np.exp(2 * match) / np.exp(2 * match).sum()))
        graphs.append(rng.normal(0, 1, 10))
        matches.append(match)
        right.append(truth)
    fitted, loss = fit_fusion(graphs, matches, right)
    assert fitted.match_weight > 3 * fitted.graph_weight
    assert loss < np.log(10)  # that of a guess


def test_calls_side_by_side_answer_in_order_and_share_no_further(monkeypatch):
    monkeypatch.setattr(sharing, "_ALONE", 5)
    monkeypatch.setattr(sharing, "thread_count", lambda: 2)
    sharing._pool.cache_clear()
    molecules = [[10.0 * n, 20.0 * n] for n in range(1, 9)]
    spectra = [Spectrum.from_shifts(shifts) for shifts in molecules]
    found = sharing.side_by_side([lambda s=s: quick(s, table(molecules)) for s in spectra])  # would wait for itself
    assert [f.argmax() for f in found] == list(range(8))
    sharing._pool.cache_clear()
