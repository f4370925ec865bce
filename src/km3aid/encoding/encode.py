"""Molecules and spectra → what the model says about them, in batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.data.batches import UNKNOWN, collate, pad_peaks
from km3aid.matching.classes import CarbonClasses, class_scale
from km3aid.models.network import Encoded, Network
from km3aid.molecules import Molecule, MolGraph, carbon_classes, featurise
from km3aid.spectra.spectrum import Spectrum


class EncodedMolecule(NamedTuple):
    """One molecule and what the model predicts for it; arrays are per atom, in the order of the molecule."""

    molecule: Molecule
    graph: NDArray[np.float32]  # (D,) unit vector
    node: NDArray[np.float32]  # (A, D_node) unit vectors
    shift_ppm: NDArray[np.float32]  # (A,)
    scale_ppm: NDArray[np.float32]  # (A,)

    def classes(self) -> CarbonClasses:
        """The carbon classes, each with the mean of what is predicted for its carbons."""
        classes = carbon_classes(self.molecule.mol)
        members = [(list(c.atoms), c.splits) for c in classes]
        return CarbonClasses(
            atoms=tuple(c.atoms for c in classes),
            shift_ppm=np.array([self.shift_ppm[list(c.atoms)].mean() for c in classes], np.float64),
            scale_ppm=np.array([class_scale(self.shift_ppm[a], self.scale_ppm[a], s) for a, s in members], np.float64),
            hydrogens=np.array([c.hydrogens for c in classes], np.int64),
            splits=np.array([c.splits for c in classes], bool),
        )


def encode_graphs(network: Network, graphs: list[MolGraph]) -> Encoded:
    """What the model says about one or more molecules, of which a few are encoded at a time."""
    starts = range(0, len(graphs), network.together)
    parts = [network.encode(collate(graphs[start : start + network.together])) for start in starts]
    return Encoded._make(map(np.concatenate, zip(*parts, strict=True)))


def encode_molecules(network: Network, molecules: list[Molecule]) -> list[EncodedMolecule]:
    """What the model says about one or more molecules."""
    graphs = [featurise(m.mol) for m in molecules]
    out = encode_graphs(network, graphs)
    ends = np.cumsum([len(g.atoms) for g in graphs])
    rows = [slice(end - len(g.atoms), end) for g, end in zip(graphs, ends, strict=True)]
    return [
        EncodedMolecule(m, out.graph[n], out.node[r], out.shift_ppm[r], np.exp(out.log_scale[r]))
        for n, (m, r) in enumerate(zip(molecules, rows, strict=True))
    ]


def encode_spectra(network: Network, spectra: Sequence[Spectrum]) -> NDArray[np.float32]:
    """Graph-level embeddings (S, D) of S spectra."""
    flat = [p for spectrum in spectra for p in spectrum]
    peaks = pad_peaks(
        np.repeat(np.arange(len(spectra)), [len(spectrum) for spectrum in spectra]),
        np.array([p.shift_ppm for p in flat], np.float32),
        np.array([UNKNOWN if p.hydrogens is None else p.hydrogens for p in flat]),
        np.array([p.count or 0 for p in flat]),
        len(spectra),
    )
    return network.encode_spectra(peaks)


def node_logits(network: Network, spectrum: Spectrum, node: NDArray[np.float32]) -> NDArray[np.float64]:
    """Logits of the node level (P, A): the similarity of every peak to every atom embedding in `node` (A, D)."""
    kinds = [UNKNOWN if p.hydrogens is None else p.hydrogens for p in spectrum]
    return network.node_logits([p.shift_ppm for p in spectrum], kinds, node).astype(np.float64)
