import time
from dataclasses import replace

import pytest
from tests.spectra.test_signs import ANISATE, measured, with_solvent

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.dept import pair_lines
from km3aid.spectra.experiment import Experiment
from km3aid.spectra.measured import Found, usable, with_others
from km3aid.spectra.spectrum import Peak, Spectrum
from km3aid.spectra.wanted import Wanted

PLAIN = Spectrum(tuple(Peak(shift, intensity=10.0) for shift in ANISATE), frequency_mhz=100.6)
LETTERS = "SDTQ"


def kinds(spectrum: Spectrum) -> list[str | None]:
    return [p.multiplicity for p in spectrum]


def beside(*others: Spectrum, folder: str = "a/") -> Spectrum:
    found = [Found("a/10", PLAIN), *(Found(f"{folder}{n}", s) for n, s in enumerate(others, 11))]
    return with_others(found[0], found)


@pytest.mark.parametrize("experiment", [Experiment.APT, Experiment.DEPTQ])
@pytest.mark.parametrize("up", [1, -1])
def test_signs_leave_one_of_two_multiplicities(experiment, up):
    spectrum = usable(measured(experiment, up), "file")
    assert kinds(spectrum) == ["S/T" if h in (0, 2) else "D/Q" for h in ANISATE.values()]
    side = "positive" if up > 0 else "negative"
    assert spectrum.notes[-1].endswith(f"{side} lines are read as C or CH2, the others as CH or CH3")


def test_lines_of_the_solvent_get_no_multiplicity():
    assert kinds(usable(with_solvent(up=1), "file")) == ["S/T", "D/Q", None, None, None]


def test_signs_that_tell_nothing_are_noted():
    peaks = tuple(replace(p, intensity=1.0) for p in measured(Experiment.APT))
    spectrum = usable(Spectrum(peaks, experiment=Experiment.APT), "file")
    assert set(kinds(spectrum)) == {None}
    assert "--apt" in spectrum.notes[-1]


def test_dept_cannot_be_used_on_its_own_but_where_it_is_asked_for():
    dept = measured(Experiment.DEPT_135)
    with pytest.raises(SpectrumFormatError, match=r"^file: a DEPT-135 .*--dept135"):
        usable(dept, "file")
    assert usable(dept, "file", Wanted(kind=Experiment.DEPT_135)) == dept
    with pytest.raises(SpectrumFormatError, match="a DEPT-135 spectrum; expected a DEPT-90 spectrum"):
        usable(dept, "file", Wanted(kind=Experiment.DEPT_90))


def test_a_list_of_signed_shifts_may_stand_for_an_experiment():
    """As a file for --dept135 has it."""
    listed = Spectrum((Peak(131.6), Peak(-60.6 / 2), Peak(14.4)))
    found = usable(listed, "file", Wanted(kind=Experiment.DEPT_135))
    assert [(p.shift_ppm, p.intensity) for p in found] == [(131.6, 1.0), (30.3, -1.0), (14.4, 1.0)]


@pytest.mark.parametrize("up", [1, -1])
def test_dept_beside_13c_gives_multiplicities(up):
    spectrum = beside(measured(Experiment.DEPT_135, up))
    assert kinds(spectrum) == ["S", "S", "D/Q", "S", "D/Q", "T", "D/Q", "D/Q"]
    assert spectrum.notes[-1] == "DEPT-135 is a/11"


def test_two_experiments_say_more_than_one():
    only_ch = {shift: h for shift, h in ANISATE.items() if h == 1}
    dept90 = replace(measured(Experiment.DEPT_135, carbons=only_ch), experiment=Experiment.DEPT_90)
    spectrum = beside(measured(Experiment.DEPT_135), dept90)
    assert kinds(spectrum) == [LETTERS[h] for h in ANISATE.values()]


def test_other_references_do_no_harm():
    moved = {shift + 0.9: h for shift, h in ANISATE.items()}
    assert kinds(beside(measured(Experiment.DEPT_135, carbons=moved)))[5] == "T"


@pytest.mark.parametrize("folder", ["b/", "a/b/"])
def test_what_lies_elsewhere_is_of_another_sample(folder):
    assert beside(measured(Experiment.DEPT_135), folder=folder) is PLAIN


def test_a_dept_of_another_compound_says_nothing():
    other = {128.4: 1, 125.0: 1, 70.2: 1, 45.0: 2, 33.0: 2, 22.0: 3}
    assert set(kinds(beside(measured(Experiment.DEPT_135, carbons=other)))) == {None}


def test_a_weak_line_of_dept_says_neither_that_a_carbon_has_hydrogens_nor_that_it_has_none():
    dept = measured(Experiment.DEPT_135)
    weak = replace(dept.peaks[0], aside="weak")
    assert kinds(beside(replace(dept, peaks=(weak, *dept.peaks[1:]))))[2] is None


def test_crowds_of_lines_are_paired_in_no_time():
    crowd = Spectrum(tuple(Peak(100 + n / 500) for n in range(500)), frequency_mhz=100.6)
    began = time.perf_counter()
    assert len(pair_lines(crowd, crowd)) > 490
    assert time.perf_counter() - began < 10
