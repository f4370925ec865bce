"""Where the atoms of a structure lie on paper."""

import itertools
import math

import pytest

from km3aid.molecules import lay_out, parse_smiles

CUBANE = "C12C3C4C1C5C2C3C45"
CAMPHOR = "CC12CCC(CC1=O)C2(C)C"
PINENE = "CC1=CCC2CC1C2(C)C"
CODEINE = "COc1ccc2c3c1O[C@H]1[C@@H](O)C=C[C@H]4[C@@H](C2)N(C)CC[C@@]341"


@pytest.mark.parametrize("smiles", ["C", "CCO", CUBANE, CAMPHOR, PINENE, CODEINE, "C1CC2CCC1CC2"])
def test_no_atom_hides_another(smiles):
    drawing = lay_out(parse_smiles(smiles))
    gaps = [math.dist((a.x, a.y), (b.x, b.y)) for a, b in itertools.combinations(drawing.atoms, 2)]
    assert min(gaps, default=1) > 0.25


def test_no_atom_of_cubane_lies_on_a_bond_of_others():
    drawing = lay_out(parse_smiles(CUBANE))
    for bond in drawing.bonds:
        (x1, y1), (x2, y2) = ((drawing.atoms[i].x, drawing.atoms[i].y) for i in (bond.begin, bond.end))
        for i, atom in enumerate(drawing.atoms):
            if i not in (bond.begin, bond.end):
                around = math.dist((x1, y1), (atom.x, atom.y)) + math.dist((x2, y2), (atom.x, atom.y))
                assert around > 1.005 * math.dist((x1, y1), (x2, y2))


@pytest.mark.parametrize("smiles", [CAMPHOR, PINENE])
def test_bridged_rings_are_drawn_without_crossing_bonds(smiles):
    drawing = lay_out(parse_smiles(smiles))
    place = [complex(a.x, a.y) for a in drawing.atoms]
    for one, other in itertools.combinations(drawing.bonds, 2):
        if {one.begin, one.end} & {other.begin, other.end}:
            continue
        a, b, c, d = (place[i] for i in (one.begin, one.end, other.begin, other.end))
        turn = [((q - p).conjugate() * (r - p)).imag for p, q, r in ((a, b, c), (a, b, d), (c, d, a), (c, d, b))]
        assert turn[0] * turn[1] > 0 or turn[2] * turn[3] > 0
