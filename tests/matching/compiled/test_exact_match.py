from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.matching.compiled.made_up import CONFIG, classes_of, molecules_and_spectrum, table

from km3aid.matching.assign import cheapest_cost
from km3aid.matching.compiled.exact_match import ExactMatch
from km3aid.matching.compiled.packed import pack_classes
from km3aid.spectra.spectrum import Spectrum


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


def test_with_as_many_peaks_as_carbons_neither_side_is_counted_on_top_of_the_other():
    spectrum = replace(Spectrum.from_shifts([24.0, 61.0, 133.0]), one_per_carbon=True)
    packed, rows = pack_classes(table([[20.0, 55.0, 128.0]])), np.zeros(1, np.int32)
    match = ExactMatch(spectrum, CONFIG)
    full = match(packed, rows)
    np.testing.assert_array_equal(match(packed, rows, full), full)
