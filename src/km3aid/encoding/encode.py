"""Encode structures and spectra with the model, in batches."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from km3aid.data.batches import UNKNOWN, collate, pad_peaks
from km3aid.encoding.entries import Entries
from km3aid.errors import MoleculeError
from km3aid.matching.classes import CarbonClasses, CarbonClassTable
from km3aid.models.alignment import AlignmentModel
from km3aid.models.precision import multiplies_bfloat16
from km3aid.molecules import CarbonClass, Molecule, MolGraph, carbon_classes, featurise, parse_structure
from km3aid.spectra.spectrum import Spectrum

CHUNK = 256  # molecules encoded at a time
Line = tuple[str, str | None]  # SMILES or mol block, name


class EncodedMolecule(NamedTuple):
    """One molecule and what the model predicts for it; arrays are per atom, in the order of the molecule."""

    molecule: Molecule
    graph: NDArray[np.float32]  # (D,) unit vector
    node: NDArray[np.float32]  # (A, D_node) unit vectors
    shift_ppm: NDArray[np.float32]  # (A,)
    scale_ppm: NDArray[np.float32]  # (A,)

    def classes(self) -> CarbonClasses:
        """The carbon classes with the mean prediction of their carbons."""
        found = carbon_classes(self.molecule.mol)
        return CarbonClasses(
            atoms=tuple(c.atoms for c in found),
            shift_ppm=np.array([self.shift_ppm[list(c.atoms)].mean() for c in found], np.float64),
            scale_ppm=np.array([self.scale_ppm[list(c.atoms)].mean() for c in found], np.float64),
            hydrogens=np.array([c.hydrogens for c in found], np.int64),
            splits=np.array([c.splits for c in found], bool),
        )


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
def encode_spectra(model: AlignmentModel, spectra: Sequence[Spectrum], device: torch.device) -> NDArray[np.float32]:
    """Graph-level embeddings (S, D) of S spectra."""
    flat = [p for spectrum in spectra for p in spectrum]
    peaks = pad_peaks(
        np.repeat(np.arange(len(spectra)), [len(spectrum) for spectrum in spectra]),
        np.array([p.shift_ppm for p in flat], np.float32),
        np.array([UNKNOWN if p.hydrogens is None else p.hydrogens for p in flat]),
        np.array([p.count or 0 for p in flat]),
        len(spectra),
    )
    vectors: NDArray[np.float32] = model.encode_spectra(peaks.to(device)).cpu().numpy()
    return vectors


@torch.inference_mode()
def node_logits(
    model: AlignmentModel, spectrum: Spectrum, node: NDArray[np.float32], device: torch.device
) -> NDArray[np.float64]:
    """Logits of the node level (P, A): the similarity of every peak to every atom embedding in `node` (A, D)."""
    shifts = torch.tensor([p.shift_ppm for p in spectrum], device=device)
    kinds = torch.tensor([UNKNOWN if p.hydrogens is None else p.hydrogens for p in spectrum], device=device)
    logits = model.node_logits(model.encode_peaks(shifts, kinds), torch.from_numpy(node).to(device))
    return logits.cpu().numpy().astype(np.float64)


@torch.inference_mode()
def encode_entries(
    model: AlignmentModel,
    source: Iterable[tuple[str, str | None]],
    device: torch.device,
    *,
    first: int = 1,
    key: str = "smiles",
    chunk: int = CHUNK,
) -> Iterator[Entries]:
    """Encode (SMILES or mol block, name) pairs for a library, `chunk` records at a time, numbered from `first`.

    What cannot be read goes to `rejected` of the entries. `key` decides which molecules count as equal. The encoder
    rounds to bfloat16 where that is faster, which changes a shift by 0.01 ppm on average; `encode_molecules` never
    rounds.
    """
    records = enumerate(source, first)
    while part := list(islice(records, chunk)):
        described: list[_Described] = []
        rejected = []
        for number, (text, name) in part:
            try:
                described.append(_describe(text, name, key))
            except MoleculeError as error:
                rejected.append((number, text, str(error)))
        entries = _entries(model, described, device) if described else _NOTHING
        yield entries._replace(records=len(part), rejected=tuple(rejected))


class _Described(NamedTuple):
    """What a library stores for one structure and what the model needs, without the RDKit molecule."""

    smiles: str
    name: str | None
    formula: str
    mass_da: float
    key: int
    graph: MolGraph
    classes: tuple[CarbonClass, ...]


def _describe(text: str, name: str | None, key: str) -> _Described:
    """All steps for one molecule in a row, while it is in the processor's cache."""
    molecule = parse_structure(text)
    graph = featurise(molecule.mol)
    classes = carbon_classes(molecule.mol, graph)
    return _Described(
        molecule.smiles, name, molecule.formula, molecule.exact_mass_da, _KEYS[key](molecule), graph, classes
    )


def _entries(model: AlignmentModel, described: list[_Described], device: torch.device) -> Entries:
    with torch.autocast(device.type, torch.bfloat16, enabled=multiplies_bfloat16(device)):
        out = model.encode(collate([m.graph for m in described]).to(device))
    atoms = np.array([len(m.graph.atoms) for m in described])
    members = np.array([len(m.classes) for m in described])
    flat = [c for m in described for c in m.classes]
    start = np.repeat(np.cumsum(atoms) - atoms, members)
    size = np.array([len(c.atoms) for c in flat], np.int64)
    carbon = np.array([i for c in flat for i in c.atoms], np.int64) + np.repeat(start, size)
    owner = np.repeat(np.arange(len(flat)), size)
    table = CarbonClassTable(
        np.concatenate([[0], np.cumsum(members)]).astype(np.int64),
        (np.bincount(owner, out.shift_ppm.cpu().numpy()[carbon], len(flat)) / size).astype(np.float32),
        (np.bincount(owner, out.log_scale.exp().cpu().numpy()[carbon], len(flat)) / size).astype(np.float32),
        np.array([c.hydrogens for c in flat], np.uint8),
        np.minimum(size, 255).astype(np.uint8),
        np.array([c.splits for c in flat], bool),
    )
    return Entries(
        smiles=[m.smiles for m in described],
        names=[m.name for m in described],
        formula=[m.formula for m in described],
        mass_da=[m.mass_da for m in described],
        key=np.array([m.key for m in described], np.uint64),
        embedding=out.graph.cpu().numpy(),
        classes=table,
        records=len(described),
    )


_NO_CLASSES = CarbonClassTable(
    np.zeros(1, np.int64),
    np.zeros(0, np.float32),
    np.zeros(0, np.float32),
    np.zeros(0, np.uint8),
    np.zeros(0, np.uint8),
    np.zeros(0, bool),
)
_NOTHING = Entries([], [], [], [], np.zeros(0, np.uint64), np.zeros((0, 0), np.float32), _NO_CLASSES, 0)


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


# 64 bits: the chance of any false duplicate among N molecules is N²/2⁶⁵, 0.03 % at 10⁸
_KEYS: dict[str, Callable[[Molecule], int]] = {
    "smiles": lambda m: _hash(m.smiles),
    "inchikey": lambda m: _hash(m.inchi_key or m.smiles),
    "connectivity": lambda m: _hash(m.inchi_key[:14] or m.smiles),
    "none": lambda m: 0,
}
