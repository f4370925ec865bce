from dataclasses import replace

import pytest
from hypothesis import given
from tests.spectra.strategies import peak_lists

from km3aid.spectra import Spectrum, parse_journal, parse_peaks, set_aside_solvent
from km3aid.spectra.impurities import IMPURITIES, impurity_at
from km3aid.spectra.solvents import SOLVENTS
from km3aid.spectra.spectrum import Peak


def aside(text: str, solvent: str | None = None) -> list[float]:
    return [p.shift_ppm for p in set_aside_solvent(parse_peaks(text), solvent) if p.aside]


@given(peak_lists)
def test_without_a_solvent_nothing_changes(peaks):
    spectrum = Spectrum(tuple(peaks))
    assert set_aside_solvent(spectrum) is spectrum


@pytest.mark.parametrize(
    ("text", "solvent", "expected"),
    [
        ("170.1 77.2 21.0", "CDCl3", [77.2]),
        ("170.1 77.0 21.0", "Chloroform-d", [77.0]),
        ("170.1 77.48 77.16 76.84 21.0", "CDCl3", [77.48, 77.16, 76.84]),
        ("170.1 77.4 77.0 76.6 75.9 21.0", "CDCl3", [77.4, 77.0, 76.6]),
        ("170.1 77.16 78.1 21.0", "CDCl3", [77.16]),
        ("170.1 40.1 39.9 39.7 39.5 39.3 39.1 38.9 21.0", "d6-DMSO", [40.1, 39.9, 39.7, 39.5, 39.3, 39.1, 38.9]),
        ("206.3 170.1 29.9 21.0", "acetone-d6", [206.3, 29.9]),
        ("170.1 77.2CH 21.0", "CDCl3", []),
        ("170.1 77.2(2C) 21.0", "CDCl3", []),
        ("170.1 21.0 0.0", "CDCl3", [0.0]),
        ("170.1 49.0 77.2", "CDCl3/CD3OD 9:1", [49.0, 77.2]),
        ("170.1 67.6 25.4 21.0", "THF-d8", [67.6, 25.4]),
        ("170.1 137.9 129.2 128.3 125.5 20.4", "toluene-d8", [137.9, 129.2, 128.3, 125.5, 20.4]),
        ("170.1 21.0", "D2O", []),
        ("77.2", "CDCl3", []),
    ],
)
def test_what_is_set_aside(text, solvent, expected):
    assert aside(text, solvent) == expected


def test_the_solvent_of_the_spectrum_counts_and_places_stay():
    spectrum = set_aside_solvent(parse_journal("13C NMR (101 MHz, CDCl3) δ 170.1, 77.2, 21.0"))
    assert [p.shift_ppm for p in spectrum] == [170.1, 77.2, 21.0]
    assert spectrum.notes == ("set aside 77.2 ppm: line of the solvent CDCl3 (77.16 ppm)",)
    assert [p.shift_ppm for p in spectrum.without_aside()] == [170.1, 21.0]


@pytest.mark.parametrize("told", [True, False])
def test_an_unknown_solvent_is_noted_wherever_it_comes_from(told):
    read = parse_peaks("170.1 77.2")
    spectrum = set_aside_solvent(read, "beer") if told else set_aside_solvent(replace(read, solvent="beer"))
    (note,) = spectrum.notes
    assert note.startswith("the solvent 'beer' is not known; nothing is set aside; known are CDCl3, DMSO-d6, ")
    assert [p.aside for p in spectrum] == [None, None]
    assert spectrum.solvent == "beer"


@pytest.mark.parametrize("word", ["none", "None", "Unreported", "unknown", " "])
def test_a_word_that_names_no_solvent_is_not_noted(word):
    spectrum = replace(parse_peaks("170.1 77.2"), solvent=word)
    assert set_aside_solvent(spectrum) is spectrum


def test_impurities_are_named_and_stay():
    spectrum = set_aside_solvent(parse_peaks("171.3 171.1 128.5 60.4 21.0 14.2 53.5"), "CDCl3")
    assert "171.3, 60.4, 21, 14.2 ppm may be ethyl acetate; they stay peaks" in spectrum.notes
    assert not any(p.aside for p in spectrum)


def test_one_line_does_not_make_an_impurity_of_two():
    assert not any("diethyl ether" in n for n in set_aside_solvent(parse_peaks("171.3 65.9 40.0"), "CDCl3").notes)
    assert any("diethyl ether" in n for n in set_aside_solvent(parse_peaks("171.3 65.9 15.2"), "CDCl3").notes)


@pytest.mark.parametrize(
    ("shift", "solvent", "name"),
    [
        (53.52, "CDCl3", "dichloromethane"),
        (1.1, "CDCl3", "silicone grease"),
        (54.8, "DMSO-d6", "dichloromethane"),
        (53.7, "CDCl3", None),
        (65.9, "CDCl3", None),  # of diethyl ether, which has another line
        (53.52, "pyridine-d5", None),
    ],
)
def test_an_impurity_of_one_line(shift, solvent, name):
    assert impurity_at(shift, solvent) == name


def test_the_tables_are_sound():
    assert len({s.name for s in SOLVENTS}) == len(SOLVENTS)
    assert set(IMPURITIES) < {s.name for s in SOLVENTS}
    assert all(len(table) > 20 for table in IMPURITIES.values())
    lines = {(name, len(shifts)) for table in IMPURITIES.values() for name, shifts in table.items()}
    assert len({name for name, _ in lines}) == len(lines)  # as many lines in every solvent


@pytest.mark.parametrize(
    ("name", "shifts"),
    [
        ("CDCl3", (77.16,)),
        ("DMSO-d6", (39.52,)),
        ("CD3OD", (49.00,)),
        ("acetone-d6", (29.84, 206.26)),
        ("C6D6", (128.06,)),
        ("CD3CN", (1.32, 118.26)),
        ("CD2Cl2", (53.84,)),
    ],
)
def test_shifts_that_every_chemist_knows(name, shifts):
    assert [tuple(line.shift_ppm for line in s.lines) for s in SOLVENTS if s.name == name] == [shifts]


def test_where_its_multiplet_shows_that_the_reference_is_off_the_other_lines_of_a_solvent_are_moved_too():
    off, gap = -0.6, 19.4 / 125.8
    heights = (1, 3, 6, 7, 6, 3, 1)
    septet = tuple(Peak(29.84 + off + (3 - k) * gap, intensity=100.0 * h) for k, h in enumerate(heights))
    sample = (Peak(206.0, intensity=40.0), Peak(168.0, intensity=50.0), Peak(130.0, intensity=90.0))
    carbonyl = Peak(206.26 + off, intensity=80.0)
    spectrum = Spectrum((*sample[:1], carbonyl, *sample[1:], *septet), solvent="acetone-d6", frequency_mhz=125.8)
    kept = [p.shift_ppm for p in set_aside_solvent(spectrum) if p.aside is None]
    assert kept == [206.0, 168.0, 130.0]
