"""Molecules with assigned 13C spectra from the SD records of nmrshiftdb2 "withsignals"; every fault is counted."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.errors import MoleculeError
from km3aid.molecules import Molecule, MolGraph, carbon_classes, featurise, parse_mol_block
from km3aid.spectra.formats.nmrshiftdb2 import SdRecord, SdSpectrum
from km3aid.spectra.spectrum import MULTIPLICITIES, SHIFT_MAX_PPM, SHIFT_MIN_PPM

UNKNOWN_MULTIPLICITY = 255
_ALIASES = {"C": 0, "CH": 1, "CH2": 2, "CH3": 3} | {letter: n for n, letter in enumerate(MULTIPLICITIES)}

# Why a record, a spectrum or an entry is dropped, or kept and counted.
TRUNCATED = "record dropped: the file ends within it"
BAD_STRUCTURE = "record dropped: the structure cannot be read or holds no carbon"
NO_SPECTRUM = "record dropped: no usable 13C spectrum"
NO_ATOM = "spectrum dropped: an entry points outside the structure"
NOT_CARBON = "spectrum dropped: an entry points at an atom that is not a carbon"
UNREADABLE = "entry dropped: not a number"
NO_INDEX = "entry dropped: it names no atom"
OUT_OF_RANGE = f"entry dropped: shift outside {SHIFT_MIN_PPM:g}…{SHIFT_MAX_PPM:g} ppm"
REPEATED = "entry dropped: the atom already has a shift in this spectrum"
ODD_MULTIPLICITY = "entry kept: multiplicity not among S, D, T, Q, taken as unknown"
CONTRADICTION = "entry kept: multiplicity contradicts the structure"


class AssignedSpectrum(NamedTuple):
    """The shift and the recorded multiplicity of every atom of a molecule."""

    shift_ppm: NDArray[np.float32]  # (A,) NaN where the atom has none
    multiplicity: NDArray[np.uint8]  # (A,) attached H as recorded, 255 unknown
    noise_ppm: NDArray[np.float32]  # (A,) spread that a teacher states; 0 where the shift was measured


class Record(NamedTuple):
    """A molecule with its spectra, the fullest first."""

    id: int  # of nmrshiftdb2, -1 where the record names none
    smiles: str
    inchi_key: str
    graph: MolGraph
    symmetry: NDArray[np.uint16]  # (A,) class of each carbon: its lowest atom; other atoms are their own
    splits: NDArray[np.bool_]  # (A,) whether the carbons of the class may be diastereotopic
    spectra: tuple[AssignedSpectrum, ...]


def make_record(record: SdRecord) -> tuple[Record | None, Counter[str]]:
    """Join the structure of a record with its spectra, and count the faults; None where it has to be dropped.

    Hydrogens become implicit, and the indices of atoms follow.
    """
    faults: Counter[str] = Counter()
    if not record.complete:
        return None, Counter([TRUNCATED])
    try:
        molecule = parse_mol_block(record.mol_block)
        smiles, key = molecule.smiles, molecule.inchi_key
    except (MoleculeError, RuntimeError):
        return None, Counter([BAD_STRUCTURE])
    graph, symmetry, splits = described(molecule)
    size_with_h = 1 + max(molecule.input_atoms) if molecule.input_atoms else 0
    size_with_h = max(size_with_h, _atoms_of_block(record.mol_block))
    position = np.full(size_with_h, -1)
    position[np.asarray(molecule.input_atoms)] = np.arange(len(molecule.input_atoms))
    made = (_assigned(spectrum, graph, position, faults) for spectrum in record.spectra)
    spectra = sorted((s for s in made if s is not None), key=lambda s: int(np.isnan(s.shift_ppm).sum()))
    if not spectra:
        faults[NO_SPECTRUM] += 1
        return None, faults
    number = int(record.id) if record.id and record.id.isdigit() else -1
    return Record(number, smiles, key or "", graph, symmetry, splits, tuple(spectra)), faults


def described(molecule: Molecule) -> tuple[MolGraph, NDArray[np.uint16], NDArray[np.bool_]]:
    """The graph of a molecule, and `symmetry` and `splits` as in `Record`."""
    graph = featurise(molecule.mol)
    symmetry = np.arange(len(graph.atoms), dtype=np.uint16)
    splits = np.zeros(len(graph.atoms), bool)
    for carbons in carbon_classes(molecule.mol, graph):
        symmetry[list(carbons.atoms)] = carbons.atoms[0]
        splits[list(carbons.atoms)] = carbons.splits
    return graph, symmetry, splits


def _assigned(
    spectrum: SdSpectrum, graph: MolGraph, position: NDArray[np.int64], faults: Counter[str]
) -> AssignedSpectrum | None:
    shift = np.full(len(graph.atoms), np.nan, np.float32)
    multiplicity = np.full(len(graph.atoms), UNKNOWN_MULTIPLICITY, np.uint8)
    faults[UNREADABLE] += len(spectrum.bad_entries)
    for entry in spectrum.entries:
        if entry.atom is None:
            faults[NO_INDEX] += 1
            continue
        if not 0 <= entry.atom < len(position):
            faults[NO_ATOM] += 1
            return None
        atom = position[entry.atom]
        if atom < 0 or graph.atoms[atom, 0] != 6:
            faults[NOT_CARBON] += 1
            return None
        if not SHIFT_MIN_PPM <= entry.shift_ppm <= SHIFT_MAX_PPM:
            faults[OUT_OF_RANGE] += 1
        elif not np.isnan(shift[atom]):
            faults[REPEATED] += 1
        else:
            shift[atom] = entry.shift_ppm
            hydrogens = _ALIASES.get(entry.multiplicity or "")
            if hydrogens is not None:
                multiplicity[atom] = hydrogens
                faults[CONTRADICTION] += int(hydrogens != graph.atoms[atom, 4])
            elif entry.multiplicity:
                faults[ODD_MULTIPLICITY] += 1
    return None if np.isnan(shift).all() else AssignedSpectrum(shift, multiplicity, np.zeros_like(shift))


def _atoms_of_block(block: str) -> int:
    counts = block.split("\n", 4)[3]
    return int(counts[:3])
