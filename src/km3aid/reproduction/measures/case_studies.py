"""Figures 4, F.1 and F.2: how the methods assign the paper's molecules, and others where the paper names none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset
from km3aid.engine import Engine
from km3aid.evaluation.cases import make_cases
from km3aid.evaluation.metrics import best_released
from km3aid.evaluation.node_level import NodeScores
from km3aid.molecules import Molecule, featurise, lay_out, parse_smiles
from km3aid.reproduction.measures.hose_codes import hose_codes

_CLOSE_PPM = (1.0, 5.0)  # apart, yet easily taken for each other
_LARGEST = 30  # carbons, so that the matrix can be read
_FAR = 40  # bonds: codes of the whole molecule


class Candidate(NamedTuple):
    """A molecule and the recorded shift of each of its carbons, by atom of the SMILES."""

    molecule: Molecule
    shift_ppm: dict[int, float]


Method = Callable[[NDArray[np.int64]], Sequence[NDArray[np.floating]]]
"""Of molecules the scores (C, C) of their peaks by rising shift at their carbons in the order of the atoms."""

PAPERS = {"4A": 20191776, "F.2A": 11429, "F.2B": 20212786}  # nmrshiftdb2 ids of the paper's figures


class _Picked(NamedTuple):
    figure: str
    about: str
    row: int
    candidate: Candidate
    order: NDArray[np.int64]  # of each atom of the record, the atom of the SMILES


def engine_method(engine: Engine, data: Dataset, scores: NodeScores) -> Method:
    """The method of a model."""
    return lambda rows: [scores(engine, case) for case in make_cases(engine, data, rows)]


def symmetric_aromatic(candidate: Candidate) -> bool:
    """One ring, a benzene, of which pairs of carbons share a shift while two CH of different shift lie close."""
    rings = _rings(candidate)
    if len(rings) != 1 or len(rings[0]) != 6 or not _aromatic(candidate, rings[0]):
        return False
    shifts = [candidate.shift_ppm.get(i) for i in rings[0]]
    return None not in shifts and len(set(shifts)) == 4 and _close(candidate, rings[0])


def natural_product(candidate: Candidate) -> bool:
    """Four rings or more and six stereocentres or more."""
    centres = sum(int(a.GetChiralTag()) != 0 for a in candidate.molecule.mol.GetAtoms())
    return len(_rings(candidate)) >= 4 and centres >= 6


RULES: tuple[tuple[str, str, Callable[[Candidate], bool], int], ...] = (
    ("4B", "a symmetric aromatic", symmetric_aromatic, 1),
    ("F.1", "natural products with four rings and six stereocentres or more", natural_product, 2),
)


def study_cases(
    methods: Mapping[str, Method], data: Dataset, rows: NDArray[np.int64], by_rule: bool = True
) -> dict[str, Any]:
    """The paper's molecules among `rows`, and those that a rule admits, with the carbon each method gives each peak.

    Each peak's carbon is that of the release's metric. By a rule: the first molecules by nmrshiftdb2 id.
    """
    picked = _papers(data, rows) + (_by_rule(data, rows) if by_rule else [])
    chosen = np.array([p.row for p in picked], np.int64)
    choices = {
        title: [_choice(s, data, p) for s, p in zip(scores_of(chosen), picked, strict=True)]
        for title, scores_of in methods.items()
    }
    studies = [_study(data, p, {title: by[n] for title, by in choices.items()}) for n, p in enumerate(picked)]
    return {"studies": studies}


def _papers(data: Dataset, rows: NDArray[np.int64]) -> list[_Picked]:
    picked = []
    for figure, record in PAPERS.items():
        for row in rows[data.record_id[rows] == record]:
            candidate, order = _candidate(data, row)
            if order is not None:
                picked.append(_Picked(figure, "the paper's molecule", int(row), candidate, order))
    return picked


def _by_rule(data: Dataset, rows: NDArray[np.int64]) -> list[_Picked]:
    picked: list[_Picked] = []
    wanted = {name: count for name, _, _, count in RULES}
    for row in rows[np.argsort(data.record_id[rows], kind="stable")]:
        atoms = np.flatnonzero(_record_atoms(data, row)[:, 0] == 6)
        if len(atoms) > _LARGEST or not any(wanted.values()):
            continue
        candidate, order = _candidate(data, row)
        for name, about, admits, _ in RULES:
            if wanted[name] and order is not None and admits(candidate):
                wanted[name] -= 1
                picked.append(_Picked(name, f"our choice: {about}", int(row), candidate, order))
                break
    return sorted(picked, key=lambda p: p.figure)


def _study(data: Dataset, picked: _Picked, choices: dict[str, list[int]]) -> dict[str, Any]:
    candidate = picked.candidate
    carbons = sorted(candidate.shift_ppm)
    return {
        "figure": picked.figure,
        "rule": picked.about,
        "nmrshiftdb2_id": int(data.record_id[picked.row]),
        "smiles": candidate.molecule.source,
        "carbons": carbons,
        "shift_ppm": [round(candidate.shift_ppm[i], 2) for i in carbons],
        "choices": choices,
        **_drawing(candidate.molecule),
    }


def draw_record(data: Dataset, row: int) -> dict[str, Any]:
    """A record's structure alone."""
    molecule = parse_smiles(data.smiles[row].decode())
    return {"nmrshiftdb2_id": int(data.record_id[row]), "smiles": molecule.source, **_drawing(molecule)}


