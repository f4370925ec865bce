import pytest

from km3aid.spectra import Peak, Spectrum, parse_peaks
from km3aid.spectra.twins import find_twins, merge_twins, places_in_merged, twins_note

ROTAMERS = "171.7 171.4 154.1 153.7 128.4 127.9 66.0 65.9 47.2 46.6 31.2 30.1 24.0 23.2"


def shifts(spectrum):
    return [round(peak.shift_ppm, 2) for peak in spectrum]


def test_of_two_rotamers_each_pair_is_one_line():
    spectrum = parse_peaks(ROTAMERS)
    twins = find_twins(spectrum)
    assert twins == tuple((n, n + 1) for n in range(0, 14, 2))
    assert shifts(merge_twins(spectrum, twins)) == [171.55, 153.9, 128.15, 65.95, 46.9, 30.65, 23.6]
    assert "mixture" in twins_note(spectrum)[0]


@pytest.mark.parametrize(
    "text",
    [
        "171.7 154.1 128.4 127.9 66.0 47.2 31.2 24.0",
        "171.7 171.4 154.1 153.7 66.0 65.9 47.2 46.6 31.2 28.0 24.0 21.0",  # a third is alone
        "128.1 128.5 127.1 127.3 120.4 120.9 136.6 136.9",  # aromatic lines are always near each other
        "171.7 171.4 66.0 65.9",  # too few to tell
        "24.0T 23.2Q 31.2 30.1 47.2 46.6 66.0 65.9",  # CH2 and CH3 are two carbons
    ],
)
def test_other_spectra_have_no_twins(text):
    spectrum = parse_peaks(text)
    assert find_twins(spectrum) == twins_note(spectrum) == ()
    assert merge_twins(spectrum, ()) is spectrum


def test_one_peak_for_every_carbon_is_no_mixture():
    peaks = parse_peaks(ROTAMERS).peaks
    assert find_twins(Spectrum(peaks, one_per_carbon=True)) == ()


def test_a_line_of_the_solvent_has_no_twin():
    peaks = (*parse_peaks(ROTAMERS).peaks, Peak(77.2, aside="line of the solvent"))
    spectrum = Spectrum(peaks)
    merged = merge_twins(spectrum, find_twins(spectrum))
    assert merged.peaks[-1].aside
    assert len(merged) == 8


def test_the_nearest_are_twins_in_any_order_and_keep_what_is_known():
    peaks = [Peak(s) for s in (24.0, 171.7, 66.0, 47.2, 31.2, 23.2, 171.4, 65.9, 46.6, 30.1)]
    peaks[0], peaks[6] = Peak(24.0, "T"), Peak(171.4, count=2)
    spectrum = Spectrum(tuple(peaks))
    twins = find_twins(spectrum)
    assert twins == ((0, 5), (1, 6), (2, 7), (3, 8), (4, 9))
    merged = merge_twins(spectrum, twins)
    assert (merged.peaks[0].multiplicity, merged.peaks[1].count) == ("T", 2)
    assert places_in_merged(10, twins) == [0, 1, 2, 3, 4] * 2
