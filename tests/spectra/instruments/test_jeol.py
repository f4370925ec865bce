import numpy as np
import pytest
from tests.spectra import format_examples as examples
from tests.spectra.format_examples import SHIFTS

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import read_spectra
from km3aid.spectra.instruments.jeol import _numbers, dead_time_s, filter_delay


def test_the_delay_of_jeols_filter():
    # two stages of order 54 and 73, decimating by 8 and 2: ½ (53/16 + 72/2) points
    assert filter_delay({"orders": "25473", "factors": "82"}) == pytest.approx(19.656, abs=1e-3)
    assert filter_delay({}) == filter_delay({"orders": "x", "factors": "0"}) == 0.0


def test_the_dead_time_before_the_first_point():
    # at 31,566 points a second this is 2.54 points, which leaves 17.1 of the filter above
    assert dead_time_s({"acq_delay": 7.551e-05, "x_pulse": 10.05}) == pytest.approx(8.0535e-05)
    assert dead_time_s({}) == dead_time_s({"acq_delay": 3.0}) == dead_time_s({"acq_delay": "x", "x_pulse": -1.0}) == 0.0


def test_the_phase_that_the_dead_time_turns_is_taken_back(tmp_path):
    path = examples.write_jeol(tmp_path / "carbon.jdf", SHIFTS, dead_points=15.0)
    (spectrum,) = read_spectra(path)
    assert [p.shift_ppm for p in spectrum] == pytest.approx(SHIFTS, abs=0.05)
    assert all((p.intensity or 0.0) > 0 for p in spectrum)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("processed", [False, True])
def test_a_file_of_jeol(tmp_path, order, processed):
    examples.write_jeol(tmp_path / "carbon.jdf", SHIFTS, order, processed)
    (spectrum,) = read_spectra(tmp_path / "carbon.jdf")
    assert [p.shift_ppm for p in spectrum] == pytest.approx(SHIFTS, abs=0.05)
    assert (spectrum.id, spectrum.solvent) == ("carbon", "CHLOROFORM-D")
    assert ("transformed" in spectrum.notes[0]) is not processed


def test_nmrglue_finds_the_same_numbers_in_a_file_of_jeol(tmp_path):
    nmrglue = pytest.importorskip("nmrglue")
    path = examples.write_jeol(tmp_path / "carbon.jdf", SHIFTS)
    _, theirs = nmrglue.jeol.read(str(path))
    assert np.array_equal(_numbers(path.read_bytes(), "<", is_complex=True), theirs)


@pytest.mark.parametrize("processed", [False, True])
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"x_domain": "Proton"}, "a spectrum of 1H"),
        ({"x_domain": "Fluorine19"}, "a spectrum of 19F"),
        ({"x_domain": ""}, "not stated .*give its shifts with --peaks"),
        ({"experiment": "dept135.jxp"}, "a DEPT-135 spectrum has no carbons without hydrogen"),
        ({"irr_domain": "Proton", "irr_freq": 248.5e6}, "X_FREQ is 100.6 MHz, the frequency of 31P"),
    ],
)
def test_what_is_not_13c_or_of_no_use_alone_is_refused(tmp_path, processed, changed, message):
    path = examples.write_jeol(tmp_path / "a.jdf", SHIFTS, processed=processed, changed=changed)
    with pytest.raises(SpectrumFormatError, match=message):
        read_spectra(path)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"experiment": "dept.jxp", "selection_angle": 135.0}, "DEPT-135"),
        ({"experiment": "dept_dec.jxp", "x_angle": 90.0, "irr_angle": 45.0}, "DEPT-45"),
        ({"experiment": "dept.jxp", "method.x_angle": 45.0, "method.selection_angle": 90.0}, "DEPT-90"),
        ({"experiment": "dept.ex2", "selection_pulse": 15.0, "irr_90_width": 10.0}, "DEPT-135"),
        ({"experiment": "dept.jxp", "x_angle": 90.0}, "DEPT"),
        ({"experiment": "dept.jxp", "irr_angle": 90.0, "selection_angle": 135.0}, "DEPT"),  # one of them
        ({"experiment": "dept90.jxp", "selection_angle": 135.0}, "DEPT-90"),  # as its name says
    ],
)
def test_the_angle_of_dept(tmp_path, parameters, expected):
    path = examples.write_jeol(tmp_path / "a.jdf", SHIFTS, changed=parameters)
    with pytest.raises(SpectrumFormatError, match=f"an? {expected} spectrum"):
        read_spectra(path)


@pytest.mark.parametrize("processed", [False, True])
@pytest.mark.parametrize(
    ("changed", "note"),
    [
        ({"experiment": "apt.jxp"}, "an APT spectrum"),
        ({"experiment": "carbon.jxp", "irr_decoupling": "FALSE"}, "may be split"),
        ({"experiment": "carbon.jxp", "irr_decoupling": "TRUE"}, None),
        ({"x_domain": "", "irr_domain": "Proton", "irr_freq": 400.08e6}, None),  # certain by its frequency
    ],
)
def test_a_note_names_the_experiment(tmp_path, processed, changed, note):
    plain = read_spectra(examples.write_jeol(tmp_path / "a.jdf", SHIFTS, processed=processed))[0].notes
    path = examples.write_jeol(tmp_path / "b.jdf", SHIFTS, processed=processed, changed=changed)
    added = read_spectra(path)[0].notes[len(plain) :]
    assert (note in added[0]) if note else added == ()
