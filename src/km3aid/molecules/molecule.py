"""Parse a structure into the one form that every other part uses: canonical SMILES order, implicit hydrogens."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from rdkit import Chem, RDLogger
from rdkit.Chem import Descriptors, rdDepictor, rdMolDescriptors

from km3aid.errors import MoleculeError

RDLogger.DisableLog("rdApp.*")

_INPUT_INDEX = "_km3aid_input"
_CARBON = 6


@dataclass(frozen=True)
class Molecule:
    """A structure in canonical atom order, with the way back to the order in which it came in.

    `smiles` is the canonical isomeric SMILES, `mol` its RDKit molecule (hydrogens implicit), and
    `input_atoms[i]` the 0-based index in the input of canonical atom `i`. `source` is the text that came in.
    """

    smiles: str
    mol: Chem.Mol
    input_atoms: tuple[int, ...]
    source: str
    name: str | None = None

    @cached_property
    def carbons(self) -> tuple[int, ...]:
        """Canonical indices of the carbon atoms."""
        return tuple(a.GetIdx() for a in self.mol.GetAtoms() if a.GetAtomicNum() == _CARBON)

    @cached_property
    def formula(self) -> str:
        """Molecular formula in Hill order."""
        return str(rdMolDescriptors.CalcMolFormula(self.mol))

    @cached_property
    def exact_mass_da(self) -> float:
        """Monoisotopic mass in Da."""
        return float(Descriptors.ExactMolWt(self.mol))

    @cached_property
    def inchi_key(self) -> str:
        """Standard InChIKey, or an empty string where InChI cannot be made."""
        return str(Chem.MolToInchiKey(self.mol))


def parse_smiles(smiles: str, name: str | None = None) -> Molecule:
    """Read a SMILES; raises `MoleculeError` where it is not valid or holds no carbon.

    >>> parse_smiles("OCC").smiles
    'CCO'
    >>> parse_smiles("OCC").input_atoms
    (2, 1, 0)
    """
    text = smiles.strip()
    if not text:
        raise MoleculeError("the SMILES is empty; give a structure such as CCO")
    params = Chem.SmilesParserParams()
    params.removeHs = False
    mol = Chem.MolFromSmiles(text, params)
    if mol is None:
        raise MoleculeError(f"SMILES {_short(text)!r} cannot be read: {_smiles_problem(text)}")
    return _canonical(mol, text, name)


def parse_mol_block(block: str, name: str | None = None) -> Molecule:
    """Read an MDL mol block; raises `MoleculeError` where it is not valid or holds no carbon.

    Explicit hydrogens become implicit; `input_atoms` still counts them, as the mol block does.
    """
    mol = Chem.MolFromMolBlock(block, sanitize=True, removeHs=False)
    if mol is None:
        raise MoleculeError("the mol block cannot be read; check its valences and its atom and bond counts")
    return _canonical(mol, block, name)


def depict(molecule: Molecule) -> list[tuple[float, float]]:
    """2D coordinates (x, y) of every canonical atom, in units of 1.5 per bond."""
    mol = Chem.Mol(molecule.mol)
    rdDepictor.Compute2DCoords(mol)
    return [(p.x, p.y) for p in map(mol.GetConformer().GetAtomPosition, range(mol.GetNumAtoms()))]


def _canonical(mol: Chem.Mol, source: str, name: str | None) -> Molecule:
    for atom in mol.GetAtoms():
        atom.SetIntProp(_INPUT_INDEX, atom.GetIdx())
        atom.SetAtomMapNum(0)
    try:
        if any(atom.GetAtomicNum() == 1 for atom in mol.GetAtoms()):
            mol = Chem.RemoveHs(mol)
        smiles = Chem.MolToSmiles(mol)
    except (ValueError, RuntimeError) as error:
        raise MoleculeError(f"structure {_short(source)!r} cannot be standardised: {error}") from error
    order = list(mol.GetPropsAsDict(True, True)["_smilesAtomOutputOrder"])
    again = Chem.MolFromSmiles(smiles)
    if again is None or again.GetNumAtoms() != len(order):
        raise MoleculeError(f"structure {_short(source)!r} does not survive a round trip through SMILES")
    if not any(atom.GetAtomicNum() == _CARBON for atom in again.GetAtoms()):
        raise MoleculeError(f"structure {_short(source)!r} holds no carbon; a 13C spectrum needs one")
    atoms = tuple(mol.GetAtomWithIdx(i).GetIntProp(_INPUT_INDEX) for i in order)
    return Molecule(smiles, again, atoms, source, name)


def _smiles_problem(smiles: str) -> str:
    mol = Chem.MolFromSmiles(smiles, sanitize=False)
    if mol is None:
        return "its syntax is not valid SMILES (check brackets, ring closures and atom symbols)"
    problems = [problem.Message() for problem in Chem.DetectChemistryProblems(mol)]
    return problems[0] if problems else "the structure cannot be sanitised"


def _short(text: str) -> str:
    line = text.strip().splitlines()[0] if text.strip() else ""
    return line if len(line) <= 60 else line[:57] + "…"
