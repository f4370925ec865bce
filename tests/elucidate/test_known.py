from dataclasses import replace

import pytest

from km3aid.elucidate.formulas import formulas_of_mass, spelt
from km3aid.elucidate.known import Known
from km3aid.errors import ConfigError, Km3aidError, MoleculeError, SpectrumFormatError
from km3aid.molecules.graphs import flat_mol, sketch_of_mol, stacked
from km3aid.spectra.spectrum import Peak, Spectrum

TWO = Spectrum.from_shifts([58.0, 18.0])


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("C2H7O", "odd number"),
        ("C2H8O", "too many hydrogens"),
        ("H2O", "no carbon"),
        ("C2H6Fe", "Fe"),
        ("C80H90", "up to 60"),
        ("nonsense", "not a molecular formula"),
    ],
)
def test_impossible_formulas_are_refused_at_once(formula, said):
    with pytest.raises(MoleculeError, match=said):
        Known(formula=formula)


@pytest.mark.parametrize("formula", ["C2H6O", "C6H5NO2", "C2H5Cl", "C4H12N+", "C2H3O2-", "CHCl3", "C3H9O4P"])
def test_possible_formulas_pass(formula):
    assert len(Known(formula=formula).target(Spectrum.from_shifts([50.0]), {}).formulas) == 1


def test_more_lines_than_carbons():
    with pytest.raises(ConfigError, match="3 lines but C2H6O has 2 carbons"):
        Known(formula="C2H6O").check(Spectrum.from_shifts([58.0, 18.0, 77.0]))


def test_more_hydrogens_on_carbon_than_there_are():
    spectrum = Spectrum((Peak(20.0, "Q"), Peak(30.0, "T"), Peak(40.0, "T")))
    with pytest.raises(ConfigError, match="at least 7 hydrogens"):
        Known(formula="C3H4O").check(spectrum)


def test_many_lines_need_a_formula():
    many = Spectrum.from_shifts([10.0 + 3 * n for n in range(40)])
    with pytest.raises(ConfigError, match="40 lines and neither formula nor mass"):
        Known().check(many)
    Known(formula="C40H60O2").check(many)


def test_a_spectrum_of_solvent_alone():
    solvent = Spectrum((Peak(77.2, aside="CDCl3"),))
    with pytest.raises(SpectrumFormatError, match="no line is left"):
        Known().check(solvent)


@pytest.mark.parametrize(
    ("shifts", "solvent"),
    [([77.16], "CDCl3"), ([77.0], None), ([77.48, 77.16, 76.84, 0.0], None), ([206.2, 29.9], None)],
)
def test_a_solvent_that_nobody_set_aside(shifts, solvent):
    alone = replace(Spectrum.from_shifts(shifts), solvent=solvent)
    with pytest.raises(SpectrumFormatError, match="none is left for a molecule"):
        Known().check(alone)
    Known(formula="CHCl3" if len(shifts) == 1 else "C6H12O2").check(replace(alone, solvent=None))
    Known().check(replace(alone, one_per_carbon=True))
    Known().check(replace(alone, peaks=(*alone.peaks, Peak(18.0))))


@pytest.mark.parametrize(
    "values", [{"rings": (3, 1)}, {"carbons": (5, 2)}, {"substructure": "c1cc"}, {"without": "("}, {"elements": ("Q",)}]
)
def test_other_nonsense_is_refused(values):
    with pytest.raises(Km3aidError):
        Known(**values)


def test_formulas_of_a_mass():
    found = [spelt(c) for c in formulas_of_mass(180.0423, 0.001, ("C", "H", "N", "O"))]
    assert "C9H8O4" in found
    assert all("N" not in f or "C" in f for f in found)
    assert formulas_of_mass(0.5, 0.001, ("C", "H")) == []
    with pytest.raises(ConfigError, match=r"mass 13\.5 Da"):
        Known(mass_da=13.5).target(TWO, {})


def test_formulas_of_a_library_come_first_and_need_enough_carbons():
    target = Known(mass_da=46.0419).target(TWO, {"C2H6O": 3, "CH2O2": 9})
    assert [spelt(c) for c in target.formulas] == ["C2H6O"]


def test_the_target_knows_what_fits():
    target = Known(elements=("C", "H", "O"), rings=(1, 1), carbons=(3, 6)).target(TWO, {})
    smiles = ("C1CCCC1O", "CCCCO", "C1CCCCCC1", "C1CCC1S", "C1CC1")
    assert target.fits(stacked([sketch_of_mol(flat_mol(s)) for s in smiles])).tolist() == [
        True, False, False, False, True,
    ]  # fmt: skip


def test_the_target_knows_substructures():
    target = Known(formula="C2H6O", substructure="[OX2H]").target(TWO, {})
    assert [target.holds(flat_mol(s)) for s in ("CCO", "COC")] == [True, False]
    target = Known(formula="C2H6O", without="[OX2H]").target(TWO, {})
    assert [target.holds(flat_mol(s)) for s in ("CCO", "COC")] == [False, True]
