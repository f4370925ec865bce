import pytest

from km3aid.errors import SpectrumFormatError
from km3aid.requests.conditions import Conditions, remarks
from km3aid.spectra import LeftOut, Spectrum, parse_journal, parse_peaks

REPORT = parse_journal("13C NMR (101 MHz, CDCl3) δ 77.1, 58.0, 39.5, 18.0")


@pytest.mark.parametrize(
    ("conditions", "aside"),
    [
        (Conditions(), [77.1]),
        (Conditions("DMSO-d6"), [39.5]),
        (Conditions("none"), []),
        (Conditions(" None "), []),
        (Conditions("beer"), []),
        (Conditions("DMSO-d6", one_per_carbon=True), []),
    ],
)
def test_which_lines_are_set_aside(conditions, aside):
    assert [p.shift_ppm for p in conditions.apply(REPORT) if p.aside] == aside


@pytest.mark.parametrize(
    ("conditions", "solvent"),
    [
        (Conditions(), "CDCl3"),
        (Conditions("DMSO-d6"), "DMSO-d6"),
        (Conditions("DMSO-d6", one_per_carbon=True), "DMSO-d6"),
        (Conditions("beer"), "beer"),
        (Conditions("none"), "CDCl3"),
    ],
)
def test_the_solvent_is_kept_for_what_is_written(conditions, solvent):
    assert conditions.apply(REPORT).solvent == solvent


def test_a_spectrum_keeps_that_it_has_one_peak_per_carbon():
    spectrum = Spectrum.from_shifts([77.1, 58.0], one_per_carbon=True)
    for conditions in (Conditions(), Conditions("CDCl3"), Conditions("none")):
        assert conditions.apply(spectrum).one_per_carbon
        assert not any(p.aside for p in conditions.apply(spectrum))
    assert Conditions("none", one_per_carbon=True).apply(REPORT).one_per_carbon


def test_dept_tells_the_attached_hydrogens():
    found = Conditions("none", dept135="-58.0 18.0").apply(parse_peaks("58.0 18.0"))
    assert found.peaks[0].multiplicity == "T"
    with pytest.raises(SpectrumFormatError):
        Conditions(dept135="many").apply(REPORT)


def test_remarks_are_notes_and_the_first_things_left_out():
    left_out = tuple(LeftOut(str(n), "a reason") for n in range(7))
    spectrum = Spectrum(parse_peaks("58").peaks, notes=("a note",), left_out=left_out)
    assert remarks(spectrum) == (
        "a note",
        *(f"left out '{n}': a reason" for n in range(5)),
        "… and 2 more left out",
    )
    assert len(remarks(spectrum, shown=7)) == 8
