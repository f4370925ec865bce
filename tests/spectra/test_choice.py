import pytest

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.choice import Experiments, choose
from km3aid.spectra.experiment import Experiment
from km3aid.spectra.measured import Found
from km3aid.spectra.spectrum import LeftOut, Peak, Spectrum
from km3aid.spectra.wanted import ANYTHING, Wanted

SHIFTS = (170.1, 151.2, 134.5, 130.3, 55.2, 21.4)
OTHER = (199.5, 145.0, 120.8, 111.7, 40.1, 31.9)


def found(name: str, shifts=SHIFTS, experiment=Experiment.PLAIN, off: float = 0.0) -> Found:
    peaks = tuple(Peak(shift + off, intensity=float(n + 1)) for n, shift in enumerate(shifts))
    return Found(name, Spectrum(peaks, id=name, frequency_mhz=100.6, experiment=experiment))


def chosen(*experiments: Found, wanted: Wanted = ANYTHING, failed: tuple[LeftOut, ...] = ()) -> Spectrum:
    return choose(Experiments(experiments, failed), "x.zip", wanted)


def test_a_plain_spectrum_comes_first_and_the_others_are_named():
    spectrum = chosen(found("2", experiment=Experiment.APT), found("3"), failed=(LeftOut("10", "a spectrum of 1H"),))
    assert spectrum.id == "3"
    assert spectrum.notes[-1] == "read 3, of 3 experiments"
    assert [left.text for left in spectrum.left_out] == ["2", "10"]


@pytest.mark.parametrize("name", ["a/10", "10"])
def test_an_experiment_is_chosen_by_its_name(name):
    assert chosen(found("a/10"), found("a/11"), wanted=Wanted(name)).id == "a/10"
    assert chosen(found("a/c.jdf"), found("a/d.jdf"), wanted=Wanted("d")).id == "a/d.jdf"


def test_what_cannot_be_chosen_is_said():
    several = (found("a/10"), found("b/10"))
    with pytest.raises(SpectrumFormatError, match=r"several experiments '10' \(a/10, b/10\)"):
        chosen(*several, wanted=Wanted("10"))
    with pytest.raises(SpectrumFormatError, match=r"no experiment '7'; there are a/10: a plain 13C spectrum; b/10: "):
        chosen(*several, wanted=Wanted("7"))
    with pytest.raises(SpectrumFormatError, match=r"x\.zip, 3: a spectrum of 1H"):
        chosen(found("2"), wanted=Wanted("3"), failed=(LeftOut("3", "a spectrum of 1H"),))


def test_repeated_measurements_of_a_compound_may_have_other_references():
    assert chosen(found("1"), found("2", off=0.8)).id == "1"


def test_different_compounds_are_not_chosen_from_by_chance():
    with pytest.raises(SpectrumFormatError, match=r"13C spectra of different compounds, a/1, b/1; choose one with"):
        chosen(found("a/1"), found("b/1", OTHER))
    assert chosen(found("a/1"), found("b/1", OTHER), wanted=Wanted("b/1")).id == "b/1"


def test_a_kind_that_is_wanted_is_taken():
    wanted = Wanted(kind=Experiment.DEPT_135)
    assert chosen(found("1"), found("2", experiment=Experiment.DEPT_135), wanted=wanted).id == "2"
    with pytest.raises(SpectrumFormatError, match=r"no DEPT-135 spectrum \(1: a plain 13C spectrum\)"):
        chosen(found("1"), wanted=wanted)
