import pytest
import torch
from tests.models.test_alignment import batch_of

from km3aid.data.batches import PeakBatch
from km3aid.models.k_m3aid.spectrum_encoder import BINS, stick_spectrum


def test_spectrum_bins_are_a_tenth_of_a_ppm_and_the_nearest_one_holds_a_peak(small_data):
    peaks = batch_of(small_data, [0]).peaks
    sticks = stick_spectrum(peaks)[0]
    expected = {round((float(s) + 50) * 10) for s in peaks.shift_ppm[0]}
    assert set(sticks.nonzero().squeeze(1).tolist()) == expected
    assert set(sticks.unique().tolist()) == {0.0, 1.0}


@pytest.mark.parametrize(
    ("shift_ppm", "place"), [(-80.0, 0), (-50.0, 0), (21.04, 710), (21.06, 711), (349.99, BINS - 1), (400.0, BINS - 1)]
)
def test_what_lies_beyond_falls_into_the_outer_bins(shift_ppm, place):
    one = torch.ones(1, 1, dtype=torch.long)
    sticks = stick_spectrum(PeakBatch(torch.tensor([[shift_ppm]]), one, one, one.bool()))
    assert sticks.nonzero().tolist() == [[0, place]]
