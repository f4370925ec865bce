"""Molecules: reading, features, symmetry, formulas, layout, isomers. RDKit is hidden behind this package."""

from km3aid.molecules.common import CommonPart, common_part
from km3aid.molecules.connectivity import connectivity
from km3aid.molecules.couplings import splitting_hz
from km3aid.molecules.depict import Drawing, lay_out
from km3aid.molecules.environments import environments
from km3aid.molecules.features import ATOM_COLUMNS, BOND_COLUMNS, MolGraph, featurise
from km3aid.molecules.formula import check_elements, element_counts, formula_charge, hill
from km3aid.molecules.isomers import diastereomers, nearby_isomers
from km3aid.molecules.mol_block import write_heavy_mol_block, write_mol_block
from km3aid.molecules.molecule import Molecule, is_smiles, parse_mol_block, parse_smiles, parse_structure, smiles_of
from km3aid.molecules.substructure import pattern_of, substructure_test
from km3aid.molecules.symmetry import CarbonClass, atom_classes, carbon_classes

__all__ = [
    "ATOM_COLUMNS",
    "BOND_COLUMNS",
    "CarbonClass",
    "CommonPart",
    "Drawing",
    "MolGraph",
    "Molecule",
    "atom_classes",
    "carbon_classes",
    "check_elements",
    "common_part",
    "connectivity",
    "diastereomers",
    "element_counts",
    "environments",
    "featurise",
    "formula_charge",
    "hill",
    "is_smiles",
    "lay_out",
    "nearby_isomers",
    "parse_mol_block",
    "parse_smiles",
    "parse_structure",
    "pattern_of",
    "smiles_of",
    "splitting_hz",
    "substructure_test",
    "write_heavy_mol_block",
    "write_mol_block",
]
