"""A `.nmrium` file: structure, peaks and ranges with their carbons, for NMRium (https://www.nmrium.org).

The file has version 7 of the format, which later versions of NMRium convert (npm package nmr-load-save 2.6, MIT).
NMRium needs a trace, so one is drawn from the peak list, and its name says so. NMRium links atoms to signals by
identifiers that OpenChemLib computes; this file instead names the carbons in the column "assignment" (from 1) and in
the `atoms` of each signal (from 0). Both count the atoms of the structure in the file, which has no explicit hydrogens,
because OpenChemLib reorders atoms where there are some.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from km3aid import __version__
from km3aid.engine.results import Assignment
from km3aid.molecules import parse_structure, write_heavy_mol_block
from km3aid.render.formats.labels import Label, carbon_labels
from km3aid.requests.answers import Case
from km3aid.spectra.spectrum import Peak, Spectrum

_VERSION = 7
_STEP_PPM = 1 / 16  # of the trace; NMRium takes only evenly spaced points
_WIDTH_PPM = 0.25  # of a drawn line at half height
_HALF_RANGE_PPM = 0.5
_ROOM_PPM = 10.0


def write_nmrium(cases: Sequence[Case]) -> bytes:
    """A file with a spectrum and a molecule for each assignment."""
    data = {
        "spectra": [_spectrum(case, n) for n, case in enumerate(cases, 1)],
        "molecules": [_molecule(case, n) for n, case in enumerate(cases, 1)],
        "correlations": {},
    }
    return (json.dumps({"version": _VERSION, "data": data}, ensure_ascii=False) + "\n").encode()


def _molecule(case: Case, number: int) -> dict[str, Any]:
    assert case.structure is not None
    molecule = parse_structure(case.structure)
    return {
        "id": f"molecule-{number}",
        "label": getattr(case.answer, "id", None) or f"P{number}",
        "molfile": write_heavy_mol_block(molecule),
    }


def _spectrum(case: Case, number: int) -> dict[str, Any]:
    answer, spectrum = case.answer, case.spectrum
    assert isinstance(answer, Assignment)
    assert spectrum is not None
    assert case.structure is not None
    labels = carbon_labels(case.structure, answer)
    own = [[label for label in labels if label.peak.peak == n] for n in range(len(spectrum))]
    place = {atom: n for n, atom in enumerate(parse_structure(case.structure).input_atoms)}
    x, y = _trace(spectrum)
    info = {
        "name": f"{answer.id or f'13C spectrum {number}'} (drawn from a peak list by km3aid {__version__})",
        "nucleus": "13C",
        "dimension": 1,
        "isFid": False,
        "isComplex": False,
        "isFt": True,
        "experiment": "1d",
        "numberOfPoints": len(x),
        "spectralWidth": x[-1] - x[0],
        **({"solvent": spectrum.solvent} if spectrum.solvent else {}),
        **({"originFrequency": spectrum.frequency_mhz} if spectrum.frequency_mhz is not None else {}),
    }
    return {
        "id": f"spectrum-{number}",
        "info": info,
        "data": {"x": x, "re": y, "im": None},
        "meta": {},
        "filters": [],
        "display": {"isVisible": True},
        "customInfo": {"km3aid": {"smiles": answer.smiles, "score": answer.score, **spectrum.to_dict()}},
        "peaks": {"values": [_peak(p, f"peak-{number}-{n}") for n, p in enumerate(spectrum)], "options": {}},
        "ranges": {
            "values": [_range(p, own[n], place, f"{number}-{n}") for n, p in enumerate(spectrum)],
            "options": {"sum": None, "isSumConstant": True, "sumAuto": True},
        },
        "integrals": {"values": [], "options": {}},
    }


def _peak(peak: Peak, name: str) -> dict[str, Any]:
    return {"id": name, "x": peak.shift_ppm, "originalX": peak.shift_ppm, "y": 1.0, "width": _WIDTH_PPM}


def _range(peak: Peak, labels: Sequence[Label], place: Mapping[int, int], name: str) -> dict[str, Any]:
    atoms = [place[i] for label in labels for i in label.atoms]
    carbons = peak.count or len(atoms)
    names = ", ".join(f"C{place[label.atoms[0]] + 1}" for label in labels)
    signal: dict[str, Any] = {
        "id": f"signal-{name}",
        "kind": "signal",
        "delta": peak.shift_ppm,
        "originalDelta": peak.shift_ppm,
        "multiplicity": "s",  # the spectrum is decoupled
        "js": [],
        "atoms": atoms,
        "diaIDs": [],
        "nbAtoms": carbons,
        "assignment": names,
    }
    low, high = peak.shift_ppm - _HALF_RANGE_PPM, peak.shift_ppm + _HALF_RANGE_PPM
    return {
        "id": f"range-{name}",
        "kind": "signal",
        "from": low,
        "to": high,
        "originalFrom": low,
        "originalTo": high,
        "absolute": float(carbons or 1),
        "integration": float(carbons or 1),
        "assignment": names,
        "diaIDs": [],
        "signals": [signal],
    }


def _trace(spectrum: Spectrum) -> tuple[list[float], list[float]]:
    """Shifts in ppm and heights of a trace with equally high Lorentzian lines."""
    shifts = [p.shift_ppm for p in spectrum]
    first = math.floor(min(min(shifts), 0.0) - _ROOM_PPM)
    last = math.ceil(max(max(shifts), 200.0) + _ROOM_PPM)
    x = np.arange(first, last + _STEP_PPM / 2, _STEP_PPM)
    y = sum(1 / (1 + ((x - s) / (_WIDTH_PPM / 2)) ** 2) for s in shifts)
    return x.tolist(), np.round(y, 4).tolist()
