"""A structure as its largest part, which is changed, and the parts beside it, which stay."""

from __future__ import annotations

from rdkit import Chem

from km3aid.molecules.molecule import Molecule, parse_smiles

_EVEN_OF_IMINES = Chem.RemoveHsParameters()
_EVEN_OF_IMINES.removeDefiningBondStereo = True


def main_part(structure: Molecule | str) -> tuple[Chem.Mol, list[str]]:
    """The part with the most carbons, its atoms in an order that the input does not change, and SMILES of the others.

    Isotopes of hydrogen count as hydrogen. Raises `MoleculeError` for a SMILES that cannot be read or holds no carbon.
    """
    molecule = parse_smiles(structure) if isinstance(structure, str) else structure
    plain = Chem.RemoveHs(molecule.mol, _EVEN_OF_IMINES)
    main, *others = sorted(str(Chem.MolToSmiles(plain)).split("."), key=_main_first)
    return Chem.MolFromSmiles(main), others


def with_others(smiles: str, others: list[str]) -> str:
    """Canonical SMILES of a part and those beside it."""
    return ".".join(sorted([smiles, *others]))


def _main_first(smiles: str) -> tuple[int, int, str]:
    mol = Chem.MolFromSmiles(smiles, sanitize=False)
    return -sum(a.GetAtomicNum() == 6 for a in mol.GetAtoms()), -mol.GetNumAtoms(), smiles
