"""Where the atoms of a structure lie on paper."""

import itertools
import math

import pytest

from km3aid.molecules import lay_out, parse_mol_block, parse_smiles, write_mol_block

CUBANE = "C12C3C4C1C5C2C3C45"
CAMPHOR = "CC12CCC(CC1=O)C2(C)C"
PINENE = "CC1=CCC2CC1C2(C)C"
TAXOL = (
    "CC1=C2[C@H](C(=O)[C@@]3([C@H](C[C@@H]4[C@]([C@H]3[C@@H]([C@@](C2(C)C)(C[C@@H]1OC(=O)[C@@H]([C@H](C5=CC=CC=C5)"
    "NC(=O)C6=CC=CC=C6)O)O)OC(=O)C7=CC=CC=C7)(CO4)OC(=O)C)O)C)OC(=O)C"
)
CODEINE = "COc1ccc2c3c1O[C@H]1[C@@H](O)C=C[C@H]4[C@@H](C2)N(C)CC[C@@]341"


@pytest.mark.parametrize("smiles", ["C", "CCO", CUBANE, CAMPHOR, PINENE, CODEINE, TAXOL, "C1CC2CCC1CC2"])
def test_no_atom_hides_another(smiles):
    drawing = lay_out(parse_smiles(smiles))
    gaps = [math.dist((a.x, a.y), (b.x, b.y)) for a, b in itertools.combinations(drawing.atoms, 2)]
    assert min(gaps, default=1) > 0.5


def test_a_drawn_structure_keeps_its_atoms_where_they_were_drawn():
    block = write_mol_block(parse_smiles("CCO"))
    lines = block.splitlines()
    places = [(0.0, 0.0), (3.0, 0.0), (3.0, 3.0)]
    lines[4:7] = [f"{x:10.4f}{y:10.4f}{line[20:]}" for (x, y), line in zip(places, lines[4:7], strict=True)]
    drawing = lay_out(parse_mol_block("\n".join(lines)))
    assert [(a.x, a.y) for a in drawing.atoms] == [(0, 0), (1, 0), (1, 1)]


def test_coordinates_that_are_all_zero_are_not_a_drawing():
    lines = write_mol_block(parse_smiles("CCO")).splitlines()
    lines[4:7] = [f"{0:10.4f}{0:10.4f}{line[20:]}" for line in lines[4:7]]
    drawing = lay_out(parse_mol_block("\n".join(lines)))
    assert len({(a.x, a.y) for a in drawing.atoms}) == 3


def test_no_atom_of_cubane_lies_on_a_bond_of_others():
    drawing = lay_out(parse_smiles(CUBANE))
    for bond in drawing.bonds:
        (x1, y1), (x2, y2) = ((drawing.atoms[i].x, drawing.atoms[i].y) for i in (bond.begin, bond.end))
        for i, atom in enumerate(drawing.atoms):
            if i not in (bond.begin, bond.end):
                around = math.dist((x1, y1), (atom.x, atom.y)) + math.dist((x2, y2), (atom.x, atom.y))
                assert around > 1.005 * math.dist((x1, y1), (x2, y2))


@pytest.mark.parametrize(("smiles", "most"), [(CAMPHOR, 1), (PINENE, 0), (CODEINE, 1)])
def test_bridged_rings_are_drawn_with_few_crossing_bonds(smiles, most):
    drawing = lay_out(parse_smiles(smiles))
    place = [complex(a.x, a.y) for a in drawing.atoms]
    crossings = 0
    for one, other in itertools.combinations(drawing.bonds, 2):
        if {one.begin, one.end} & {other.begin, other.end}:
            continue
        a, b, c, d = (place[i] for i in (one.begin, one.end, other.begin, other.end))
        turn = [((q - p).conjugate() * (r - p)).imag for p, q, r in ((a, b, c), (a, b, d), (c, d, a), (c, d, b))]
        crossings += turn[0] * turn[1] <= 0 and turn[2] * turn[3] <= 0
    assert crossings <= most
