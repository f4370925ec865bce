import gzip
from itertools import islice

import numpy as np
import pytest
from rdkit import Chem

from km3aid.molecules import featurise, parse_smiles
from km3aid.molecules.features import ATOM_COLUMNS, BOND_COLUMNS

CIP = {"R": 1, "S": 2}
TYPES = {Chem.BondType.DOUBLE: 2, Chem.BondType.TRIPLE: 3, Chem.BondType.AROMATIC: 4}
STEREO = {"STEREOE": 1, "STEREOTRANS": 1, "STEREOZ": 2, "STEREOCIS": 2}
DIRECTIONS = {"ENDUPRIGHT": 1, "ENDDOWNRIGHT": 2}


def plain_atom(mol, atom):
    """The codes of an atom, all of them asked for one by one."""
    rings = mol.GetRingInfo()
    return (
        atom.GetAtomicNum(),
        min(int(atom.GetChiralTag()), 3),
        min(int(atom.GetHybridization()), 7),
        min(atom.GetDegree(), 7),
        min(atom.GetTotalNumHs(), 5),
        min(max(atom.GetFormalCharge(), -3), 3) + 3,
        min(rings.MinAtomRingSize(atom.GetIdx()), 9),
        atom.GetIsAromatic(),
        CIP.get(atom.GetProp("_CIPCode"), 0) if atom.HasProp("_CIPCode") else 0,
        min(rings.NumAtomRings(atom.GetIdx()), 3),
    )


def plain_bond(bond, turned):
    return (
        TYPES.get(bond.GetBondType(), 1),
        DIRECTIONS.get(bond.GetBondDir().name, 0) if turned else 0,
        STEREO.get(bond.GetStereo().name, 0),
        bond.GetIsConjugated(),
        bond.IsInRing(),
    )


def assert_codes_are_plain(mol):
    graph = featurise(mol)
    turned = any(b.GetStereo().name in STEREO for b in mol.GetBonds())
    assert graph.atoms.tolist() == [list(plain_atom(mol, a)) for a in mol.GetAtoms()]
    assert graph.bonds.tolist() == [[b.GetBeginAtomIdx(), b.GetEndAtomIdx()] for b in mol.GetBonds()]
    assert graph.bond_codes.tolist() == [list(plain_bond(b, turned)) for b in mol.GetBonds()]


@pytest.mark.parametrize(
    "smiles",
    [
        "C",
        "CC(=O)Oc1ccccc1C(=O)O",
        "C[C@H](N)C(=O)O",
        "F/C=C\\C=C/Cl",
        "CC#C[N+](C)(C)C",
        "C[S@](=O)c1ccccc1",
        "C[P@](CC)c1ccccc1",
        "c1cc[c+]cc1",  # an aryl cation is sp, not sp2
        "[cH-]1cccc1",
        "c1cc[c]cc1",
        "Cc1ccc#cc1",
        "C1=CC=CC=B1",
        "c1ccc2[nH]ccc2c1",
        "C[Fe+4]",
        "*C",
        "C[*@](F)(Cl)Br",
        "C[Fe@](F)(Cl)Br",
        "C[U@](F)(Cl)Br",
        "c1ccccn1->[Pt+2]",
        "F[S](F)(F)(F)(F)C",
        "C[Pt@SP1](F)(Cl)[H]",
        "C12C3C4C1C5C2C3C45",
        "C1CCCCCCCCCC1",
        "C.[Na+].[Cl-]",
    ],
)
def test_codes_are_what_rdkit_says(smiles):
    assert_codes_are_plain(parse_smiles(smiles).mol)


def test_codes_stay_below_the_sizes_of_the_embeddings():
    atoms, _, bonds, *_ = featurise(parse_smiles("C[U+6](F)(F)(F)(F)(F)(F)(F)(F)(F)C#C").mol)
    assert (atoms < list(ATOM_COLUMNS.values())).all()
    assert (bonds < list(BOND_COLUMNS.values())).all()
    assert bonds.dtype == np.uint8


@pytest.mark.data
def test_codes_of_real_molecules_are_what_rdkit_says(shared_data):
    with gzip.open(shared_data / "library.smi.gz", "rt") as lines:
        for line in islice(lines, 0, 200_000, 200):
            mol = Chem.MolFromSmiles(line.split()[0])
            if mol is not None:
                assert_codes_are_plain(mol)
