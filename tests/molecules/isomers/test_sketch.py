from itertools import chain

import numpy as np
from rdkit import Chem

from km3aid.molecules.isomers import atoms, branches, bridges, unsaturation
from km3aid.molecules.isomers.edit import build
from km3aid.molecules.isomers.parent import Parent
from km3aid.molecules.isomers.sketch import GROUPS, sketch

MOVES = (
    branches.moved_branches,
    branches.moved_ring_bonds,
    branches.traded_branches,
    bridges.moved_bridges,
    bridges.moved_ends,
    atoms.traded_atoms,
    atoms.traded_ring_atoms,
    unsaturation.moved_double_bonds,
    unsaturation.moved_along_paths,
)


def sketched(smiles):
    parent = Parent.of(Chem.MolFromSmiles(smiles))
    edits = list(chain.from_iterable(move(parent) for move in MOVES))
    built = [build(parent, edit) for edit in edits]
    return sketch(parent, edits), [mol and Chem.MolToSmiles(mol) for mol in built], edits


def test_edits_of_one_number_give_one_structure():
    for smiles in ("COc1cc(C=O)ccc1O", "CC1=CCC(CC1=O)C(C)=C", "CC(C)NCC(O)COc1cccc2ccccc12", "Cn1cnc2c1CCOC2"):
        figures, built, _ = sketched(smiles)
        for number in np.unique(figures.structure):
            same = {s for s, n in zip(built, figures.structure, strict=True) if n == number and s}
            assert len(same) <= 1, same


def test_groups_agree_with_substructure_counts():
    patterns = {
        "quaternary": "[CX4](C)(C)(C)C",
        "acyl halides": "[F,Cl,Br,I]C=O",
        "peroxides": "[$([OX2][OX2]),$([F,Cl,Br,I][N,O])]",
        "cumulated": "C(=*)=*",
        "enols": "[OH,SH]C=C",
        "hemiacetals": "[OH,SH][CX4][N,O,S,F,Cl]",
    }
    for smiles in ("CC1=CCC(CC1=O)C(C)=C", "CC(C)(Cl)C(=O)OCC=C", "OCC(C)(C)SCCF"):
        figures, built, _ = sketched(smiles)
        for name, smarts in patterns.items():
            pattern = Chem.MolFromSmarts(smarts)
            before = bool(Chem.MolFromSmiles(smiles).HasSubstructMatch(pattern))
            assert not before or name == "quaternary"
            for n, isomer in enumerate(built):
                if isomer and Chem.MolFromSmiles(isomer).HasSubstructMatch(pattern) and not before:
                    more = figures.groups[n, GROUPS.index(name)] > 0 if name in GROUPS else not figures.stable[n]
                    assert more, (name, isomer)


def test_a_plain_move_is_stable():
    figures, built, _ = sketched("CCCO")
    assert {s for s, stable in zip(built, figures.stable, strict=True) if stable} >= {"CC(C)O", "CCOC"}
