import numpy as np
import pytest
from tests.spectra.traces import MHZ, PPM, multiplet, trace_of

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import Spectrum, set_aside_solvent
from km3aid.spectra.experiment import Experiment
from km3aid.spectra.instruments.picking import pick_peaks

SAMPLE = {170.2: 20.0, 151.3: 25.0, 134.9: 60.0, 126.2: 55.0, 21.0: 40.0}
CDCL3 = multiplet(77.16, [400.0, 400.0, 400.0], 32.0)
CD3OD = multiplet(49.0, [500.0, 1500.0, 3000.0, 3500.0, 3000.0, 1500.0, 500.0], 21.5)


def pick(lines: dict[float, float], solvent: str | None = None, noise: float = 1.0) -> Spectrum:
    return pick_peaks(PPM, trace_of(lines, noise=noise), "a trace", solvent=solvent, frequency_mhz=MHZ)


def kept(spectrum: Spectrum) -> list[float]:
    return [p.shift_ppm for p in spectrum if p.aside is None]


@pytest.mark.parametrize("solvent", ["CDCl3", "CD3OD", "DMSO-d6", None])
@pytest.mark.parametrize("multiplet", [CDCL3, CD3OD])
def test_the_sample_is_kept_beside_any_solvent_whatever_the_header_says(multiplet, solvent):
    spectrum = set_aside_solvent(pick(SAMPLE | multiplet, solvent))
    assert kept(spectrum) == pytest.approx(list(SAMPLE), abs=0.01)
    assert sum("line of the solvent" in (p.aside or "") for p in spectrum) >= len(multiplet)


def test_weak_lines_are_set_aside_and_told():
    spectrum = pick({shift: 20 * height for shift, height in SAMPLE.items()} | {30.0: 25.0, 14.1: 30.0}, "CDCl3")
    assert kept(spectrum) == pytest.approx(list(SAMPLE), abs=0.01)
    assert [p.shift_ppm for p in spectrum if p.aside] == pytest.approx([30.0, 14.1], abs=0.01)
    assert any(note.startswith("set aside 2 weak lines, below 7%") for note in spectrum.notes)


def test_negative_lines_stay_with_their_sign_where_several_are_strong():
    apt = {170.2: 20.0, 134.9: -60.0, 126.2: -55.0, 60.1: 40.0, 21.0: -40.0}
    signs = {round(p.shift_ppm): np.sign(p.intensity) for p in pick(apt)}
    assert signs == {170: 1, 135: -1, 126: -1, 60: 1, 21: -1}


def test_a_stray_negative_line_is_left_out_and_told():
    spectrum = pick(SAMPLE | {100.0: -45.0})
    assert kept(spectrum) == pytest.approx(list(SAMPLE), abs=0.01)
    assert any("left out 1 negative lines" in note for note in spectrum.notes)


def test_a_spectrum_upside_down_is_read_all_the_same():
    assert kept(pick({shift: -height for shift, height in SAMPLE.items()})) == pytest.approx(list(SAMPLE), abs=0.01)


@pytest.mark.parametrize("trace", [np.zeros(65536), np.full(65536, 7.0)])
def test_a_trace_without_lines_is_refused(trace):
    with pytest.raises(SpectrumFormatError, match="nothing rises above the noise"):
        pick_peaks(PPM, trace, "a trace")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_a_number_is_refused(bad):
    trace = trace_of(SAMPLE)
    trace[5] = bad
    with pytest.raises(SpectrumFormatError, match="a trace: 65536 points, or values that are not numbers"):
        pick_peaks(PPM, trace, "a trace")


def test_of_very_many_lines_the_strongest_are_kept():
    spectrum = pick({float(shift): 500.0 + shift for shift in np.linspace(5, 215, 620)})
    assert len(spectrum) == 500
    assert min(p.shift_ppm for p in spectrum) > 40
    assert "weaker than 500 others" in spectrum.left_out[0].reason


def test_an_axis_may_be_uneven_and_in_any_order():
    order = np.random.default_rng(0).permutation(len(PPM))
    shuffled = pick_peaks(PPM[order], trace_of(SAMPLE)[order], "a trace", frequency_mhz=MHZ)
    assert kept(shuffled) == pytest.approx(list(SAMPLE), abs=0.01)
    x, y = np.append(300.0, PPM), np.append(0.0, trace_of(SAMPLE, noise=0.1))
    assert kept(pick_peaks(x, y, "a trace", frequency_mhz=MHZ)) == pytest.approx(list(SAMPLE), abs=0.02)


def test_an_axis_of_another_length_is_refused():
    with pytest.raises(SpectrumFormatError, match="expected a spectrum"):
        pick_peaks(PPM[:-1], trace_of(SAMPLE), "a trace")


def test_a_low_broad_line_is_as_much_as_a_high_narrow_one():
    strong = {shift: 40 * height for shift, height in SAMPLE.items()}
    broad = 80 / (1 + ((PPM - 47.0) / 0.15) ** 2)
    spectrum = pick_peaks(PPM, trace_of(strong | {30.0: 80.0}) + broad, "a trace", frequency_mhz=MHZ)
    assert kept(spectrum) == pytest.approx([*list(SAMPLE)[:4], 47.0, 21.0], abs=0.1)
    assert [round(p.shift_ppm) for p in spectrum if p.aside] == [30]


def test_weak_negative_lines_stay_where_the_experiment_gives_signs_a_meaning():
    lines = {128.0: 900.0, 129.0: 800.0, 27.0: 900.0, 150.0: -100.0, 33.0: -95.0}
    about = {"frequency_mhz": MHZ}
    assert not any(p.intensity < 0 for p in pick_peaks(PPM, trace_of(lines), "a trace", **about))
    signed = pick_peaks(PPM, trace_of(lines), "a trace", experiment=Experiment.DEPTQ, **about)
    assert [round(p.shift_ppm) for p in signed if p.intensity < 0] == [150, 33]


def test_more_lines_than_a_molecule_has_carbons_tighten_the_limit_and_are_told():
    few = {200.0 - 4 * k: 1000.0 for k in range(5)}
    many = {160.0 - k: 200.0 for k in range(120)}
    spectrum = pick(few | many)
    assert len(kept(spectrum)) == len(few)
    assert any("set aside 120 weak lines, below 30%" in note for note in spectrum.notes)
    assert any("125 lines are more than a molecule has carbons" in note for note in spectrum.notes)
    usual = pick(few | dict(list(many.items())[:90]))
    assert len(kept(usual)) == 95
    assert not any("more than a molecule" in note for note in usual.notes)


def test_the_shoulder_of_a_strong_line_is_set_aside():
    lines = {150.0: 900.0, 128.9: 1000.0, 128.845: 80.0, 60.3: 950.0, 60.0: 95.0}
    spectrum = pick_peaks(PPM, trace_of(lines, width_ppm=0.012), "a trace", frequency_mhz=MHZ)
    assert [round(s, 1) for s in kept(spectrum)] == [150.0, 128.9, 60.3, 60.0]
    assert any("beside a line ten times as strong" in (p.aside or "") for p in spectrum)
    assert "set aside 1 lines beside a line ten times as strong" in spectrum.notes
