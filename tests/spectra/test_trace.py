import numpy as np
import pytest
from tests.spectra.traces import MHZ, PPM
from tests.spectra.traces import trace_of as made_up

from km3aid.spectra.instruments.picking import pick_peaks
from km3aid.spectra.trace import trace_of


@pytest.mark.parametrize("step", [1, -1])
def test_a_picture_keeps_every_line(step):
    height = np.zeros(65536)
    height[[100, 40_000]] = [5.0, -3.0]
    trace = trace_of(PPM[::step], height[::step], 1.0)
    assert (trace.left_ppm, trace.right_ppm) == (PPM[0], PPM[-1])
    assert (max(trace.high), min(trace.low)) == (5.0, -3.0)
    place = trace.left_ppm + trace.low.index(-3.0) / len(trace.low) * (trace.right_ppm - trace.left_ppm)
    assert place == pytest.approx(PPM[40_000], abs=0.1)


def test_a_short_curve_stays_whole():
    assert trace_of(np.array([3.0, 2.0, 1.0]), np.array([1.0, 7.0, 2.0]), 0.1).high == (1.0, 7.0, 2.0)


def test_a_measured_spectrum_has_its_trace_and_a_search_does_without():
    spectrum = pick_peaks(PPM, made_up({170.0: 60.0, 20.0: 50.0, 77.16: 900.0}), "a trace", frequency_mhz=MHZ)
    assert spectrum.trace is not None
    assert max(spectrum.trace.high) == max(p.intensity for p in spectrum)
    assert spectrum.trace.moved(1.5).left_ppm == spectrum.trace.left_ppm + 1.5
    assert spectrum.without_aside().trace is None
