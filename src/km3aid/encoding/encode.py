"""Molecules and spectra → what the model says about them, in batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from km3aid.data.batches import UNKNOWN, collate, pad_peaks
from km3aid.encoding.chunks import CHUNK
from km3aid.matching.classes import CarbonClasses, class_scale
from km3aid.models.alignment import AlignmentModel
from km3aid.molecules import Molecule, carbon_classes, featurise
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


@torch.inference_mode()
def encode_molecules(model: AlignmentModel, molecules: list[Molecule], device: torch.device) -> list[EncodedMolecule]:
    """What the model says about molecules, of which `CHUNK` are encoded at a time."""
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
