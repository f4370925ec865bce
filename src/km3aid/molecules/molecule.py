"""A structure as read: hydrogens of every isotope implicit, the other atoms in the order of the input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from rdkit import Chem, RDLogger
from rdkit.Chem import rdMolDescriptors

from km3aid.errors import MoleculeError

RDLogger.DisableLog("rdApp.*")

KEEP_HYDROGENS = Chem.SmilesParserParams()
KEEP_HYDROGENS.removeHs = False
_INPUT_INDEX = "_km3aid_input"
_CARBON = 6
_A_HYDROGEN = Chem.MolFromSmarts("[#1]")
_AN_ISOTOPE = Chem.MolFromSmarts("[#1;!0*]")
_ALL_HYDROGENS = Chem.RemoveHsParameters()
_ALL_HYDROGENS.removeDefiningBondStereo = True  # CHD= has no E or Z once D counts as H


@dataclass(frozen=True)
class Molecule:
    """A structure without explicit hydrogens.

    `mol` is what a model sees: deuterium and tritium are hydrogens like any other. `isotopic` is the same structure
    with the hydrogen isotopes that the input names, from which come SMILES, mass and InChIKey; it is `mol` itself where
    there are none. `input_atoms[i]` is the 0-based index in the input of atom `i` of `mol` (they differ where the input
    has explicit hydrogens of any isotope). `source` is the text of the input.
    """

    mol: Chem.Mol
    isotopic: Chem.Mol
    input_atoms: Sequence[int]
    source: str
    name: str | None = None

    @cached_property
    def smiles(self) -> str:
        """Canonical isomeric SMILES, hydrogen isotopes included."""
        return str(Chem.MolToSmiles(self.isotopic))

    @cached_property
    def carbons(self) -> tuple[int, ...]:
        """Indices of the carbon atoms."""
        return tuple(a.GetIdx() for a in self.mol.GetAtoms() if a.GetAtomicNum() == _CARBON)

    @cached_property
    def formula(self) -> str:
        """Molecular formula in Hill order, every isotope of hydrogen as H, and the total charge."""
        return str(rdMolDescriptors.CalcMolFormula(self.mol))

    @cached_property
    def exact_mass_da(self) -> float:
        """Monoisotopic mass in Da, isotopes as the input names them."""
        return float(rdMolDescriptors.CalcExactMolWt(self.isotopic))

    @cached_property
    def inchi(self) -> str:
        """Standard InChI, or an empty string where it cannot be made."""
        return str(Chem.MolToInchi(self.isotopic))

    @cached_property
    def inchi_key(self) -> str:
        """Standard InChIKey, or an empty string where InChI cannot be made."""
        return str(Chem.MolToInchiKey(self.isotopic))

    def hydrogen_isotopes(self) -> dict[int, list[int]]:
        """Mass numbers of the hydrogen isotopes that the input names, by the atom of `mol` to which they are attached.

        >>> parse_smiles("OC([2H])[2H]").hydrogen_isotopes()
        {1: [2, 2]}
        """
        if self.isotopic is self.mol:
            return {}
        place = {atom: n for n, atom in enumerate(self.input_atoms)}
        found: dict[int, list[int]] = {}
        for atom in self.isotopic.GetAtoms():
            if atom.GetAtomicNum() == 1 and atom.GetIsotope():
                for neighbour in atom.GetNeighbors():
                    owner = place.get(neighbour.GetIntProp(_INPUT_INDEX))
                    if owner is not None:
                        found.setdefault(owner, []).append(atom.GetIsotope())
        return found


def smiles_of(mol: Chem.Mol) -> str:
    """Canonical SMILES of a molecule of RDKit, as it is written after reading it again."""
    return str(Chem.MolToSmiles(Chem.MolFromSmiles(Chem.MolToSmiles(mol))))


def parse_smiles(smiles: str, name: str | None = None) -> Molecule:
    """Read a SMILES; raises `MoleculeError` where it is not valid or holds no carbon.

    >>> parse_smiles("OCC").smiles
    'CCO'
    >>> parse_smiles("[H]OC").input_atoms
    [1, 2]
    >>> parse_smiles("[2H]OC").smiles
    '[2H]OC'
    """
    text = smiles.strip()
    if not text:
        raise MoleculeError("the SMILES is empty; give a structure such as CCO")
    mol = Chem.MolFromSmiles(text, KEEP_HYDROGENS)
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


def parse_inchi(inchi: str, name: str | None = None) -> Molecule:
    """Read an InChI; raises `MoleculeError` where it is not valid or holds no carbon.

    Its atoms come in the order of the canonical SMILES, which answers show.

    >>> parse_inchi("InChI=1S/C2H6O/c1-2-3/h3H,2H2,1H3").source
    'CCO'
    """
    mol = Chem.MolFromInchi(inchi.strip())
    if mol is None:
        raise MoleculeError(f"InChI {_short(inchi)!r} cannot be read; copy it again as a whole")
    return parse_smiles(smiles_of(mol), name)


def parse_structure(structure: str) -> Molecule:
    """Read a SMILES, an InChI, or a mol block where the text has several lines; raises `MoleculeError`."""
    if is_smiles(structure):
        return parse_smiles(structure)
    return parse_mol_block(structure) if "\n" in structure.strip() else parse_inchi(structure)


def is_smiles(structure: str) -> bool:
    """Whether a text is meant as a SMILES, rather than as a mol block or an InChI.

    >>> is_smiles("CCO"), is_smiles("InChI=1S/CH4/h1H4")
    (True, False)
    """
    text = structure.strip()
    return "\n" not in text and not text.startswith("InChI=")


def _without_hydrogens(mol: Chem.Mol, source: str, name: str | None) -> Molecule:
    count = mol.GetNumAtoms()
    if all(mol.GetAtomWithIdx(i).GetAtomicNum() != _CARBON for i in range(count)):
        raise MoleculeError(f"structure {_short(source)!r} holds no carbon; a 13C spectrum needs one")
    if mol.GetNumHeavyAtoms() == count or not mol.HasSubstructMatch(_A_HYDROGEN):
        return Molecule(mol, mol, range(count), source, name)
    for atom in mol.GetAtoms():
        atom.SetIntProp(_INPUT_INDEX, atom.GetIdx())
    try:
        isotopic = Chem.RemoveHs(mol)
        plain = _of_one_isotope(mol) if mol.HasSubstructMatch(_AN_ISOTOPE) else isotopic
    except (ValueError, RuntimeError) as error:
        raise MoleculeError(f"hydrogens of {_short(source)!r} cannot be made implicit: {error}") from error
    kept = [atom.GetIntProp(_INPUT_INDEX) for atom in plain.GetAtoms()]
    return Molecule(plain, isotopic, kept, source, name)


def _of_one_isotope(mol: Chem.Mol) -> Chem.Mol:
    """`mol` with every isotope of hydrogen as an implicit hydrogen, and without the stereo that isotopes alone make."""
    plain = Chem.Mol(mol)
    for (i,) in mol.GetSubstructMatches(_AN_ISOTOPE):
        plain.GetAtomWithIdx(i).SetIsotope(0)
    plain = Chem.RemoveHs(plain, _ALL_HYDROGENS)
    Chem.AssignStereochemistry(plain, cleanIt=True, force=True)
    return plain


def _smiles_problem(smiles: str) -> str:
    mol = Chem.MolFromSmiles(smiles, sanitize=False)
    if mol is None:
        return "its syntax is not valid SMILES (check brackets, ring closures and atom symbols)"
    problems = [problem.Message() for problem in Chem.DetectChemistryProblems(mol)]
    return problems[0] if problems else "the structure cannot be sanitised"


def _short(text: str) -> str:
    line = text.strip().splitlines()[0] if text.strip() else ""
    return line if len(line) <= 60 else line[:57] + "…"
