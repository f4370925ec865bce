import pytest

from km3aid.spectra.solvents import find_solvent, is_solvent, is_solvent_line, known_solvents, solvent_on_spectrometer


@pytest.mark.parametrize(
    ("text", "solvent"),
    [
        ("101 MHz, CDCl3", "CDCl3"),
        ("DMSO-d6, 298 K", "DMSO-d6"),
        ("(CD3)2SO", "(CD3)2SO"),
        ("CDCl3/CD3OD 9:1", "CDCl3/CD3OD"),
        ("in acetone-d6", "acetone-d6"),
        ("101 MHz", None),
        ("MeOHX", None),
    ],
)
def test_solvents_are_found_as_they_are_written(text, solvent):
    assert find_solvent(text) == solvent


def test_solvent_lines():
    assert is_solvent("CDCl3")
    assert not is_solvent("CDCl3 77.2")
    assert is_solvent_line(77.0, "CDCl3")
    assert is_solvent_line(206.1, "acetone-d6")
    assert not is_solvent_line(21.0, "CDCl3")
    assert not is_solvent_line(77.0, "D2O")


@pytest.mark.parametrize("name", ["THF", "Tol", "Pyr", "DMF", "Dioxane", "TFE", "Acetic", "Benzene", "METHANOL-D3"])
def test_a_spectrometer_s_name_of_a_solvent_is_known(name):
    assert len(known_solvents(solvent_on_spectrometer(name) or "")) == 1
    assert not known_solvents(name) or name == "METHANOL-D3"  # in a text it would not be deuterated
