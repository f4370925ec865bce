"""Measure a large library: opening, searching, what each stage keeps, and a brute-force search for comparison.

    python benchmarks/search.py --library runs/million --data runs/prepared --paper-ids km3aid_ids.csv --out FILE.json

All times are from one run on one machine, with the number of threads stated. The queries are
molecules of validation block 0.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from km3aid.engine import Engine
from km3aid.engine.bundled import identity_of
from km3aid.engine.rescoring import rescored
from km3aid.evaluation.block import open_validation_block
from km3aid.evaluation.cases import Case, make_cases
from km3aid.evaluation.recall import agreement, best_rows
from km3aid.library import Filters, Library
from km3aid.molecules import parse_smiles
from km3aid.search.local import find_candidates
from km3aid.search.part import all_similarities
from km3aid.search.query import MATCHED_EXACTLY, MATCHED_QUICKLY, NO_FILTERS
from km3aid.spectra.spectrum import Spectrum

_TOP = 10
_KINDS = ("per_carbon", "distinct", "disturbed")
_COMMAND = "from km3aid.cli import main; main()"
_CRESS_WIDTH, _CRESS_BLOCK = 768, 100_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("library", "data", "paper-ids", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--everything", type=int, default=300, help="Queries that are compared with a full scoring.")
    options = parser.parse_args()
    opening = _times(lambda: Library.open(options.library), 3)
    library, engine = Library.open(options.library), Engine.load(device="cpu")
    data, rows, _ = open_validation_block(options.data, options.paper_ids, 0)
    chosen = np.sort(np.random.RandomState(1).permutation(rows)[: options.queries])
    cases = list(make_cases(engine, data, chosen))
    molecules = [(data.smiles[c.row].decode(), data.inchi_key[c.row][:14].decode()) for c in cases]
    homes = [_home(library, smiles, key) for smiles, key in molecules]
    size = sum(f.stat().st_size for f in options.library.iterdir())
    result: dict[str, Any] = {
        "command": "make bench",
        **identity_of(engine),
        "machine": {"processor": platform.machine(), "threads": int(os.environ.get("OMP_NUM_THREADS", "0"))},
        "molecules": len(library),
        "bytes_per_molecule": round(size / len(library), 1),
        "open_s": round(statistics.median(opening), 3),
        "cold_process_s": round(_cold(options.library), 2),
        "memory_pass_ms": round(1e3 * min(_times(lambda: _read_once(library), 3)), 1),
        "queries": _query_times(engine, library, cases),
        "filtered": _filtered_times(engine, library, cases),
        "batch_per_s": _batch_rate(engine, library, cases),
        "peak_memory_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2),
        "exhaustive_median_ms": _exhaustive_times(engine, library, cases[:10]),
        "brute_force_768_ms": round(1e3 * _brute_force(len(library)), 1),
        "stages": _stages(engine, library, cases, homes),
        "agreement_with_everything": _agreement(engine, library, cases[: options.everything]),
    }
    text = json.dumps(result, indent=2) + "\n"
    print(text, end="")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(text)


def _kinds(case: Case) -> dict[str, Spectrum]:
    """Each kind of spectrum of a molecule; the disturbed one lacks peaks or has foreign ones, and is reproducible."""
    disturbed, _ = case.disturbed(np.random.default_rng(case.row))
    return {
        "per_carbon": case.per_carbon(),
        "distinct": case.distinct(),
        "disturbed": disturbed,
    }


def _query_times(engine: Engine, library: Library, cases: Sequence[Case]) -> dict[str, Any]:
    """Median and longest time of one `search` without filters, warm, in milliseconds."""
    found = {}
    for kind in ("per_carbon", "distinct"):
        asked = [_kinds(c)[kind] for c in cases[:40]]
        engine.search(asked[0], library)
        times = [_once(lambda a=a: engine.search(a, library)) for a in asked]
        found[kind] = {"median_ms": round(1e3 * statistics.median(times), 1), "most_ms": round(1e3 * max(times), 1)}
    return found


def _filtered_times(engine: Engine, library: Library, cases: Sequence[Case]) -> dict[str, float]:
    found: dict[str, list[float]] = {"formula": [], "mass_5_ppm": []}
    molecules = [parse_smiles(s) for s in (library.smiles(i) for i in range(0, len(library), len(library) // 20))]
    for case, molecule in zip(cases, molecules, strict=False):
        spectrum = case.distinct()
        formula, mass = Filters(formula=molecule.formula), Filters(mass_da=molecule.exact_mass_da, mass_tolerance_ppm=5)
        for name, filters in (("formula", formula), ("mass_5_ppm", mass)):
            found[name].append(_once(lambda s=spectrum, f=filters: engine.search(s, library, filters=f)))
    return {f"{name}_median_ms": round(1e3 * statistics.median(times), 2) for name, times in found.items()}


def _exhaustive_times(engine: Engine, library: Library, cases: Sequence[Case]) -> dict[str, float]:
    """Median time of an exhaustive search, in milliseconds."""
    found = {}
    for kind in ("per_carbon", "distinct"):
        asked = [_kinds(c)[kind] for c in cases]
        times = [_once(lambda a=a: engine.search(a, library, exhaustive=True)) for a in asked]
        found[kind] = round(1e3 * statistics.median(times))
    return found


def _batch_rate(engine: Engine, library: Library, cases: Sequence[Case]) -> dict[str, float]:
    """Spectra per second in one batch."""
    rates = {}
    for kind in ("per_carbon", "distinct"):
        spectra = [_kinds(c)[kind] for c in cases]
        took = _once(lambda s=spectra: list(engine.search_many(s, library)))
        rates[kind] = round(len(spectra) / took, 1)
    return rates


def _stages(engine: Engine, library: Library, cases: Sequence[Case], homes: Sequence[list[int]]) -> dict[str, Any]:
    """Share of the queries whose molecule (by connectivity) survives each stage, is in the top ten, and is first."""
    result: dict[str, Any] = {"queries": len(cases), "kept_by_similarity": MATCHED_QUICKLY, "kept": MATCHED_EXACTLY}
    for kind in _KINDS:
        passed = []
        for case, home in zip(cases, homes, strict=True):
            if home:
                passed.append(_passes(engine, library, _kinds(case)[kind], home))
        names = ("similarity", "quick_match", "top_10", "top_1")
        result[kind] = {n: round(float(np.mean([p[i] for p in passed])), 4) for i, n in enumerate(names)}
        result[kind]["in_library"] = len(passed)
    return result


def _passes(engine: Engine, library: Library, spectrum: Spectrum, home: list[int]) -> tuple[bool, bool, bool, bool]:
    question = engine.query(spectrum)
    (graph,) = all_similarities([question], library, charged=True)
    similar = bool((graph > graph[home].max()).sum() < MATCHED_QUICKLY)
    seen = rescored(engine, question, find_candidates(question, library, NO_FILTERS))
    places = np.flatnonzero(np.isin(seen.found.rows, home))
    first = int(places[0]) if len(places) else len(seen.found.rows)
    return similar, len(places) > 0, first < _TOP, first == 0


def _agreement(engine: Engine, library: Library, cases: Sequence[Case]) -> dict[str, float]:
    """Share of the ten best molecules of a complete scoring that the search also finds."""
    shares = {}
    for kind in _KINDS:
        questions = [engine.query(_kinds(case)[kind]) for case in cases]
        hits = [best_rows(q, find_candidates(q, library, NO_FILTERS)) for q in questions]
        same = [agreement(q, library, found) for q, found in zip(questions, hits, strict=True)]
        shares[kind] = round(float(np.mean(same)), 4)
    return {"queries": len(cases), **shares}


def _home(library: Library, smiles: str, key: str) -> list[int]:
    """The rows with the same connectivity as a molecule, found among its isomers."""
    parts = library.filter(Filters(formula=parse_smiles(smiles).formula))
    rows = [int(start + r) for start, part in zip(library.starts[:-1], parts, strict=True) for r in part]
    return [row for row in rows if parse_smiles(library.smiles(row)).inchi_key[:14] == key]


def _read_once(library: Library) -> float:
    """Read every embedding and every shift: the lower limit for a search."""
    return float(sum(int(s.embedding.view(np.uint64).max()) + int(s.classes.shift.max()) for s in library.shards))


def _brute_force(rows: int) -> float:
    """Seconds of CReSS's search (Yang et al. 2021): one product of float32 × 768 with the query, and the best ten."""
    import torch

    rng = np.random.default_rng(0)
    blocks = [
        torch.from_numpy(rng.standard_normal((min(_CRESS_BLOCK, rows - i), _CRESS_WIDTH), np.float32))
        for i in range(0, rows, _CRESS_BLOCK)
    ]
    query = torch.randn(_CRESS_WIDTH)
    return min(_times(lambda: torch.cat([b @ query for b in blocks]).topk(_TOP), 3))


def _cold(library: Path) -> float:
    command = [sys.executable, "-c", _COMMAND, "search", "--peaks", "170.2 21.0", "--library", str(library)]
    return statistics.median(_times(lambda: subprocess.run(command, check=True, capture_output=True), 2))


def _once(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _times(call: Callable[[], object], repeats: int) -> list[float]:
    call()
    return [_once(call) for _ in range(repeats)]


if __name__ == "__main__":
    main()