def _drawing(molecule: Molecule) -> dict[str, Any]:
    drawing = lay_out(molecule)
    return {
        "atoms": [[a.atom, round(a.x, 3), round(a.y, 3), a.label] for a in drawing.atoms],
        "bonds": [[b.begin, b.end, b.order] for b in drawing.bonds],
    }


def _choice(score: NDArray[np.floating], data: Dataset, picked: _Picked) -> list[int]:
    """For the peak of every carbon by atom of the SMILES, which carbon in that order it is given."""
    shift = recorded_ppm(data, picked.row)
    atoms = np.flatnonzero(~np.isnan(shift))
    peaks = atoms[np.argsort(shift[atoms], kind="stable")]
    place = {int(atom): int(picked.order[atom]) for atom in atoms}  # record's atom → atom of the SMILES
    rank = {atom: n for n, atom in enumerate(sorted(place.values()))}
    chosen = {int(peaks[p]): int(atoms[c]) for p, c in enumerate(best_released(score))}
    by_smiles = {place[peak]: rank[place[atom]] for peak, atom in chosen.items()}
    return [by_smiles[atom] for atom in sorted(by_smiles)]


def recorded_ppm(data: Dataset, row: int) -> NDArray[np.float32]:
    """The shift of every atom (A,) in the fullest spectrum, NaN where there is none."""
    first = int(data.value_offset[data.spectrum_offset[row]])
    return np.asarray(data.shift_ppm[first : first + len(_record_atoms(data, row))])


def _candidate(data: Dataset, row: int) -> tuple[Candidate, NDArray[np.int64] | None]:
    """The molecule by its SMILES, and for every atom of the record its atom of the SMILES (None: they do not match)."""
    molecule = parse_smiles(data.smiles[row].decode())
    graph = featurise(molecule.mol)
    bonds = slice(int(data.bond_offset[row]), int(data.bond_offset[row + 1]))
    record = hose_codes(_record_atoms(data, row), data.bonds[bonds].astype(np.int64), data.bond_codes[bonds], _FAR)[-1]
    smiles = hose_codes(graph.atoms, graph.bonds.astype(np.int64), graph.bond_codes, _FAR)[-1]
    first, second = np.argsort(record, kind="stable"), np.argsort(smiles, kind="stable")
    if len(record) != len(smiles) or (record[first] != smiles[second]).any():
        return Candidate(molecule, {}), None
    order = np.empty(len(record), np.int64)
    order[first] = second
    shifts = recorded_ppm(data, row)
    return Candidate(molecule, {int(order[i]): float(x) for i, x in enumerate(shifts) if not np.isnan(x)}), order


def _record_atoms(data: Dataset, row: int) -> NDArray[np.uint8]:
    return data.atoms[int(data.atom_offset[row]) : int(data.atom_offset[row + 1])]


def _rings(candidate: Candidate) -> list[tuple[int, ...]]:
    return [tuple(ring) for ring in candidate.molecule.mol.GetRingInfo().AtomRings()]


def _aromatic(candidate: Candidate, ring: tuple[int, ...]) -> bool:
    return all(candidate.molecule.mol.GetAtomWithIdx(i).GetIsAromatic() for i in ring)


def _close(candidate: Candidate, ring: tuple[int, ...]) -> bool:
    """Whether two carbons of the ring with the same one or two hydrogens lie within `_CLOSE_PPM`."""
    low, high = _CLOSE_PPM
    known = [(candidate.molecule.mol.GetAtomWithIdx(i).GetTotalNumHs(), candidate.shift_ppm.get(i)) for i in ring]
    return any(
        a == b and a in (1, 2) and x is not None and y is not None and low <= abs(x - y) <= high
        for a, x in known
        for b, y in known
    )
