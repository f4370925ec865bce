"""Label a pool of molecules with the 13C shifts that the teacher, CSP5, predicts for them.

    python examples/label-with-csp5.py pool.smi.gz labels/ --exclude exclude.json --skip known.parquet --minutes 60

needs an environment with `csp5` 0.3.1 (PyPI, MIT) and pyarrow. Conformers are made on every core, the network runs in
batches on a GPU if there is one. Goes on where it stopped: now and then a file is added to the folder, with the columns
`line` (of the pool, from 0), `shift_ppm` and `spread_ppm` (half of the 16-84 % range; one of each for every carbon in
the order of the SMILES), as `km3aid data teach` reads them.
"""

from __future__ import annotations

import argparse
import ctypes
import gzip
import hashlib
import json
import os
import random
import sys
import time
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
from csp5 import api
from csp5._runtime import cascade_core as core
from rdkit import Chem, RDLogger

MODEL, SOLVENT, NUCLEUS = "csp5q-13c", "cdcl3", "13C"
ELEMENTS = {"H", "B", "C", "N", "O", "F", "Si", "P", "S", "Cl", "Br", "I"}
CHUNK, BATCH = 10, 192
TRIES, TRY_S = 3, 1  # of a conformer: an impossible ring configuration never gets one

_excluded: frozenset[str] = frozenset()
_largest = 0
_preprocessor: Any = None


def main() -> None:
    asked = arguments()
    keep_freed_memory()
    pool = read_pool(asked.pool)
    done = {line for path in [*asked.skip, *sorted(asked.out.glob("*.parquet"))] for line in lines_in(path)}
    chunks = list_of_chunks(len(pool), asked)
    work = [todo for chunk in chunks if (todo := [(line, pool[line]) for line in chunk if line not in done])]
    print(f"{len(pool)} molecules, {len(done)} of them labelled", flush=True)
    asked.out.mkdir(parents=True, exist_ok=True)
    excluded = frozenset(json.loads(asked.exclude.read_text())) if asked.exclude else frozenset()
    preprocessor = api._load_artifacts_cached(_spec().model_id, "cpu").preprocessor
    with get_context("fork").Pool(asked.processes, start, (excluded, asked.largest, preprocessor)) as workers:
        label(workers.imap_unordered(graphs, work), asked)
        workers.terminate()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pool", type=Path, help="SMILES, one a line, plain or .gz")
    parser.add_argument("out", type=Path, help="folder of the labels")
    parser.add_argument("--exclude", type=Path, help="JSON list of hashes of connectivities that must not be labelled")
    parser.add_argument("--skip", type=Path, action="append", default=[], help="Parquet with lines that have labels")
    parser.add_argument("--minutes", type=float, default=1e6)
    parser.add_argument("--every", type=float, default=60, help="seconds between two files")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--largest", type=int, default=50, help="heavy atoms of the largest molecule to label")
    parser.add_argument("--seed", type=int, default=0, help="of the order")
    parser.add_argument("--order", type=Path, help="lines of the pool to label, one a line, in this order")
    return parser.parse_args()


def list_of_chunks(lines: int, asked: argparse.Namespace) -> list[list[int]]:
    """The lines to label in tens: in the order that is asked for, or neighbours together in any order."""
    order = [int(line) for line in asked.order.read_text().split()] if asked.order else list(range(lines))
    chunks = [order[start : start + CHUNK] for start in range(0, len(order), CHUNK)]
    if not asked.order:
        random.Random(asked.seed).shuffle(chunks)
    return chunks


def keep_freed_memory() -> None:
    """Let glibc reuse large blocks: giving them back to the system slows the network down on a CPU."""
    if sys.platform.startswith("linux") and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)):
        for option, value in ((-3, 1 << 30), (-1, (1 << 31) - 1), (-2, 1 << 26)):  # mmap, trim, top pad; <malloc.h>
            mallopt(option, value)


def read_pool(path: Path) -> list[str]:
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        return [line.split()[0] if line.split() else "" for line in lines]


def lines_in(path: Path) -> list[int]:
    return pyarrow.parquet.read_table(path, columns=["line"])["line"].to_pylist()


def start(excluded: frozenset[str], largest: int, preprocessor: Any) -> None:
    """What every process of conformers knows."""
    global _excluded, _largest, _preprocessor
    _excluded, _largest, _preprocessor = excluded, largest, preprocessor
    core.EMBED_ATTEMPT_TIMEOUT_S = TRY_S
    RDLogger.DisableLog("rdApp.*")


