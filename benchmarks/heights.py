"""What heights of lines say of attached hydrogens, and what it is worth; writes results/heights.json.

    python benchmarks/heights.py --data nmrshiftdb2withsignals.sd.gz --paper-ids km3aid_ids.csv --library LIBRARY
      --out results/heights.json

Records of nmrshiftdb2 whose signals have heights are fitted where the bundled model was trained, and used for the
comparison where it was not: fold 0. Spectra are distinct lines without multiplicities, with their heights and without.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from scipy.optimize import minimize

from km3aid import Engine
from km3aid.data.folds import paper_validation_ids, read_paper_ids
from km3aid.engine.bundled import identity_of
from km3aid.library import Library
from km3aid.matching import heights
from km3aid.molecules import parse_structure
from km3aid.spectra import AssignedSpectrum, Peak, Spectrum, read_assigned

COMPLETE = 0.8  # least part of the peaks that have a height


class Record(NamedTuple):
    """Distinct lines of a molecule, and the numbers of hydrogens of the carbons of each."""

    smiles: str
    spectrum: Spectrum
    hydrogens: tuple[frozenset[int], ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("data", "paper-ids", "library", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    held_out = {str(n) for n in paper_validation_ids(read_paper_ids(options.paper_ids), 0)}
    records = list(records_of(options.data))
    fitted = [r for name, r in records if name not in held_out]
    other = [r for name, r in records if name in held_out]
    constants = fit(*lines_of(fitted))
    engine, library = Engine.load(device="cpu"), Library.open(options.library)
    result = {
        "command": "benchmarks/heights.py",
        **identity_of(engine),
        "records": {"fitted": len(fitted), "fold 0": len(other)},
        "fit": dict(zip(("offset", "slope", "least", "most"), [round(c, 3) for c in constants], strict=True)),
        "used": [heights.OFFSET, heights.SLOPE, heights.LEAST, heights.MOST],
        "nats_a_line": {
            "nothing known": round(float(np.log(2)), 3),
            "fitted": round(loss(constants, *lines_of(fitted)) / 2, 3),
            "fold 0": round(loss(constants, *lines_of(other)) / 2, 3),
        },
        "by_hydrogens": percentiles(fitted),
        "fold 0": {
            "without heights": compare(engine, library, [bare(r) for r in other]),
            "with heights": compare(engine, library, other),
        },
    }
    options.out.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


def records_of(path: Path) -> Iterator[tuple[str, Record]]:
    """The records with heights, by the id of their molecule."""
    for item in read_assigned(path):
        if not isinstance(item, AssignedSpectrum):
            continue
        given = [p.intensity or 0.0 for p in item.spectrum]
        if len(set(given)) < 3 or sum(height > 0 for height in given) < COMPLETE * len(given):
            continue
        mol = Chem.MolFromMolBlock(item.mol_block, removeHs=False)
        if mol is None:
            continue
        lines: dict[float, tuple[float, set[int]]] = {}
        for peak, atoms in zip(item.spectrum, item.atoms, strict=True):
            height, hydrogens = lines.setdefault(peak.shift_ppm, (0.0, set()))
            carbons = [a for a in map(mol.GetAtomWithIdx, atoms) if a.GetSymbol() == "C"]
            hydrogens |= {a.GetTotalNumHs(includeNeighbors=True) for a in carbons}
            lines[peak.shift_ppm] = (max(height, peak.intensity or 0.0), hydrogens)
        peaks = tuple(Peak(shift, intensity=height) for shift, (height, _) in lines.items())
        carbons_of = tuple(frozenset(h) for _, h in lines.values())
        record = Record(parse_structure(item.mol_block).smiles, Spectrum(peaks), carbons_of)
        if heights.relative_heights(record.spectrum) is not None:
            yield str(item.spectrum.id).partition("/")[0], record


def lines_of(records: Iterable[Record]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Relative heights (N,) of lines of known hydrogens, and whether there are none."""
    relative, without = [], []
    for record in records:
        found = heights.relative_heights(record.spectrum)
        assert found is not None
        for height, hydrogens in zip(found, record.hydrogens, strict=True):
            if len(hydrogens) == 1:
                relative.append(float(height))
                without.append(hydrogens == {0})
    return np.array(relative), np.array(without)


def loss(constants: Sequence[float], relative: NDArray[np.float64], without: NDArray[np.bool_]) -> float:
    """Mean negative log-likelihood of lines without hydrogen, plus that of the others."""
    offset, slope, least, most = constants
    bare_carbon = np.clip(1 / (1 + np.exp(-offset - slope * relative)), least, most)
    return float(-np.log(bare_carbon[without]).mean() - np.log(1 - bare_carbon[~without]).mean())


def fit(relative: NDArray[np.float64], without: NDArray[np.bool_]) -> list[float]:
    """The constants that make the heights likeliest."""
    start, settings = [-2.0, -3.0, 0.03, 0.97], {"maxiter": 4000}
    return list(map(float, minimize(loss, start, (relative, without), method="Nelder-Mead", options=settings).x))


def percentiles(records: Sequence[Record]) -> dict[str, list[float]]:
    """The 10th, 50th and 90th percentile of the heights, the usual one being 1, by the number of hydrogens."""
    found: dict[int, list[float]] = {0: [], 1: [], 2: [], 3: []}
    for record in records:
        relative = heights.relative_heights(record.spectrum)
        assert relative is not None
        for height, hydrogens in zip(relative, record.hydrogens, strict=True):
            if len(hydrogens) == 1 and (one := next(iter(hydrogens))) in found:
                found[one].append(float(np.exp(height)))
    return {str(h): [round(float(p), 2) for p in np.percentile(v, [10, 50, 90])] for h, v in found.items()}


def bare(record: Record) -> Record:
    """The record without its heights."""
    peaks = tuple(replace(p, intensity=None) for p in record.spectrum)
    return record._replace(spectrum=replace(record.spectrum, peaks=peaks))


def compare(engine: Engine, library: Library, records: Sequence[Record]) -> dict[str, Any]:
    """The ranks of the molecules in a library, and how many lines get carbons with the right number of hydrogens."""
    ranks, right, lines = [], 0, 0
    for record in records:
        mol, wanted = parse_structure(record.smiles).mol, connectivity(record.smiles)
        hits = engine.search(record.spectrum, library, top=100).hits
        ranks.append(next((hit.rank for hit in hits if connectivity(hit.smiles) == wanted), 1000))
        for own in engine.assign(record.smiles, record.spectrum).assignments:
            if own.atoms and len(known := record.hydrogens[own.peak]) == 1:
                lines += 1
                right += {mol.GetAtomWithIdx(a).GetTotalNumHs() for a in own.atoms} == known
    return {
        "molecules": len(ranks),
        "first": sum(r == 1 for r in ranks),
        "in_top_three": sum(r <= 3 for r in ranks),
        "mean_reciprocal_rank": round(statistics.mean(1 / r for r in ranks), 4),
        "lines": lines,
        "hydrogens_right": round(right / lines, 4),
    }


def connectivity(smiles: str) -> str:
    """The first block of the InChIKey."""
    return parse_structure(smiles).inchi_key[:14]


if __name__ == "__main__":
    main()
