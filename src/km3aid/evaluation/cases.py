"""Validation molecules as cases: what the model predicts, what was recorded, and the spectrum in both forms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.data.batches import AS_RECORDED, cut_batch
from km3aid.data.dataset import Dataset
from km3aid.engine import Engine
from km3aid.matching.classes import CarbonClasses, class_scale
from km3aid.models.network import Encoded
from km3aid.spectra.spectrum import MULTIPLICITIES, Peak, Spectrum

_BATCH = 256
_LOST, _FOREIGN = 0.04, 0.3  # share of the peaks; share of the spectra
# CDCl3, DMSO-d6, CD3OD, acetone-d6, C6D6 (Fulmer et al., Organometallics 29 (2010) 2176)
_SOLVENT_LINES_PPM = (77.16, 39.52, 49.0, 29.84, 128.06)


class Case(NamedTuple):
    """One molecule of the data whose carbons all have a recorded shift."""

    row: int
    graph: NDArray[np.float32]  # (D,) unit vector
    node: NDArray[np.float32]  # (A, D_node)
    classes: CarbonClasses
    carbons: NDArray[np.int64]  # (C,) atoms by rising shift, as a peak list has them
    recorded_ppm: NDArray[np.float32]  # (A,) NaN where there is none
    recorded_hydrogens: NDArray[np.uint8]  # (A,) 255 unknown
    predicted_ppm: NDArray[np.float32]  # (A,)

    def per_carbon(self) -> Spectrum:
        """The paper's input: one peak per carbon with its recorded multiplicity, in the order of `carbons`."""
        return Spectrum(
            tuple(
                Peak(float(self.recorded_ppm[i]), MULTIPLICITIES[h] if (h := self.recorded_hydrogens[i]) < 4 else None)
                for i in self.carbons
            ),
            one_per_carbon=True,
        )

    def distinct(self) -> Spectrum:
        """What people usually have: the distinct shifts alone."""
        return Spectrum.from_shifts(np.unique(self.recorded_ppm[self.carbons]).tolist())

    def with_hydrogens(self) -> Spectrum:
        """The distinct shifts with the number of attached hydrogens, unless carbons of several kinds share one."""
        own: dict[float, set[int]] = {}
        for k, atoms in enumerate(self.classes.atoms):
            for atom in atoms:
                own.setdefault(float(self.recorded_ppm[atom]), set()).add(int(self.classes.hydrogens[k]))
        return Spectrum(
            tuple(
                Peak(shift, MULTIPLICITIES[min(h)] if len(h) == 1 and min(h) < len(MULTIPLICITIES) else None)
                for shift, h in sorted(own.items())
            )
        )

    def disturbed(self, rng: np.random.Generator) -> tuple[Spectrum, NDArray[np.float64]]:
        """Distinct shifts, some of them lost, in some spectra with the line of a solvent added.

        Returns the spectrum and, for every peak (P,), its shift, or NaN where it was added.
        """
        own = np.unique(self.recorded_ppm[self.carbons]).astype(float)
        kept = own[rng.random(len(own)) >= _LOST]
        kept = kept if len(kept) else own[:1]
        foreign = rng.choice(_SOLVENT_LINES_PPM, int(rng.random() < _FOREIGN))
        shifts = np.concatenate([kept, foreign])
        truth = np.concatenate([kept, np.full(len(foreign), np.nan)])
        order = np.argsort(shifts, kind="stable")
        return Spectrum.from_shifts(shifts[order].tolist()), truth[order]


def make_cases(engine: Engine, data: Dataset, rows: NDArray[np.int64]) -> Iterator[Case]:
    """Encode the molecules `rows`, each with its fullest spectrum."""
    rng = np.random.default_rng(0)
    for start in range(0, len(rows), _BATCH):
        part = rows[start : start + _BATCH]
        batch = cut_batch(data, part, data.spectrum_offset[part], AS_RECORDED, rng)
        out = engine.network.encode(batch.graph)
        end = 0
        for n, row in enumerate(part):
            begin, end = end, end + int(data.atom_offset[row + 1] - data.atom_offset[row])
            yield _case(data, int(row), n, slice(begin, end), out)


def _case(data: Dataset, row: int, n: int, part: slice, out: Encoded) -> Case:
    own = slice(int(data.atom_offset[row]), int(data.atom_offset[row + 1]))
    first = int(data.value_offset[data.spectrum_offset[row]])
    values = slice(first, first + own.stop - own.start)
    atoms, symmetry, splits = data.atoms[own], data.symmetry[own], data.splits[own]
    shift, scale = out.shift_ppm[part], np.exp(out.log_scale[part])
    carbons = np.flatnonzero(atoms[:, 0] == 6)
    groups = [carbons[symmetry[carbons] == k] for k in np.unique(symmetry[carbons])]
    classes = CarbonClasses(
        tuple(tuple(g.tolist()) for g in groups),
        np.array([shift[g].mean() for g in groups], np.float64),
        np.array([class_scale(shift[g], scale[g], bool(splits[g[0]])) for g in groups], np.float64),
        np.array([atoms[g[0], 4] for g in groups], np.int64),
        np.array([splits[g[0]] for g in groups], bool),
    )
    recorded, multiplicity = data.shift_ppm[values], data.multiplicity[values]
    # by shift: peaks in the order of the atoms would tell the two carbons of one class apart
    carbons = carbons[np.argsort(recorded[carbons], kind="stable")]
    return Case(row, out.graph[n], out.node[part], classes, carbons, recorded, multiplicity, shift)
