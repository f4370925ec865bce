"""Structures → what the model knows about them, in batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from km3aid.data.batches import UNKNOWN, collate, pad_peaks
from km3aid.errors import MoleculeError
from km3aid.library import Entries, Library
from km3aid.matching.prediction import ClassTable, PredictedClasses
from km3aid.models.alignment import AlignmentModel
from km3aid.molecules import Molecule, atom_classes, carbon_classes, featurise, parse_mol_block, parse_smiles
from km3aid.spectra.spectrum import Spectrum

CHUNK = 512  # molecules encoded at once


class EncodedMolecule(NamedTuple):
    """One molecule as the model sees it; arrays are per atom in the molecule's order."""

    molecule: Molecule
    graph: NDArray[np.float32]  # (D,) unit vector
    node: NDArray[np.float32]  # (A, D_node) unit vectors
    shift_ppm: NDArray[np.float32]  # (A,)
    scale_ppm: NDArray[np.float32]  # (A,)

    def classes(self) -> PredictedClasses:
        """The carbon classes with the mean prediction of their carbons."""
        found = carbon_classes(self.molecule.mol)
        return PredictedClasses(
            atoms=tuple(c.atoms for c in found),
            shift_ppm=np.array([self.shift_ppm[list(c.atoms)].mean() for c in found], np.float64),
            scale_ppm=np.array([self.scale_ppm[list(c.atoms)].mean() for c in found], np.float64),
            hydrogens=np.array([c.hydrogens for c in found], np.int64),
            splits=np.array([c.splits for c in found], bool),
        )


def stored_classes(library: Library, row: int) -> PredictedClasses:
    """The carbon classes of a library's molecule with their stored predictions."""
    found = carbon_classes(parse_smiles(library.smiles(row)).mol)
    part = slice(int(library.classes.offset[row]), int(library.classes.offset[row + 1]))
    return PredictedClasses(
        atoms=tuple(c.atoms for c in found),
        shift_ppm=library.classes.shift_ppm[part].astype(np.float64),
        scale_ppm=library.classes.scale_ppm[part].astype(np.float64),
        hydrogens=library.classes.hydrogens[part].astype(np.int64),
        splits=np.array([c.splits for c in found], bool),
    )


def parse_structure(structure: str) -> Molecule:
    """A SMILES, or a mol block where the text has several lines."""
    return parse_mol_block(structure) if "\n" in structure.strip() else parse_smiles(structure)


@torch.inference_mode()
def encode_molecules(model: AlignmentModel, molecules: list[Molecule], device: torch.device) -> list[EncodedMolecule]:
    """Encode molecules, `CHUNK` at a time."""
    encoded: list[EncodedMolecule] = []
    for start in range(0, len(molecules), CHUNK):
        part = molecules[start : start + CHUNK]
        graphs = [featurise(m.mol) for m in part]
        out = model.encode(collate(graphs).to(device))
        graph, node, shift, log_scale = (x.cpu().numpy() for x in out)
        ends = np.cumsum([len(g.atoms) for g in graphs])
        for n, (molecule, end) in enumerate(zip(part, ends, strict=True)):
            rows = slice(end - len(graphs[n].atoms), end)
            encoded.append(EncodedMolecule(molecule, graph[n], node[rows], shift[rows], np.exp(log_scale[rows])))
    return encoded


@torch.inference_mode()
def encode_spectrum(model: AlignmentModel, spectrum: Spectrum, device: torch.device) -> NDArray[np.float32]:
    """The graph-level embedding of a spectrum (D,)."""
    peaks = pad_peaks(
        np.zeros(len(spectrum), np.int64),
        np.array([p.shift_ppm for p in spectrum], np.float32),
        np.array([UNKNOWN if p.hydrogens is None else p.hydrogens for p in spectrum]),
        np.array([p.count or 0 for p in spectrum]),
        1,
    )
    vector: NDArray[np.float32] = model.encode_spectra(peaks.to(device))[0].cpu().numpy()
    return vector


@torch.inference_mode()
def node_logits(
    model: AlignmentModel, spectrum: Spectrum, node: NDArray[np.float32], device: torch.device
) -> NDArray[np.float64]:
    """Logits of the node level (P, A): similarity of every peak and every atom embedding `node` (A, D)."""
    shifts = torch.tensor([p.shift_ppm for p in spectrum], device=device)
    kinds = torch.tensor([UNKNOWN if p.hydrogens is None else p.hydrogens for p in spectrum], device=device)
    logits = model.node_logits(model.encode_peaks(shifts, kinds), torch.from_numpy(node).to(device))
    return logits.cpu().numpy().astype(np.float64)


@torch.inference_mode()
def encode_entries(
    model: AlignmentModel,
    source: Iterable[tuple[str, str | None]],
    device: torch.device,
    skipped: list[tuple[int, str]],
    first: int = 1,
) -> Iterator[Entries]:
    """Encode SMILES for a library; lines that cannot be read go to `skipped` with their number (from `first`)."""
    lines = enumerate(source, first)
    while chunk := list(islice(lines, CHUNK)):
        molecules: list[Molecule] = []
        for number, (smiles, name) in chunk:
            try:
                molecules.append(parse_smiles(smiles, name))
            except MoleculeError as error:
                skipped.append((number, str(error)))
        if molecules:
            yield _entries(model, molecules, device)


def _entries(model: AlignmentModel, molecules: list[Molecule], device: torch.device) -> Entries:
    graphs = [featurise(m.mol) for m in molecules]
    out = model.encode(collate(graphs).to(device))
    sizes = np.array([len(g.atoms) for g in graphs])
    atoms = np.concatenate([g.atoms for g in graphs])
    symmetry = np.concatenate([np.array(atom_classes(m.mol)) for m in molecules])
    start = np.repeat(np.cumsum(sizes) - sizes, sizes)
    carbon = np.flatnonzero(atoms[:, 0] == 6)
    first, inverse, size = np.unique((start + symmetry)[carbon], return_inverse=True, return_counts=True)
    shift = np.bincount(inverse, out.shift_ppm.cpu().numpy()[carbon]) / size
    scale = np.bincount(inverse, out.log_scale.exp().cpu().numpy()[carbon]) / size
    owner = np.repeat(np.arange(len(molecules)), sizes)[first]
    offset = np.searchsorted(owner, np.arange(len(molecules) + 1))
    return Entries(
        smiles=[m.source for m in molecules],
        names=[m.name for m in molecules],
        formula=[m.formula for m in molecules],
        mass_da=[m.exact_mass_da for m in molecules],
        embedding=out.graph.cpu().numpy(),
        classes=ClassTable(
            offset,
            shift.astype(np.float32),
            scale.astype(np.float32),
            atoms[first, 4],
            np.minimum(size, 255).astype(np.uint8),
        ),
    )
