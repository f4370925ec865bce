"""Read measured spectra of known compounds, and search for them; writes results/measured.json.

    python benchmarks/measured.py --measured FOLDER --structures library.smi.gz --out results/measured.json

`--measured` is the unpacked archive of measured spectra: `jcamp/COMPOUND/` with spectra, FIDs and an SD file with the
reported lines, `bruker/NAME.zip` with `NAME.mol`. The library has 6,000 random structures and the compounds. The
limits of peak picking were chosen with these spectra in view, so that the figures are not those of unseen ones.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from km3aid import Engine, read_spectra
from km3aid.engine.bundled import identity_of
from km3aid.errors import SpectrumFormatError
from km3aid.library import Library
from km3aid.molecules import parse_structure
from km3aid.molecules.read import read_structures
from km3aid.spectra import Spectrum, add_multiplicities, set_aside_solvent
from km3aid.spectra.experiment import SIGNED, Experiment
from km3aid.spectra.wanted import Wanted

MOLECULES = 6000
SEED = 1
NEAR_PPM = 0.15  # of a reported line, after the median difference is taken out: references differ
CLOSE_PPM = 0.35  # some shifts were reported from other spectra of the compound
TWIN_PPM = 0.1
MOST_OFF_PPM = 1.5  # of two references
SURE = 0.8  # least confidence by which a line counts as that of a carbon


class Measured(NamedTuple):
    """A spectrum that could be read, of a known compound."""

    name: str
    spectrum: Spectrum
    structure: str | None
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measured", type=Path, required=True)
    parser.add_argument("--structures", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    engine = Engine.load(device="cpu")
    read_all(options.measured)  # loads what reading needs
    read, refused = read_all(options.measured)
    result = {
        "command": "benchmarks/measured.py",
        **identity_of(engine),
        "spectra": len(read),
        "refused": refused,
        "file_to_peaks_cpu_s": {"median": median(m.seconds for m in read), "longest": max(m.seconds for m in read)},
        "lines": reported_lines(read, options.measured),
        "multiplicities": multiplicities(engine, read, options.measured),
        "fids": twins(options.measured),
        "search": search(engine, read, options.structures),
    }
    options.out.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


def read_all(root: Path) -> tuple[list[Measured], dict[str, str]]:
    """The processed spectra with the structure of their compound, and why others are refused."""
    read, refused = [], {}
    spectra = chain((root / "jcamp").glob("*/*.dx"), (root / "bruker").glob("*.zip"))
    for path in sorted(p for p in spectra if not p.name.endswith(".fid.dx")):
        name = path.relative_to(root).as_posix()
        began = time.process_time()
        try:
            spectrum = set_aside_solvent(read_spectra(path)[0])
        except SpectrumFormatError as error:
            refused[name] = str(error).removeprefix(f"{path}: ")
            continue
        read.append(Measured(name, spectrum, structure_of(path), round(time.process_time() - began, 3)))
    return read, refused


def structure_of(path: Path) -> str | None:
    """The SMILES of the compound of a spectrum."""
    files = [path.with_suffix(".mol"), *sorted(path.parent.glob("*.mol" if path.suffix == ".dx" else "-"))]
    found = next((file for file in files if file.is_file()), None)
    return parse_structure(found.read_text()).smiles if found else None


def reported_lines(read: Sequence[Measured], root: Path) -> dict[str, Any]:
    """How many of the lines reported for plain spectra are among the peaks, and how many peaks are not reported."""
    found = []
    for measured in read:
        if not measured.name.endswith("/13c.dx"):
            continue
        (record,) = (root / measured.name).parent.glob("*.sdf")
        reported = sorted({round(p.shift_ppm, 2) for p in read_spectra(record)[0]})
        peaks = [p.shift_ppm for p in measured.spectrum.without_aside()]
        off = difference(peaks, reported)
        seen, close = (sum(any(abs(p - off - r) < n for p in peaks) for r in reported) for n in (NEAR_PPM, CLOSE_PPM))
        false = sum(all(abs(p - off - r) >= NEAR_PPM for r in reported) for p in peaks)
        found.append(
            {"spectrum": measured.name, "reported": len(reported), "seen": seen, "close": close, "false": false}
        )
    total, seen, close = (sum(row[key] for row in found) for key in ("reported", "seen", "close"))
    return {
        "recall": round(seen / total, 4),
        "recall_within_0.35_ppm": round(close / total, 4),
        "false_median": statistics.median(r["false"] for r in found),
        "spectra": found,
    }


def difference(peaks: Sequence[float], reported: Sequence[float]) -> float:
    """By how much the reference of the peaks differs from that of the reported lines: most of these find a peak."""
    apart = sorted(p - r for p in peaks for r in reported if abs(p - r) < MOST_OFF_PPM) or [0.0]
    together = [[d for d in apart if 0 <= d - first <= 2 * CLOSE_PPM] for first in apart]
    return statistics.median(max(together, key=lambda group: (len(group), -abs(group[0]))))


def multiplicities(engine: Engine, read: Sequence[Measured], root: Path) -> dict[str, Any]:
    """How many lines have the attached hydrogens that APT, DEPTQ or DEPT beside 13C tells.

    What each line has follows from the structure: its carbon is the one that `assign` gives to the line without its
    multiplicity, with a confidence of 0.8 or more, so that no multiplicity helps itself. What is open is not right.
    """
    rows = []
    for measured in read:
        spectrum, structure = measured.spectrum, measured.structure
        dept = (root / measured.name).with_name("dept135.dx")
        if measured.name.endswith("/13c.dx") and dept.is_file():
            other = read_spectra(dept, wanted=Wanted(kind=Experiment.DEPT_135))[0]
            spectrum = add_multiplicities(spectrum, dept135=other)
        elif spectrum.experiment not in SIGNED:
            continue
        if structure is None:
            continue
        bare = replace(spectrum, peaks=tuple(replace(p, multiplicity=None) for p in spectrum))
        mol = parse_structure(structure).mol
        known, right, wrong = 0, 0, []
        for own in engine.assign(structure, bare).assignments:
            peak = spectrum.peaks[own.peak]
            attached = {mol.GetAtomWithIdx(a).GetTotalNumHs() for a in own.atoms}
            if own.confidence < SURE or len(attached) > 1 or peak.aside is not None:
                continue
            fits = peak.multiplicity is not None and attached <= set(peak.possible_hydrogens)
            known += 1
            right += fits
            wrong += [] if fits else [[peak.shift_ppm, peak.multiplicity]]
        rows.append({"spectrum": measured.name, "lines": known, "right": right, "wrong": wrong})
    total, right = (sum(row[key] for row in rows) for key in ("lines", "right"))
    return {"lines": total, "share_right": round(right / total, 4), "spectra": rows}


def twins(root: Path) -> dict[str, Any]:
    """How many peaks of processed spectra are found within 0.1 ppm in what is made of their FIDs."""
    lines = found = 0
    for path in sorted((root / "jcamp").glob("*/*.fid.dx")):
        twin = path.with_name(path.name.replace(".fid.dx", ".dx"))
        try:
            expected = set_aside_solvent(read_spectra(twin)[0]).without_aside()
            peaks = [p.shift_ppm for p in read_spectra(path)[0]]
        except SpectrumFormatError:
            continue
        lines += len(expected)
        found += sum(any(abs(p - e.shift_ppm) <= TWIN_PPM for p in peaks) for e in expected)
    return {"lines": lines, "share": round(found / lines, 4)}


def search(engine: Engine, read: Sequence[Measured], structures: Path) -> dict[str, Any]:
    """The rank of each compound's connectivity in a library of 6,000 structures and the compounds."""
    known = [m for m in read if m.structure]
    lines = [smiles for smiles, _ in read_structures(structures)]
    chosen = random.Random(SEED).sample(lines, MOLECULES)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "library"
        engine.build_library(((s, None) for s in chain(chosen, {str(m.structure) for m in known})), path)
        library = Library.open(path)
        ranks = {m.name: rank(engine, library, m) for m in known}
    found = [r for r in ranks.values() if r is not None]
    summary = {"first": sum(r == 1 for r in found), "in_top_three": sum(r <= 3 for r in found), "of": len(ranks)}
    return {"library": len(library), **summary, "ranks": ranks}


def rank(engine: Engine, library: Library, measured: Measured) -> int | None:
    """The rank of the compound among the first 100 hits; None where it is not among them."""
    wanted = connectivity(str(measured.structure))
    hits = engine.search(measured.spectrum, library, top=100).hits
    return next((hit.rank for hit in hits if connectivity(hit.smiles) == wanted), None)


def connectivity(smiles: str) -> str:
    """The first block of the InChIKey."""
    return parse_structure(smiles).inchi_key[:14]


def median(values: Iterator[float]) -> float:
    """The median, rounded."""
    return round(statistics.median(values), 3)


if __name__ == "__main__":
    main()
