"""Every filter and combination against a plain loop with RDKit."""

import itertools
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem
from rdkit.Chem.Descriptors import ExactMolWt
from rdkit.Chem.rdMolDescriptors import CalcMolFormula
from tests.conftest import made_smiles

from km3aid.engine import Engine
from km3aid.errors import MoleculeError
from km3aid.library import BuildOptions, Filters, Library
from km3aid.molecules import element_counts, hill

FORMULA, MASS = "C4H8O2", 88.0524
CONDITIONS = {
    "formula": (FORMULA, lambda mol, name: CalcMolFormula(mol) == FORMULA),
    "mass_da": (MASS, lambda mol, name: abs(ExactMolWt(mol) - MASS) <= 0.02),
    "elements": (("C", "H", "O"), lambda mol, name: {a.GetSymbol() for a in mol.GetAtoms()} <= {"C", "O"}),
    "required": (("O",), lambda mol, name: any(a.GetSymbol() == "O" for a in mol.GetAtoms())),
    "carbons": ((3, 6), lambda mol, name: 3 <= sum(a.GetAtomicNum() == 6 for a in mol.GetAtoms()) <= 6),
    "names": (frozenset(str(n) for n in range(0, 90, 2)), lambda mol, name: int(name) in range(0, 90, 2)),
}


@pytest.fixture(scope="module")
def library(untrained_weights, tmp_path_factory):
    path = tmp_path_factory.mktemp("filters") / "lib"
    lines = [(smiles, str(n)) for n, smiles in enumerate(made_smiles())]
    Engine.load(untrained_weights, "cpu").build_library(lines, path, options=BuildOptions(shard_records=40))
    return Library.open(path)


def rows(library, filters):
    return [int(start + r) for start, part in zip(library.starts, library.filter(filters), strict=False) for r in part]


@pytest.mark.parametrize("names", [c for k in (0, 1, 2, 3, 6) for c in itertools.combinations(CONDITIONS, k)])
def test_filters_keep_what_a_loop_keeps(library, names):
    filters = Filters(**{n: CONDITIONS[n][0] for n in names}, mass_tolerance_da=0.02)
    expected = [
        i
        for i in range(len(library))
        if all(CONDITIONS[n][1](Chem.MolFromSmiles(library.smiles(i)), library.name(i)) for n in names)
    ]
    assert rows(library, filters) == expected
    if len(names) == 1:
        assert 0 < len(expected) < len(library)


SYMBOLS = st.sampled_from(["C", "Cl", "Co", "H", "Hg", "N", "Na", "O", "Os", "S", "Si"])  # beginnings of one another
FORMULAS = st.builds(
    lambda counts, charge: hill("".join(f"{s}{n}" for s, n in counts.items()) + charge),
    st.dictionaries(SYMBOLS, st.integers(1, 30), min_size=1),
    st.sampled_from(["", "+", "-", "+2"]),
)


@given(st.lists(FORMULAS, unique=True), st.lists(SYMBOLS), st.lists(SYMBOLS, max_size=3))
def test_elements_are_told_apart_in_any_formula(formulas, elements, required):
    shard = SimpleNamespace(formulas=pa.array(formulas, pa.string()), formula_code=np.arange(len(formulas)))
    kept = Filters(elements=tuple(elements), required=(*required, "C")).rows(shard)
    found = [set(element_counts(formula)) for formula in formulas]
    wanted = [(not elements or f <= set(elements)) and {*required, "C"} <= f for f in found]
    assert [*kept] == [*np.flatnonzero(wanted)]


def test_a_mass_tolerance_in_ppm_takes_precedence(library):
    near = rows(library, Filters(mass_da=MASS + 0.001, mass_tolerance_ppm=20))
    assert near == rows(library, Filters(formula=FORMULA))
    assert rows(library, Filters(mass_da=MASS + 0.001, mass_tolerance_ppm=2)) == []


CHARGED = [
    "CC(=O)Oc1ccccc1C(=O)O",
    "CC(=O)Oc1ccccc1C(=O)[O-]",
    "CC(=O)Oc1ccccc1C(=O)[O-].[Na+]",
    "C[N+](C)(C)CC(=O)[O-]",  # betaine: a zwitterion is neutral
    "CC[N+](C)(C)C",
    "CC[N+](C)(C)C.[Cl-]",
    "[O-]C(=O)C=CC(=O)[O-]",
]


@pytest.fixture(scope="module")
def ions(untrained_weights, tmp_path_factory):
    path = tmp_path_factory.mktemp("ions") / "lib"
    Engine.load(untrained_weights, "cpu").build_library([(s, None) for s in CHARGED], path)
    return Library.open(path)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"formula": "C9H8O4"}, [0]),
        ({"formula": "C9H7O4-"}, [1]),
        ({"formula": "C₉H₇O₄⁻"}, [1]),
        ({"formula": "C9H7O4"}, []),
        ({"formula": "O4NaH7C9"}, [2]),
        ({"formula": "C5H11NO2"}, [3]),
        ({"formula": "[C5H14N]+"}, [4]),
        ({"formula": "C5H14N"}, []),
        ({"formula": "C5H14ClN"}, [5]),
        ({"formula": "C4H2O4 2-"}, [6]),
        ({"elements": ("C", "H", "O")}, [0, 1, 6]),
        ({"elements": ("C", "H", "N")}, [4]),
        ({"required": ("N",)}, [3, 4, 5]),
    ],
)
def test_a_formula_has_the_charge_that_it_names_and_elements_have_none(ions, condition, found):
    assert rows(ions, Filters(**condition)) == found


def test_a_formula_in_any_order(library):
    assert rows(library, Filters(formula="O2H8C4")) == rows(library, Filters(formula=FORMULA)) != []


@pytest.mark.parametrize(
    "wrong", [{"formula": "C4H8O2x"}, {"formula": ""}, {"elements": ("C", "Qq")}, {"substructure": "c1cc("}]
)
def test_a_condition_that_cannot_be_read_is_an_error(wrong):
    with pytest.raises(MoleculeError, match="write"):
        Filters(**wrong)


def test_an_empty_result(library):
    assert np.concatenate(library.filter(Filters(formula="C99H8"))).size == 0
