import numpy as np
import pytest
from tests.spectra.traces import PPM, trace_of

from km3aid.spectra.instruments.lines import find_lines


@pytest.mark.parametrize("correlated", [0.0, 2.0, 4.0])
def test_noise_alone_has_hardly_any_line(correlated):
    for seed in range(3):
        found = find_lines(PPM, trace_of({}, correlated=correlated, seed=seed))
        assert len(found.shift_ppm) <= 2


@pytest.mark.parametrize("correlated", [0.0, 2.0, 4.0])
def test_the_noise_is_that_of_the_smoothed_trace_however_correlated(correlated):
    from scipy.ndimage import gaussian_filter1d

    lines = {170.0: 400.0, 130.0: 300.0, 20.0: 500.0}
    flat = trace_of({}, correlated=correlated) - 5 * np.sin(PPM / 40)
    width = 0.02 * (len(PPM) - 1) / 230
    expected = gaussian_filter1d(flat, 0.7 * width / 2.355).std()
    assert find_lines(PPM, trace_of(lines, correlated=correlated)).noise == pytest.approx(expected, rel=0.1)


def test_lines_lie_where_they_were_put():
    lines = {shift: 40.0 + shift for shift in (199.1234, 170.2, 128.51, 128.45, 77.16, 21.0)}
    found = find_lines(PPM, trace_of(lines))
    assert found.shift_ppm == pytest.approx(list(lines), abs=0.004)
    assert (found.height > 0).all()


def test_lines_that_point_down_have_negative_heights():
    found = find_lines(PPM, trace_of({140.0: 50.0, 60.0: -80.0, 20.0: 30.0}))
    assert np.sign(found.height).tolist() == [1, -1, 1]


def test_a_strong_line_has_no_feet_of_its_own_and_leaves_the_sample():
    lines = {49.0: 20_000.0, 55.3: 60.0, 128.0: 40.0}
    assert find_lines(PPM, trace_of(lines)).shift_ppm == pytest.approx([128.0, 55.3, 49.0], abs=0.005)


def test_a_lobe_of_the_other_sign_beside_a_badly_phased_line_is_no_line():
    width = 0.01
    away = (PPM - 100.0) / width
    trace = trace_of({30.0: 50.0}) + 1000.0 * (np.cos(0.2) + np.sin(0.2) * away) / (1 + away**2)
    assert find_lines(PPM, trace).shift_ppm == pytest.approx([100.0, 30.0], abs=0.01)


def test_a_scale_or_a_reversed_axis_changes_nothing():
    trace = trace_of({170.2: 60.0, 21.0: 40.0})
    found, scaled, reversed_ = (
        find_lines(PPM, trace),
        find_lines(PPM, trace * 2.0**20),
        find_lines(PPM[::-1], trace[::-1]),
    )
    assert found.shift_ppm.tolist() == scaled.shift_ppm.tolist()
    assert found.shift_ppm == pytest.approx(reversed_.shift_ppm[::-1], abs=1e-3)


def test_blanked_parts_of_a_trace_do_not_hide_its_noise():
    trace = trace_of({20.0: 60.0})
    trace[: int(0.6 * len(trace))] = 0.0
    found = find_lines(PPM, trace)
    assert len(found.shift_ppm) <= 4
    assert found.shift_ppm[-1] == pytest.approx(20.0, abs=0.01)


def test_a_trace_without_noise_has_its_lines_only():
    lines = {170.0: 50.0, 20.0: 80.0}
    trace = sum(height / (1 + ((PPM - shift) / 0.01) ** 2) for shift, height in lines.items())
    assert find_lines(PPM, trace).shift_ppm == pytest.approx(list(lines), abs=0.01)


def test_breadth_is_that_of_a_line_which_stands_alone():
    broad = 300 / (1 + ((PPM - 47.0) / 0.15) ** 2)  # fifteen times as broad as the others
    found = find_lines(PPM, trace_of({170.0: 900.0, 130.0: 900.0, 60.0: 900.0, 20.0: 900.0}) + broad)
    near = np.abs(found.shift_ppm - 47.0) < 0.1
    assert found.breadth[near].max() == pytest.approx(15, rel=0.3)
    assert (found.breadth[~near] < 2).all()


def test_a_shoulder_is_not_as_broad_as_the_line_that_it_sits_on():
    broad = 300 / (1 + ((PPM - 47.0) / 0.15) ** 2)
    found = find_lines(PPM, trace_of({100.0: 900.0, 60.0: 900.0, 20.0: 900.0, 47.1: 60.0}) + broad)
    shoulder = np.abs(found.shift_ppm - 47.1).argmin()
    assert found.shift_ppm[shoulder] == pytest.approx(47.1, abs=0.01)
    assert found.breadth[shoulder] == 1
