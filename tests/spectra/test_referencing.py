from dataclasses import replace

import pytest
from tests.spectra.traces import MHZ, multiplet

from km3aid.spectra import Peak, Spectrum
from km3aid.spectra.referencing import reference_anew, reference_to_solvent
from km3aid.spectra.trace import Trace

SEPTET = [1.0, 3.0, 6.0, 7.0, 6.0, 3.0, 1.0]


def spectrum(off: float, solvent: str | None = "CD3OD") -> Spectrum:
    lines = {170.0 + off: 2.0, 20.0 + off: 3.0} | multiplet(49.0 + off, SEPTET, 21.5)
    peaks = tuple(Peak(shift, intensity=height) for shift, height in sorted(lines.items(), reverse=True))
    return Spectrum(peaks, solvent=solvent, frequency_mhz=MHZ)


@pytest.mark.parametrize("off", [-1.3, 0.5, 1.2])
def test_a_spectrum_that_lies_off_is_moved_and_told(off):
    moved = reference_to_solvent(spectrum(off))
    assert [moved.peaks[0].shift_ppm, moved.peaks[-1].shift_ppm] == pytest.approx([170.0, 20.0], abs=0.01)
    assert moved.notes == (f"moved by {-off:+g} ppm, referenced to CD3OD at 49 ppm",)


def test_usual_references_stay():
    near = spectrum(0.25)
    assert reference_to_solvent(near) is near


@pytest.mark.parametrize("solvent", [None, "CDCl3", "beer"])
def test_only_the_solvent_that_is_named_counts(solvent):
    off = spectrum(0.8, solvent)
    assert reference_to_solvent(off) is off


def test_a_multiplet_that_lacks_an_outer_line_is_referenced_by_its_middle():
    off = spectrum(1.0)
    cut = Spectrum(off.peaks[:1] + off.peaks[2:], solvent="CD3OD", frequency_mhz=MHZ)
    assert reference_to_solvent(cut).notes == ("moved by -1 ppm, referenced to CD3OD at 49 ppm",)


@pytest.mark.parametrize("solvent", ["CD3OD", "D2O", None])
def test_a_processed_spectrum_is_moved_where_its_reference_is_plainly_wrong(solvent):
    trace = Trace(200.0, 0.0, (0.0, 0.0), (1.0, 1.0), 0.1)
    off = replace(spectrum(1.1, solvent), trace=trace)
    moved = reference_anew(off)
    assert moved.notes == ("moved by -1.1 ppm, referenced to CD3OD at 49 ppm",)
    assert moved.trace.left_ppm == pytest.approx(198.9)
    near = replace(spectrum(0.4, solvent), trace=trace)
    assert reference_anew(near) is near
    assert reference_anew(spectrum(1.1, solvent)).notes == ()  # a list of peaks is as its author wants it
