"""Chunks of structures → the entries of a library."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.encoding.chunks import Chunk
from km3aid.encoding.encode import encode_graphs
from km3aid.encoding.entries import NO_ENTRIES, Entries
from km3aid.errors import MoleculeError
from km3aid.matching.classes import TOLD_APART_PPM, CarbonClassTable
from km3aid.models.network import Encoded, Network
from km3aid.molecules import CarbonClass, Molecule, MolGraph, carbon_classes, featurise, parse_structure


def encode_chunk(network: Network, chunk: Chunk, key: str = "smiles") -> Entries:
    """Encode the records of a chunk; those that cannot be read are in the entries' `rejected`.

    `key` says what makes two molecules equal.
    """
    described: list[_Described] = []
    rejected = []
    for number, (text, name) in enumerate(chunk.lines, chunk.first):
        try:
            described.append(_describe(text, name, key))
        except MoleculeError as error:
            rejected.append((number, text, str(error)))
    entries = _entries(described, encode_graphs(network, [m.graph for m in described])) if described else NO_ENTRIES
    return entries._replace(records=len(chunk.lines), rejected=tuple(rejected))


class _Described(NamedTuple):
    """What a library stores of one structure and what the model needs of it, without the RDKit molecule."""

    smiles: str
    name: str | None
    formula: str
    mass_da: float
    key: int
    graph: MolGraph
    classes: tuple[CarbonClass, ...]


def _describe(text: str, name: str | None, key: str) -> _Described:
    molecule = parse_structure(text)
    graph = featurise(molecule.mol)
    classes = carbon_classes(molecule.mol, graph)
    return _Described(
        molecule.smiles, name, molecule.formula, molecule.exact_mass_da, _KEYS[key](molecule), graph, classes
    )


def carbon_class_table(
    classes: Sequence[tuple[CarbonClass, ...]], atoms: NDArray[np.int64], out: Encoded
) -> CarbonClassTable:
    """The carbon classes of M molecules of `atoms` (M,) atoms each, with what was predicted for them."""
    members = np.array([len(c) for c in classes])
    flat = [c for of_molecule in classes for c in of_molecule]
    start = np.repeat(np.cumsum(atoms) - atoms, members)
    size = np.array([len(c.atoms) for c in flat], np.int64)
    carbon = np.array([i for c in flat for i in c.atoms], np.int64) + np.repeat(start, size)
    owner = np.repeat(np.arange(len(flat)), size)
    shift, splits = out.shift_ppm[carbon], np.array([c.splits for c in flat], bool)
    mean = np.bincount(owner, shift, len(flat)) / size
    scale = np.bincount(owner, np.exp(out.log_scale[carbon]), len(flat)) / size
    away = np.bincount(owner, np.abs(shift - mean[owner]), len(flat)) / size
    return CarbonClassTable(
        np.concatenate([[0], np.cumsum(members)]).astype(np.int64),
        mean.astype(np.float32),
        (scale + np.where(splits & (away > TOLD_APART_PPM), away, 0)).astype(np.float32),
        np.array([c.hydrogens for c in flat], np.uint8),
        np.minimum(size, 255).astype(np.uint8),
        splits,
    )


def _entries(described: list[_Described], out: Encoded) -> Entries:
    atoms = np.array([len(m.graph.atoms) for m in described])
    return Entries(
        smiles=[m.smiles for m in described],
        names=[m.name for m in described],
        formula=[m.formula for m in described],
        mass_da=[m.mass_da for m in described],
        key=np.array([m.key for m in described], np.uint64),
        embedding=out.graph,
        classes=carbon_class_table([m.classes for m in described], atoms, out),
        records=len(described),
    )


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


# of 64 bits: the chance of any false duplicate among N molecules is N²/2⁶⁵, 0.03 % at 10⁸
_KEYS: dict[str, Callable[[Molecule], int]] = {
    "smiles": lambda m: _hash(m.smiles),
    "inchikey": lambda m: _hash(m.inchi_key or m.smiles),
    "connectivity": lambda m: _hash(m.inchi_key[:14] or m.smiles),
    "none": lambda m: 0,
}
