import pytest

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.choice import Experiments, choose, choose_every
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


def test_every_experiment_that_can_be_used_alone_is_given_plain_ones_first():
    experiments = (
        found("2", experiment=Experiment.APT),
        found("3"),
        found("4", shifts=SHIFTS[2:], experiment=Experiment.DEPT_135),
        found("20", shifts=OTHER),
    )
    failed = (LeftOut("10", "a spectrum of 1H"),)
    spectra = list(choose_every(Experiments(experiments, failed), "x.zip"))
    assert [spectrum.id for spectrum in spectra] == ["3", "20", "2"]
    assert [len(spectrum) for spectrum in spectra] == [6, 6, 6]
    others = {left.text: left.reason for left in spectra[0].left_out}
    assert others == {
        "2": "an APT spectrum", "4": "a DEPT-135 spectrum", "20": "a plain 13C spectrum", "10": "a spectrum of 1H",
    }  # fmt: skip


def test_an_experiment_alone_keeps_its_id_and_none_is_an_error():
    (spectrum,) = choose_every(Experiments((Found("7", found("x").spectrum),), ()), "x.zip")
    assert spectrum.id == "x"
    only = (found("4", experiment=Experiment.DEPT_135),)
    with pytest.raises(SpectrumFormatError, match="no 13C spectrum that can be used"):
        list(choose_every(Experiments(only, ()), "x.zip"))
