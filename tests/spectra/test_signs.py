import pytest

from km3aid.spectra.experiment import Experiment
from km3aid.spectra.signs import possible_hydrogens, upright, with_angle
from km3aid.spectra.spectrum import Peak, Spectrum

# Ethyl p-anisate: shift → attached hydrogens
ANISATE = {166.4: 0, 163.3: 0, 131.6: 1, 122.9: 0, 113.6: 1, 60.6: 2, 55.4: 3, 14.4: 3}


def measured(experiment: Experiment, up: int = 1, carbons: dict[float, int] = ANISATE) -> Spectrum:
    """The lines that an experiment shows, C and CH2 up in APT, CH and CH3 in DEPT-135, or turned."""
    dept = experiment == Experiment.DEPT_135
    shown = {shift: h for shift, h in carbons.items() if h or not dept}
    signs = [up * (1 if (h % 2 == 1) == dept else -1) for h in shown.values()]
    peaks = tuple(Peak(shift, intensity=10.0 * sign) for shift, sign in zip(shown, signs, strict=True))
    return Spectrum(peaks, experiment=experiment, frequency_mhz=100.6)


@pytest.mark.parametrize("experiment", [Experiment.APT, Experiment.PENDANT, Experiment.DEPTQ, Experiment.DEPT_135])
@pytest.mark.parametrize("up", [1, -1])
def test_the_lines_tell_which_way_up_a_spectrum_is(experiment, up):
    assert upright(measured(experiment, up)) == measured(experiment)


def with_solvent(*, up: int) -> Spectrum:
    """Two lines that tell little, and the triplet of CDCl3, whose carbon has no hydrogen."""
    triplet = tuple(Peak(77.16 + k * 32 / 100.6, intensity=5.0 * up) for k in (1, 0, -1))
    sample = (Peak(131.0, intensity=10.0), Peak(63.0, intensity=-10.0))
    return Spectrum((*sample, *triplet), solvent="CDCl3", experiment=Experiment.APT, frequency_mhz=100.6)


def test_the_solvent_has_no_hydrogens():
    assert [p.intensity for p in upright(with_solvent(up=1))][:2] == [10.0, -10.0]
    assert [p.intensity for p in upright(with_solvent(up=-1))][:2] == [-10.0, 10.0]


def test_where_the_lines_do_not_tell_they_have_no_heights():
    spectrum = Spectrum((Peak(131.0, intensity=1.0), Peak(132.0, intensity=-1.0)), experiment=Experiment.APT)
    assert [p.intensity for p in upright(spectrum)] == [None, None]


def test_heights_of_one_sign_tell_nothing_in_apt():
    spectrum = measured(Experiment.APT)
    peaks = tuple(Peak(p.shift_ppm, intensity=abs(p.intensity)) for p in spectrum)
    assert {p.intensity for p in upright(Spectrum(peaks, experiment=Experiment.APT))} == {None}


@pytest.mark.parametrize(
    ("experiment", "height", "hydrogens"),
    [
        (Experiment.APT, 1.0, {0, 2}),
        (Experiment.DEPTQ, -1.0, {1, 3}),
        (Experiment.DEPT_135, 1.0, {1, 3}),
        (Experiment.DEPT_135, -1.0, {2}),
        (Experiment.DEPT_90, -1.0, {1}),
        (Experiment.DEPT_45, 1.0, {1, 2, 3}),
        (Experiment.DEPT_135, None, {1, 2, 3}),
        (Experiment.APT, None, {0, 1, 2, 3}),
        (Experiment.PLAIN, 1.0, {0, 1, 2, 3}),
    ],
)
def test_what_a_line_says(experiment, height, hydrogens):
    assert possible_hydrogens(experiment, Peak(50.0, intensity=height)) == hydrogens


@pytest.mark.parametrize(
    ("experiment", "hydrogens"),
    [
        (Experiment.APT, {0, 1, 2, 3}),
        (Experiment.DEPT_135, {0}),
        (Experiment.DEPT_90, {0, 2, 3}),
        (Experiment.DEPT_45, {0}),
    ],
)
def test_what_the_want_of_a_line_says(experiment, hydrogens):
    assert possible_hydrogens(experiment, None) == hydrogens


def test_a_dept_with_lines_of_both_signs_is_a_dept_135():
    both = (Peak(50.0, intensity=1.0), Peak(40.0, intensity=-1.0))
    assert with_angle(Spectrum(both, experiment=Experiment.DEPT)).experiment == Experiment.DEPT_135
    assert with_angle(Spectrum(both[:1], experiment=Experiment.DEPT)).experiment == Experiment.DEPT
    assert with_angle(Spectrum(both)).experiment == Experiment.PLAIN
