"""How building and searching grow with the library, on one machine and on local Ray nodes; writes results/cluster.json.

    python benchmarks/cluster.py --structures library.smi.gz --rows 10000 100000 --out results/cluster.json

Every node has one processor of the same machine: more nodes than cores show the overhead, not a gain. Sizes already in
the file are kept, so that larger ones can be added later.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

import km3aid
from km3aid.engine import Engine
from km3aid.library import BuildOptions, BuildReport, Filters, Library
from km3aid.library.build import SHARD_RECORDS
from km3aid.library.keys import SeenKeys
from km3aid.molecules.read import read_structures
from km3aid.ray_cluster import connect
from km3aid.search.searchable import Searchable
from km3aid.spectra import Spectrum, read_spectra

EXAMPLES = Path(km3aid.__file__).parent / "examples"
NODES = (1, 2, 4)
CHUNK = 512
CLUSTER_BUILD_ROWS = 20_000  # the clusters build only the first of a larger input
MODES = {"per_carbon": True, "distinct": False}
STORE = {"object_store_memory": 200 << 20, "include_dashboard": False}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--structures", type=Path, required=True)
    parser.add_argument("--rows", type=int, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    result: dict[str, Any] = json.loads(options.out.read_text()) if options.out.exists() else {"rows": {}}
    result["command"] = "benchmarks/cluster.py"
    result["machine"] = {"processor": platform.machine(), "cores": os.cpu_count()}
    result["keys_ns_per_stored_molecule"] = key_cost()
    engine = Engine.load(device="cpu")
    for rows in options.rows:
        result["rows"][str(rows)] = measure(engine, options.structures, rows)
        options.out.write_text(json.dumps(result, indent=2) + "\n")
        print(json.dumps(result["rows"][str(rows)]), flush=True)


def measure(engine: Engine, structures: Path, rows: int) -> dict[str, Any]:
    """Build and search of the first `rows` structures."""
    spectra = [read_spectra(str(path))[0] for path in sorted(EXAMPLES.glob("*.txt"))]
    options = BuildOptions(shard_records=min(SHARD_RECORDS, CHUNK * max(1, rows // (8 * CHUNK))))
    few = min(rows, CLUSTER_BUILD_ROWS)
    with tempfile.TemporaryDirectory() as folder:
        path, again = Path(folder) / "lib", Path(folder) / "few"
        report, seconds = build(engine, structures, rows, path, options, workers=os.cpu_count())
        began = time.perf_counter()
        library = Library.open(path)
        opened = time.perf_counter() - began
        here = engine.open_library(path)
        expected = answers(engine, here, spectra)
        found: dict[str, Any] = {
            "molecules": report.molecules,
            "shards": len(library.shards),
            "build_molecules_per_s": round(rows / seconds),
            "bytes_per_molecule": library.info()["bytes_per_molecule"],
            "open_s": round(opened, 3),
            "one_machine": query_times(engine, here, spectra),
            "nodes": {},
        }
        if few < rows:
            build(engine, structures, few, again, options, workers=os.cpu_count())
        for nodes in NODES:
            with ray_nodes(nodes), connect("auto"):
                build(engine, structures, CHUNK * nodes, Path(folder) / "warm", options, on_cluster=True)
                target = Path(folder) / f"nodes-{nodes}"
                _, seconds = build(engine, structures, few, target, options, on_cluster=True)
                began = time.perf_counter()
                spread = engine.open_library(path, on_cluster=True)
                opened = time.perf_counter() - began
                found["nodes"][str(nodes)] = {
                    "build_molecules_per_s": round(few / seconds),
                    "same_files": contents(target) == contents(again if few < rows else path),
                    "open_s": round(opened, 2),
                    "same_hits": answers(engine, spread, spectra) == expected,
                    **query_times(engine, spread, spectra),
                }
    return found


@contextmanager
def ray_nodes(count: int) -> Iterator[None]:
    """A Ray cluster of `count` nodes with one processor each, and a head that computes nothing."""
    import ray
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, **STORE})
    try:
        for _ in range(count):
            cluster.add_node(num_cpus=1, **STORE)
        cluster.wait_for_nodes()
        ray.init(cluster.address, logging_level="error", log_to_driver=False)
        yield
    finally:
        ray.shutdown()
        cluster.shutdown()


def build(
    engine: Engine, structures: Path, rows: int, path: Path, options: BuildOptions, **how: Any
) -> tuple[BuildReport, float]:
    """The report of a build and the seconds it took, including the start of its processes."""
    began = time.perf_counter()
    fresh = BuildOptions(options.deduplicate, options.shard_records, overwrite=True)
    report = engine.build_library(islice(read_structures(structures), rows), path, options=fresh, **how)
    return report, time.perf_counter() - began


def query_times(engine: Engine, library: Searchable, spectra: Sequence[Spectrum]) -> dict[str, float]:
    """Median times of single queries, without a filter and with one formula, and the queries per second of a batch."""
    result = {}
    for name, per_carbon in MODES.items():
        asked = [replace(s, one_per_carbon=per_carbon) for s in spectra]
        result[f"{name}_ms"] = _median_ms(engine, library, asked, Filters())
    result["formula_ms"] = _median_ms(engine, library, spectra, Filters(formula="C9H8O4"))
    began = time.perf_counter()
    many = (list(spectra) * 16)[:64]
    list(engine.search_many(many, library))
    result["batch_per_s"] = round(len(many) / (time.perf_counter() - began), 1)
    return result


def _median_ms(engine: Engine, library: Searchable, spectra: Sequence[Spectrum], filters: Filters) -> float:
    times = []
    for spectrum in [spectra[0], *(list(spectra) * 3)]:
        began = time.perf_counter()
        engine.search(spectrum, library, filters=filters)
        times.append(time.perf_counter() - began)
    return round(statistics.median(times[1:]) * 1e3, 1)


def answers(engine: Engine, library: Searchable, spectra: Sequence[Spectrum]) -> list[Any]:
    """All hits of the spectra one by one and as a batch, to the last digit."""
    asked = [replace(s, one_per_carbon=p) for p in MODES.values() for s in spectra]
    alone = [engine.search(s, library).hits for s in asked]
    return alone + [hits.hits for hits in engine.search_many(spectra, library)]


def contents(path: Path) -> dict[str, bytes]:
    """Every file of a library."""
    return {file.name: file.read_bytes() for file in path.iterdir() if file.name != ".lock"}


def key_cost(stored: int = 10_000_000) -> float:
    """Nanoseconds per stored molecule to find the duplicates in a new shard."""
    rng = np.random.default_rng(0)
    keys = SeenKeys([rng.integers(0, 2**63, stored, np.uint64)])
    began = time.perf_counter()
    keys.add(rng.integers(0, 2**63, SHARD_RECORDS, np.uint64))
    return round((time.perf_counter() - began) / stored * 1e9, 1)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", str(os.cpu_count()))
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    main()
