"""Molecules of one connectivity and different configuration, and what a mirror or a new order of atoms makes of one."""

from collections.abc import Sequence

from rdkit import Chem

DIASTEREOMERS = {  # two that differ, and the same without configuration
    "menthol and neomenthol": (
        "C[C@@H]1CC[C@H]([C@@H](C1)O)C(C)C",
        "C[C@@H]1CC[C@H]([C@H](C1)O)C(C)C",
        "CC1CCC(C(C1)O)C(C)C",
    ),
    "4-tert-butylcyclohexanol": (
        "CC(C)(C)[C@H]1CC[C@@H](O)CC1",
        "CC(C)(C)[C@H]1CC[C@H](O)CC1",
        "CC(C)(C)C1CCC(O)CC1",
    ),
    "1,4-dimethylcyclohexane": ("C[C@H]1CC[C@@H](C)CC1", "C[C@H]1CC[C@H](C)CC1", "CC1CCC(C)CC1"),
    "decalin": ("C1CC[C@H]2CCCC[C@H]2C1", "C1CC[C@H]2CCCC[C@@H]2C1", "C1CCC2CCCCC2C1"),
    "tartaric acid": (
        "O[C@@H]([C@H](O)C(=O)O)C(=O)O",
        "O[C@H]([C@H](O)C(=O)O)C(=O)O",
        "OC(C(O)C(=O)O)C(=O)O",
    ),
    "ribitol and xylitol": ("OC[C@H](O)[C@H](O)[C@H](O)CO", "OC[C@H](O)[C@@H](O)[C@H](O)CO", "OCC(O)C(O)C(O)CO"),
    "crotyl alcohol": ("C/C=C/CO", "C/C=C\\CO", "CC=CCO"),
    "a sulfoxide": ("CC[C@H](C)[S@](C)=O", "CC[C@H](C)[S@@](C)=O", "CCC(C)S(C)=O"),
    "a side chain at a ring": ("C[C@H](O)[C@H]1CCCCO1", "C[C@@H](O)[C@H]1CCCCO1", "CC(O)C1CCCCO1"),
    "norborneol": ("O[C@H]1C[C@@H]2CC[C@H]1C2", "O[C@@H]1C[C@@H]2CC[C@H]1C2", "OC1CC2CCC1C2"),
}
WITH_TWINS = (
    "CC(C)=CCO",
    "CN(C)C(=O)c1ccccc1",
    "C[C@]12CC[C@H](CC1=O)C2(C)C",
    "CC(C)[C@H](N)C(=O)O",
    "CC1(C)[C@H](O)CCC[C@H]1C",
)
SYMMETRIC = (
    "C[C@H]1C[C@@H](C)C[C@@H](C)C1",
    "C[C@H]1C[C@@H](C)C[C@H](C)C1",
    "O[C@H]1[C@H](O)[C@@H](O)[C@H](O)[C@H](O)[C@@H]1O",
    "C/C=C/CC/C=C\\C",
    "CN(C)S(=O)(=O)c1ccccc1C(=O)N[C@@H]1C[C@H]1C",
)
CHIRAL = [*(smiles for pair in DIASTEREOMERS.values() for smiles in pair[:2]), *WITH_TWINS]


def mirrored(mol: Chem.Mol) -> Chem.Mol:
    """The mirror image, its atoms in the same order."""
    image = Chem.Mol(mol)
    for atom in image.GetAtoms():
        tag = int(atom.GetChiralTag())
        if tag in (1, 2):
            atom.SetChiralTag(Chem.ChiralType.values[3 - tag])
    Chem.AssignStereochemistry(image, cleanIt=False, force=True)
    return image


def reordered(mol: Chem.Mol, order: Sequence[int]) -> Chem.Mol:
    """The same molecule; its atom n was atom `order[n]`."""
    return Chem.RenumberAtoms(mol, [int(n) for n in order])
