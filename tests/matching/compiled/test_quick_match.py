from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.matching.compiled.made_up import CONFIG, molecules_and_spectrum, quick, table

from km3aid.matching.compiled.exact_match import ExactMatch
from km3aid.matching.compiled.packed import SCALES_PPM, pack_classes
from km3aid.matching.compiled.quick_match import above_quick
from km3aid.matching.config import MatchConfig
from km3aid.spectra.spectrum import Peak, Spectrum

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


def test_of_equal_numbers_of_peaks_and_carbons_the_more_expensive_side_pays_in_the_quick_score():
    scale = CONFIG.trusted_scale(SCALES_PPM[pack_classes(table([[1.0]])).spread[0]])
    floor = np.log(2 * scale) - np.log1p(-CONFIG.outlier)
    for shifts, carbons in (([100.0, 100.0], [101.0, 97.0]), ([101.0, 97.0], [100.0, 100.0])):
        found = quick(Spectrum.from_shifts(shifts, one_per_carbon=True), table([carbons]))
        assert found[0] == pytest.approx(-(4 / scale + 2 * floor), rel=1e-4)  # 1 + 3 ppm, not 1 + 1


def test_one_per_carbon_asks_for_the_number_of_carbons():
    spectrum = Spectrum.from_shifts([128.0, 128.0, 30.0], one_per_carbon=True)
    scores = quick(spectrum, table([[128.0, 30.0], [128.0, 30.0]], sizes=[2, 1, 1, 1]))
    assert scores[0] > scores[1]
    far = quick(spectrum, table([[128.0, 30.0], [128.0, 30.0]], sizes=[2, 1, 40, 1]))
    assert far[1] < scores[1]


def test_multiplicity_counts():
    molecules = table([[30.0], [30.0], [30.0]], hydrogens=[2, 1, 3])
    secondary, either, unknown = (quick(Spectrum((Peak(30.0, m),)), molecules) for m in ("T", "T/Q", None))
    assert secondary[0] > secondary[1] == secondary[2]
    assert either[0] == either[2] > either[1] > secondary[1]
    assert len(set(unknown)) == 1


def test_with_one_peak_per_carbon_a_class_pays_for_each_of_its_carbons():
    spectrum = replace(Spectrum.from_shifts([24.0] * 5), one_per_carbon=True)
    one, two = (quick(spectrum, table([[20.0]], sizes=[size]))[0] for size in (1, 2))
    per_carbon = -one - 4 * CONFIG.wrong_number  # four peaks too many
    assert -two == pytest.approx(2 * per_carbon + 3 * CONFIG.wrong_number, rel=1e-4)
