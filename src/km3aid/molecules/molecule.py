"""Parse a structure: hydrogens implicit, atoms in the order in which they came in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from rdkit import Chem, RDLogger
from rdkit.Chem import rdMolDescriptors

from km3aid.errors import MoleculeError

RDLogger.DisableLog("rdApp.*")

_INPUT_INDEX = "_km3aid_input"
_CARBON = 6
_KEEP_HYDROGENS = Chem.SmilesParserParams()
_KEEP_HYDROGENS.removeHs = False
_A_HYDROGEN = Chem.MolFromSmarts("[#1]")


@dataclass(frozen=True)
class Molecule:
    """A structure without explicit hydrogens.

    `mol` is the RDKit molecule and `input_atoms[i]` the 0-based index in the input of its atom `i` (they differ
    where the input has explicit hydrogens). `source` is the text that came in.
    """

    mol: Chem.Mol
    input_atoms: Sequence[int]
    source: str
    name: str | None = None

    @cached_property
    def smiles(self) -> str:
        """Canonical isomeric SMILES."""
        return str(Chem.MolToSmiles(self.mol))

    @cached_property
    def carbons(self) -> tuple[int, ...]:
        """Indices of the carbon atoms."""
        return tuple(a.GetIdx() for a in self.mol.GetAtoms() if a.GetAtomicNum() == _CARBON)

    @cached_property
    def formula(self) -> str:
        """Molecular formula in Hill order."""
        return str(rdMolDescriptors.CalcMolFormula(self.mol))

    @cached_property
    def exact_mass_da(self) -> float:
        """Monoisotopic mass in Da."""
        return float(rdMolDescriptors.CalcExactMolWt(self.mol))

    @cached_property
    def inchi_key(self) -> str:
        """Standard InChIKey, or an empty string where InChI cannot be made."""
        return str(Chem.MolToInchiKey(self.mol))


def parse_smiles(smiles: str, name: str | None = None) -> Molecule:
    """Read a SMILES; raises `MoleculeError` where it is not valid or holds no carbon.

    >>> parse_smiles("OCC").smiles
    'CCO'
    >>> parse_smiles("[H]OC").input_atoms
    [1, 2]
    """
    text = smiles.strip()
    if not text:
        raise MoleculeError("the SMILES is empty; give a structure such as CCO")
    mol = Chem.MolFromSmiles(text, _KEEP_HYDROGENS)
    if mol is None:
        raise MoleculeError(f"SMILES {_short(text)!r} cannot be read: {_smiles_problem(text)}")
    return _without_hydrogens(mol, text, name)


def parse_mol_block(block: str, name: str | None = None) -> Molecule:
    """Read an MDL mol block; raises `MoleculeError` where it is not valid or holds no carbon.

    Explicit hydrogens become implicit; `input_atoms` still counts them, as the mol block does.
    """
    mol = Chem.MolFromMolBlock(block, sanitize=True, removeHs=False)
    if mol is None:
        raise MoleculeError("the mol block cannot be read; check its valences and its atom and bond counts")
    return _without_hydrogens(mol, block, name)


def parse_structure(structure: str) -> Molecule:
    """Read a SMILES, or a mol block where the text has several lines; raises `MoleculeError`."""
    return parse_mol_block(structure) if "\n" in structure.strip() else parse_smiles(structure)


def _without_hydrogens(mol: Chem.Mol, source: str, name: str | None) -> Molecule:
    count = mol.GetNumAtoms()
    if all(mol.GetAtomWithIdx(i).GetAtomicNum() != _CARBON for i in range(count)):
        raise MoleculeError(f"structure {_short(source)!r} holds no carbon; a 13C spectrum needs one")
    kept: Sequence[int] = range(count)
    if mol.GetNumHeavyAtoms() < count and mol.HasSubstructMatch(_A_HYDROGEN):
        for atom in mol.GetAtoms():
            atom.SetIntProp(_INPUT_INDEX, atom.GetIdx())
        try:
            mol = Chem.RemoveHs(mol)
        except (ValueError, RuntimeError) as error:
            raise MoleculeError(f"hydrogens of {_short(source)!r} cannot be made implicit: {error}") from error
        kept = [atom.GetIntProp(_INPUT_INDEX) for atom in mol.GetAtoms()]
    return Molecule(mol, kept, source, name)


def _smiles_problem(smiles: str) -> str:
    mol = Chem.MolFromSmiles(smiles, sanitize=False)
    if mol is None:
        return "its syntax is not valid SMILES (check brackets, ring closures and atom symbols)"
    problems = [problem.Message() for problem in Chem.DetectChemistryProblems(mol)]
    return problems[0] if problems else "the structure cannot be sanitised"


def _short(text: str) -> str:
    line = text.strip().splitlines()[0] if text.strip() else ""
    return line if len(line) <= 60 else line[:57] + "…"