def graphs(chunk: list[tuple[int, str]]) -> list[tuple[int, dict[str, Any]]]:
    """The input of the network for those molecules of a chunk that have a conformer: (line, graph)."""
    found = []
    for line, smiles in chunk:
        if not wanted(smiles):
            continue
        status, _, records = core._embed_worker((line, smiles, TRIES, 1, 0.0, 200, False, 0, None))
        if status != "ok" or not records:
            continue
        molecule = min(records, key=lambda record: record.get("conformer_rank", 0))["mol"]
        carbons = api._atom_indices_for_nucleus(molecule, NUCLEUS)
        if len(carbons) and api._geometry_failure_reason(molecule) is None:
            found += [(line, graph) for graph in _preprocessor.predict([(molecule, carbons)])]
    return found


def wanted(smiles: str) -> bool:
    """One fragment of usual elements, not too large, with carbon, and no excluded connectivity."""
    molecule = Chem.MolFromSmiles(smiles) if smiles and "." not in smiles else None
    if molecule is None or not 2 <= molecule.GetNumHeavyAtoms() <= _largest:
        return False
    symbols = {atom.GetSymbol() for atom in molecule.GetAtoms()}
    if "C" not in symbols or not symbols <= ELEMENTS:
        return False
    key = Chem.MolToInchiKey(molecule)[:14]
    return bool(key) and hashlib.sha256(key.encode()).hexdigest()[:16] not in _excluded


class _AsTheyAre:
    """Stands for the preprocessing, which the processes of conformers have done."""

    @staticmethod
    def predict(entries: Iterator[tuple[dict[str, Any], Any]]) -> Iterator[dict[str, Any]]:
        return (graph for graph, _ in entries)


def _spec() -> Any:
    return api.get_model_spec(NUCLEUS, model_name=MODEL, solvent=SOLVENT)


def label(found: Iterator[list[tuple[int, dict[str, Any]]]], asked: argparse.Namespace) -> None:
    """Predict in batches, and write a file of labels now and then."""
    end = time.monotonic() + 60 * asked.minutes
    artifacts = api._load_artifacts_cached(_spec().model_id, "auto")
    artifacts.preprocessor = _AsTheyAre
    solvent = api._solvent_context(_spec(), NUCLEUS, SOLVENT).solvent_id
    began = written = time.monotonic()
    waiting: list[tuple[int, dict[str, Any]]] = []
    labels: list[dict[str, Any]] = []
    total = 0
    for some in found:
        waiting += some
        now = time.monotonic()
        if len(waiting) >= BATCH or now > end:
            labels += predictions(waiting, artifacts, solvent)
            waiting = []
        if now > end or now - written > asked.every:
            total, written = total + write(labels, asked.out), now
            labels = []
            print(f"{total} in {now - began:.0f} s", flush=True)
            if now > end:
                return
    write(labels + predictions(waiting, artifacts, solvent), asked.out)


def predictions(waiting: list[tuple[int, dict[str, Any]]], artifacts: Any, solvent: int | None) -> list[dict[str, Any]]:
    """One label for each graph: line, shifts and spreads in the order of its carbons."""
    if not waiting:
        return []
    inputs = [graph for _, graph in waiting]
    carbons = [(graph["atom_index"] >= 0).nonzero()[0] for graph in inputs]
    try:
        table, _ = core._predict_from_mols_ready(
            mols_ready=inputs,
            atom_indices=carbons,
            mols_smiles=[""] * len(inputs),
            artifacts=artifacts,
            batch_size=len(inputs),
            dry_run=False,
            solvent_ids_per_mol=api._solvent_ids_for(solvent, len(inputs)),
            molecule_ids_per_mol=list(range(len(inputs))),
            **api._shift_guard_kwargs(NUCLEUS),
        )
    except Exception as error:  # a strange molecule must not end the run
        print(f"{len(inputs)} molecules left out: {error}", file=sys.stderr, flush=True)
        return []
    spread = ((table["shift_q84_ppm"] - table["shift_q16_ppm"]) / 2).round(2)
    labels = []
    for number, rows in table.assign(spread=spread).groupby("molecule_id", sort=True):
        labels.append(
            {
                "line": waiting[int(number)][0],
                "shift_ppm": rows["shift_ppm"].to_list(),
                "spread_ppm": rows["spread"].to_list(),
            }
        )
    return labels


def write(labels: list[dict[str, Any]], out: Path) -> int:
    """Add a file to the folder; returns how many labels it holds."""
    if labels:
        kinds = {"line": pyarrow.int32(), "shift_ppm": (some := pyarrow.list_(pyarrow.float32())), "spread_ppm": some}
        number = 1 + max((int(path.stem) for path in out.glob("*.parquet")), default=0)
        table = pyarrow.Table.from_pylist(labels, schema=pyarrow.schema(kinds))
        pyarrow.parquet.write_table(table, out / "writing", compression="zstd")
        (out / "writing").rename(out / f"{number:05d}.parquet")
    return len(labels)


if __name__ == "__main__":
    main()
