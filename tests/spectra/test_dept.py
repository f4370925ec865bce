import pytest

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import Peak, Spectrum, add_multiplicities, parse_peaks
from km3aid.spectra.experiment import Experiment

MENTHONE = "212.4 55.9 50.9 35.5 33.9 27.9 25.9 22.3 21.2 18.7"  # C CH CH2 CH CH2 CH2 CH CH3 CH3 CH3


def kinds(text: str, **lists: str) -> list[str | None]:
    return [p.multiplicity for p in add_multiplicities(parse_peaks(text), **lists)]


def test_dept_135_and_90_settle_every_carbon():
    both = {"dept135": "55.9 -50.9 35.5 -33.9 -27.9 25.9 22.3 21.2 18.7", "dept90": "55.9 35.5 25.9"}
    assert kinds(MENTHONE, **both) == ["S", "D", "T", "D", "T", "T", "D", "Q", "Q", "Q"]


def test_what_one_experiment_leaves_open_is_said():
    spectrum = add_multiplicities(parse_peaks("170.2 128.5 60.1"), dept135="128.5 -60.1")
    assert [p.multiplicity for p in spectrum] == ["S", "D/Q", "T"]
    assert spectrum.notes[-1] == "left open by DEPT-135: 128.5 (CH or CH3)"
    assert kinds("170.2 128.5 60.1 21.0", apt="170.2 -128.5 60.1 -21.0", dept90="128.5") == ["S/T", "D", "S/T", "Q"]


def test_apt_with_dept_135():
    assert kinds("170.2 60.1", apt="170.2 60.1", dept135="−60.1") == ["S", "T"]


def test_lines_take_the_nearest_peak_and_the_rest_is_left_out():
    spectrum = add_multiplicities(parse_peaks("128.4 128.6 60.1"), dept135="128.55 -60.0 14.1")
    assert [p.multiplicity for p in spectrum] == ["S", "D/Q", "T"]
    assert [left.text for left in spectrum.left_out] == ["DEPT-135: 14.1"]


def test_experiments_narrow_what_the_spectrum_leaves_open():
    assert kinds("60.1(C/CH2) 21.0(CH/CH3)", dept135="-60.1 21.0", dept90="21.0") == ["T", "D"]
    spectrum = add_multiplicities(parse_peaks("60.1(C/CH2)"), dept135="60.1")
    assert spectrum.peaks[0].multiplicity == "S/T"
    assert spectrum.left_out[0] == ("60.1: CH/CH3 by DEPT-135", "the spectrum itself says S/T")


def test_what_the_spectrum_says_itself_wins():
    spectrum = add_multiplicities(parse_peaks("60.1Q"), dept135="-60.1")
    assert spectrum.peaks[0].multiplicity == "Q"
    assert spectrum.left_out[0].reason == "the spectrum itself says Q"


@pytest.mark.parametrize("text", ["", "abc", "128.5 x"])
def test_a_bad_list_is_an_error(text):
    with pytest.raises(SpectrumFormatError, match="DEPT-135"):
        add_multiplicities(parse_peaks("170.2"), dept135=text)


@pytest.mark.parametrize(
    ("plain", "weak", "expected"),
    [
        (30.0, 2.0, "S"),  # what DEPT leaves of a strong line is an artefact
        (8.0, 5.0, None),  # weak in both: it may be a CH
        (30.0, None, None),
        (None, 2.0, None),
    ],
)
def test_a_weak_line_of_dept(plain, weak, expected):
    strong = [(143.5, 100.0), (131.8, 105.0), (127.9, 98.0)]
    peaks = [Peak(s, intensity=None if plain is None else h) for s, h in strong]
    dept = [*(Peak(s, intensity=h) for s, h in strong), Peak(154.0, intensity=weak, aside="weak: below 7%")]
    spectrum = Spectrum((*peaks, Peak(154.0, intensity=plain)), frequency_mhz=100.6)
    other = Spectrum(tuple(dept), frequency_mhz=100.6, experiment=Experiment.DEPT_135)
    assert add_multiplicities(spectrum, dept135=other).peaks[-1].multiplicity == expected
