from dataclasses import replace

import pytest
from tests.spectra.traces import MHZ, PPM, multiplet, trace_of

from km3aid.spectra import Peak, Spectrum
from km3aid.spectra.experiment import Experiment
from km3aid.spectra.instruments.picking import pick_peaks
from km3aid.spectra.split_lines import join_multiplets

SAMPLE = {150.1: 400.0, 128.9: 420.0, 60.3: 380.0}
QUARTET = [1.0, 3.0, 3.0, 1.0]


def picked(lines, **about) -> Spectrum:
    return pick_peaks(PPM, trace_of(lines), "x", frequency_mhz=MHZ, **about)


def kept(spectrum: Spectrum) -> list[tuple[float, str | None]]:
    return [(round(p.shift_ppm, 1), p.multiplicity) for p in spectrum if p.aside is None]


@pytest.mark.parametrize(("centre", "coupling"), [(122.6, 271.0), (118.4, 320.0), (131.2, 32.7)])
def test_a_quartet_of_cf3_is_one_line(centre, coupling):
    found = picked(SAMPLE | multiplet(centre, [h * 25 for h in QUARTET], coupling))
    joined = join_multiplets(found)
    assert sorted(kept(joined)) == sorted([*((s, None) for s in SAMPLE), (centre, None)])
    assert [p.aside for p in joined if p.aside] == [f"part of the quartet of CF3 at {centre:g} ppm"] * 3
    assert f"joined to {centre:g} ppm: a quartet of CF3, J = {coupling:.0f} Hz" in joined.notes
    assert [p.shift_ppm for p in joined] == sorted((p.shift_ppm for p in joined), reverse=True)
    (line,) = [p for p in joined if p.shift_ppm == pytest.approx(centre, abs=0.02)]
    assert line.intensity == pytest.approx(sum(p.intensity for p in found if p.intensity < 100))


def test_an_outer_line_may_lie_under_a_stronger_one():
    lines = multiplet(125.0, [h * 25 for h in QUARTET], 271.0)
    under = max(lines)
    joined = join_multiplets(picked(SAMPLE | {s: h for s, h in lines.items() if s != under} | {under + 0.03: 400.0}))
    assert (125.0, None) in kept(joined)


@pytest.mark.parametrize(
    "lines",
    [
        multiplet(122.6, [75.0, 75.0, 75.0, 75.0], 271.0),  # of four carbons
        multiplet(122.6, [25.0, 75.0, 75.0], 271.0),  # one is missing
        multiplet(122.6, [25.0, 75.0, 75.0, 25.0], 200.0),
        multiplet(122.6, [120.0, 360.0, 360.0, 120.0], 271.0),  # as strong as lines of CH
    ],
)
def test_other_lines_stay(lines):
    spectrum = picked(SAMPLE | lines)
    assert join_multiplets(spectrum) is spectrum


def test_only_measured_spectra_are_joined():
    spectrum = picked(SAMPLE | multiplet(122.6, [25.0, 75.0, 75.0, 25.0], 271.0))
    for bare in (replace(spectrum, trace=None), replace(spectrum, frequency_mhz=None)):
        assert join_multiplets(bare) is bare


def test_multiplets_of_a_spectrum_without_decoupling():
    lines = {166.4: 60.0}
    lines |= multiplet(128.8, [200.0, 210.0], 164.0)
    lines |= multiplet(64.5, [90.0, 185.0, 92.0], 147.0)
    lines |= multiplet(13.8, [43.0, 140.0, 145.0, 48.0], 125.0)
    coupled = picked(lines, experiment=Experiment.COUPLED)
    assert kept(join_multiplets(coupled)) == [(166.4, None), (128.8, "D"), (64.5, "T"), (13.8, "Q")]
    assert join_multiplets(replace(coupled, experiment=Experiment.PLAIN)).peaks == coupled.peaks


def test_peaks_without_heights_stay():
    spectrum = picked(SAMPLE)
    bare = replace(spectrum, peaks=tuple(Peak(p.shift_ppm) for p in spectrum))
    assert join_multiplets(bare) is bare
