"""Compare engines that could hold a library; `make stores` runs this and writes results/stores.json.

Rows: the float32 graph embeddings of the molecules of `--library`, encoded again. Further rows are means of random
pairs of them plus a little noise, renormalised; such a row has the other columns of one of its pair. Queries: recorded
spectra, as distinct shifts, of molecules not used in training. Every step of an engine runs in its own process, on one
core with one thread. Processor time is reported beside wall time because other load disturbs it less.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from km3aid.library import BuildOptions, Filters, Library, open_builder
from km3aid.library.shard import _CLASS_FIELDS, quantise, read_table
from km3aid.matching.compiled.packed import PackedClasses
from km3aid.matching.compiled.quick_match import QuickMatch
from km3aid.matching.compiled.similarity import find_similar, pack_queries
from km3aid.matching.config import MatchConfig
from km3aid.spectra.spectrum import Spectrum

SEED, K, QUERIES, COLD, BLOCK = 0, 100, 100, 3, 98_304
NOISE = 0.1  # length of the noise in a row that is no real molecule
KINDS = {"none": 1.0, "mass": 0.01, "formula": 0.0005}  # filters, and roughly the share of rows that pass
PACKAGES = ("faiss-cpu", "usearch", "pylance", "numpy", "pyarrow", "numba")
Array = np.ndarray[Any, Any]


class Engine:
    """`build`, `open` and `search` of one engine, in the folder `work` with the rows.

    `side` holds the other columns, in a memory-mapped Arrow file; an engine that stores only vectors needs it.
    """

    module, alone = "numpy", True

    def __init__(self, work: Path, name: str) -> None:
        self.lib, self.kind, self.path = importlib.import_module(self.module), name.partition("-")[2], work / name
        self.vectors = np.load(work / "vectors.npy", mmap_mode="r")
        self.count, self.dim = self.vectors.shape
        self.filters = json.loads((work / "filters.json").read_text())
        (self.side,) = pa.ipc.open_file(pa.memory_map(str(work / "side.arrow"))).read_all().to_batches()
        self.code = self.side["formula"].dictionary.to_pylist().index(self.filters["formula"])

    def files(self) -> list[Path]:
        beside = [self.path.parent / "side.arrow"] if self.alone else []
        return beside + [f for f in (self.path, *self.path.rglob("*")) if f.is_file()]

    def blocks(self) -> Iterator[tuple[int, Array, pa.Table]]:
        for start in range(0, self.count, BLOCK):
            table = pa.Table.from_batches([self.side.slice(start, BLOCK)])
            yield start, np.array(self.vectors[start : start + BLOCK]), table

    def passing(self, kind: str) -> Array:
        """Rows that pass a filter, found in `side`."""
        if kind == "mass":
            centre, within = self.filters["mass"]
            return np.flatnonzero(np.abs(self.side["mass_da"].to_numpy() - centre) <= within)
        return np.flatnonzero(self.side["formula"].indices.to_numpy() == self.code)

    def match(self, classes: PackedClasses, carbons: Array) -> None:
        """The stage of a search that reads the shifts of every row."""
        spectrum, rows = Spectrum.from_shifts(self.filters["spectrum"]), np.arange(len(carbons), dtype=np.int32)
        QuickMatch(spectrum, MatchConfig())(classes, carbons, rows)


class Ours(Engine):
    """km3aid's own store: memory-mapped Arrow shards, 8-bit vectors, a compiled scan of the rows that pass."""

    alone = False

    def build(self) -> None:
        with open_builder(self.path, "none", "benchmark", BuildOptions()) as builder:
            for _, block, table in self.blocks():
                codes, scale = quantise(block)
                listed = pa.FixedSizeListArray.from_arrays(pa.array(codes.ravel()), self.dim)
                builder.copy(table.append_column("embedding", listed).append_column("scale", pa.array(scale)))
            builder.finish()

    def open(self) -> None:
        self.library = Library.open(self.path)
        mass = Filters(mass_da=self.filters["mass"][0], mass_tolerance_da=self.filters["mass"][1])
        self.conditions = {"none": Filters(), "mass": mass, "formula": Filters(self.filters["formula"])}

    def search(self, query: Array, kind: str) -> Array:
        shards, rows = self.library.shards, self.library.filter(self.conditions[kind])
        asked = pack_queries(query[None], [Spectrum.from_shifts([20.0])])
        score = [
            find_similar(s.embedding, s.scale, s.carbons, s.classes.offset, asked, r)[0].cosine
            for s, r in zip(shards, rows, strict=True)
        ]
        found = np.concatenate([start + r for start, r in zip(self.library.starts[:-1], rows, strict=True)])
        return found[best(np.concatenate(score))]

    def scan(self) -> None:
        for shard in self.library.shards:
            self.match(shard.classes, shard.carbons)


class Faiss(Engine):
    """FAISS with half precision, 8 bits or inverted lists with product quantisation; a filter is a list of rows."""

    module = "faiss"

    def build(self) -> None:
        codec, product = self.lib.ScalarQuantizer, self.lib.METRIC_INNER_PRODUCT
        if self.kind == "ivfpq":
            lists = round(self.count**0.5)
            index = self.lib.IndexIVFPQ(self.lib.IndexFlatIP(self.dim), self.dim, lists, 64, 8, product)
            index.cp.niter = index.pq.cp.niter = 10
            index.cp.max_points_per_centroid = index.pq.cp.max_points_per_centroid = 64
        else:
            bits = {"fp16": codec.QT_fp16, "sq8": codec.QT_8bit}[self.kind]
            index = self.lib.IndexScalarQuantizer(self.dim, bits, product)
        index.train(np.array(self.vectors[:: max(1, self.count // 65_536)]))
        for _, block, _ in self.blocks():
            index.add(block)
        self.lib.write_index(index, str(self.path))

    def open(self) -> None:
        self.index = self.lib.read_index(str(self.path))

    def search(self, query: Array, kind: str) -> Array:
        chosen = None if kind == "none" else self.lib.IDSelectorBatch(self.passing(kind))
        how = self.lib.SearchParametersIVF(sel=chosen, nprobe=64) if self.kind == "ivfpq" else None
        found = self.index.search(query[None], K, params=how or self.lib.SearchParameters(sel=chosen))[1][0]
        return found[found >= 0]


class Usearch(Engine):
    """usearch, a neighbour graph; its Python interface has no filters, so the hits of a wider search are filtered."""

    module = "usearch.index"

    def build(self) -> None:
        index = self.lib.Index(ndim=self.dim, metric="cos", dtype=self.kind, expansion_search=256)
        for start, block, _ in self.blocks():
            index.add(np.arange(start, start + len(block)), block, threads=1)
        index.save(str(self.path))

    def open(self) -> None:
        self.index = self.lib.Index.restore(str(self.path), view=True)

    def search(self, query: Array, kind: str) -> Array:
        wide = K if kind == "none" else min(self.count, 10_000)
        found = self.index.search(query, wide, threads=1).keys.astype(np.int64)
        return found if kind == "none" else found[np.isin(found, self.passing(kind))][:K]


class Lance(Engine):
    """Lance, LanceDB's format: half precision, flat or inverted lists; indices on mass and formula filter first."""

    module, alone = "lance", False

    def build(self) -> None:
        for start, block, table in self.blocks():
            vector = pa.FixedSizeListArray.from_arrays(pa.array(block.astype(np.float16).ravel()), self.dim)
            row = pa.array(np.arange(start, start + len(table), dtype=np.int32))
            table = table.set_column(2, "formula", table["formula"].cast(pa.string())).append_column("row", row)
            mode = "append" if start else "create"
            self.lib.write_dataset(table.append_column("vector", vector), str(self.path), mode=mode)
        data = self.lib.dataset(str(self.path))
        for column in ("mass_da", "formula"):
            data.create_scalar_index(column, "BTREE")
        if self.kind == "ivfpq":
            lists = round(self.count**0.5)
            data.create_index("vector", "IVF_PQ", metric="dot", num_partitions=lists, num_sub_vectors=64)

    def open(self) -> None:
        self.data = self.lib.dataset(str(self.path))
        centre, within = self.filters["mass"]
        mass = f"mass_da >= {centre - within!r} AND mass_da <= {centre + within!r}"
        self.conditions = {"none": None, "mass": mass, "formula": f"formula = '{self.filters['formula']}'"}

    def search(self, query: Array, kind: str) -> Array:
        nearest = {"column": "vector", "q": query, "k": K, "metric": "dot", "use_index": self.kind == "ivfpq"}
        if self.kind == "ivfpq":
            nearest["nprobes"] = 64
        columns, condition = ["row", "_distance"], self.conditions[kind]
        found = self.data.to_table(columns=columns, nearest=nearest, filter=condition, prefilter=True)
        return found["row"].to_numpy().astype(np.int64)

    def scan(self) -> None:
        for batch in self.data.to_batches(columns=["classes", "carbons"]):
            fields = (batch["classes"].values.field(name).to_numpy() for name in _CLASS_FIELDS)
            self.match(PackedClasses(batch["classes"].offsets.to_numpy(), *fields), batch["carbons"].to_numpy())


class Cress(Engine):
    """CReSS's search (Yang et al., Anal. Chem. 93 (2021) 16947): float32 × 768, one matrix product, the top K."""

    def turn(self) -> Array:
        """From 256 to 768 dimensions, preserving all angles and so the hits."""
        return np.linalg.qr(np.random.default_rng(SEED).standard_normal((768, self.dim)))[0].T.astype(np.float32)

    def build(self) -> None:
        with open(self.path, "wb") as file:
            for _, block, _ in self.blocks():
                file.write(block @ self.turn())

    def open(self) -> None:
        self.rows, self.turned = np.fromfile(self.path, np.float32).reshape(-1, 768), self.turn()

    def search(self, query: Array, kind: str) -> Array:
        if kind == "none":
            return best(self.rows @ (query @ self.turned))
        passing = self.passing(kind)
        return passing[best(self.rows[passing] @ (query @ self.turned))]


ENGINES = {"km3aid": Ours, "faiss-sq8": Faiss, "faiss-fp16": Faiss, "lance-flat": Lance, "cress": Cress,
           "faiss-ivfpq": Faiss, "usearch-i8": Usearch, "usearch-f16": Usearch, "lance-ivfpq": Lance}  # fmt: skip


def best(score: Array) -> Array:
    """Places of the K highest scores."""
    return np.argpartition(-score, K - 1)[:K] if len(score) > K else np.arange(len(score))


def timed(call: Callable[..., Any], *arguments: Any) -> tuple[float, float, Any]:
    """Wall and processor time of a call in milliseconds, and its answer."""
    began, cpu = time.perf_counter(), time.process_time()
    answer = call(*arguments)
    return (time.perf_counter() - began) * 1e3, (time.process_time() - cpu) * 1e3, answer


def run_step(step: str, work: Path, name: str) -> dict[str, Any]:
    """One step of one engine in this process: `build`, `cold` (open, first search) or `warm` (all searches)."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    engine = ENGINES[name](work, name)
    Path("/proc/self/clear_refs").write_text("5")  # reset the peak memory
    before = memory_mb("VmRSS")
    if step == "build":
        wall, cpu, _ = timed(engine.build)
        return {"s": wall / 1e3, "cpu_s": cpu / 1e3, "peak_mb": memory_mb("VmHWM") - before}
    for file in engine.files() if step == "cold" else ():
        with open(file, "rb") as opened:
            os.fsync(opened)
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)  # out of the page cache
    queries, truth = np.load(work / "queries.npy"), np.load(work / "truth.npz")
    out: dict[str, Any] = {"open_ms": timed(engine.open)[0], "first_ms": timed(engine.search, queries[0], "none")[0]}
    for kind in KINDS if step == "warm" else ():
        wall, cpu, found = zip(*(timed(engine.search, query, kind) for query in queries), strict=True)
        hits = sum(len(np.intersect1d(f, t)) for f, t in zip(found, truth[kind], strict=True))
        out[kind] = {"ms": statistics.median(wall), "cpu_ms": statistics.median(cpu), "recall": hits / truth[kind].size}
    out |= {"peak_mb": memory_mb("VmHWM") - before}
    if step == "warm" and not engine.alone:
        engine.scan()
        out["shifts_ms"], out["shifts_cpu_ms"] = sorted(timed(engine.scan)[:2] for _ in range(5))[2]
    return out


def memory_mb(field: str) -> int:
    """Memory of this process in MB, mapped files included."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(field))


def make_rows(work: Path, count: int, real: Array, queries: Array, spectrum: list[float], library: Path) -> None:
    """Write the engines' input: vectors, side columns, queries, filters and the true hits."""
    rng = np.random.default_rng(SEED)
    first, other = rng.integers(len(real), size=(2, count))
    known = rng.permutation(len(real))[:count]
    first[: len(known)] = other[: len(known)] = known
    vectors = np.lib.format.open_memmap(work / "vectors.npy", "w+", np.float32, (count, real.shape[1]))
    score = np.empty((len(queries), count), np.float32)
    for part in (slice(start, min(start + BLOCK, count)) for start in range(0, count, BLOCK)):
        noise = rng.standard_normal((part.stop - part.start, real.shape[1]), np.float32)
        noise *= NOISE / real.shape[1] ** 0.5 * (np.arange(part.start, part.stop) >= len(known))[:, None]
        mean = (real[first[part]] + real[other[part]]) / 2 + noise
        vectors[part] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        score[:, part] = queries @ vectors[part].T
    table = pa.concat_tables(read_table(file) for file in sorted(library.glob("shard-*.arrow"))).unify_dictionaries()
    table = table.drop_columns(["embedding", "scale"]).combine_chunks().take(first).combine_chunks()
    table = table.set_column(table.column_names.index("key"), "key", pa.array(np.arange(count, dtype=np.uint64)))
    with pa.ipc.new_file(str(work / "side.arrow"), table.schema) as writer:
        writer.write_table(table, max_chunksize=count)
    mass, code = table["mass_da"].to_numpy(), table["formula"].combine_chunks()
    centre, often = float(np.median(mass)), np.bincount(code.indices.to_numpy())
    formula = code.dictionary[int(np.abs(often / count - KINDS["formula"]).argmin())].as_py()
    filters = {"mass": [centre, float(np.quantile(np.abs(mass - centre), KINDS["mass"]))], "formula": formula}
    (work / "filters.json").write_text(json.dumps({**filters, "spectrum": spectrum}))
    np.save(work / "queries.npy", queries)
    passing = {kind: Engine(work, "").passing(kind) for kind in ("mass", "formula")}
    true = {kind: np.stack([rows[best(s[rows])] for s in score]) for kind, rows in passing.items()}
    np.savez(work / "truth.npz", none=np.stack([best(s) for s in score]), **true)


def encode(options: argparse.Namespace) -> tuple[Array, Array, list[float]]:
    """Embeddings of the library's molecules and of recorded spectra, and the shifts of one spectrum."""
    from km3aid import Engine as Model
    from km3aid.evaluation.block import open_validation_block
    from km3aid.evaluation.cases import make_cases

    model, library = Model.load(options.model, "cpu"), Library.open(options.library)
    library.check_model(model.model_sha256)
    data, rows, _ = open_validation_block(options.data, options.paper_ids, 0)
    cases = make_cases(model, data, np.random.default_rng(SEED).permutation(rows)[:QUERIES])
    spectra = [case.distinct() for case in cases]
    queries = np.stack([model.question(s, False).vector for s in spectra])
    kept = options.work / f"embeddings-{model.model_sha256[:12]}.npy"
    if not kept.exists():
        np.save(kept, model.embed([s for shard in library.shards for s in shard.smiles.to_pylist()]))
    return np.load(kept), queries, [p.shift_ppm for p in spectra[0]]


def measure(work: Path, name: str, limit_s: float) -> dict[str, Any]:
    """Run all steps of one engine, each in its own process."""

    def child(step: str) -> dict[str, Any]:
        command = [sys.executable, __file__, "--step", step, name, "--work", str(work)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=limit_s)
        return json.loads(done.stdout.splitlines()[-1], parse_float=lambda text: round(float(text), 4))

    remove(work / name)  # left by an interrupted run
    result: dict[str, Any] = {"load": os.getloadavg()[0]}
    try:
        result["build"] = child("build")
        engine = ENGINES[name](work, name)
        result["bytes_per_row"] = round(sum(f.stat().st_size for f in engine.files()) / engine.count, 1)
        cold = [child("cold") for _ in range(COLD)]
        result |= {f"cold_{key}": statistics.median(c[key] for c in cold) for key in ("open_ms", "first_ms")}
        result |= child("warm")
    except subprocess.TimeoutExpired:
        result["gave_up"] = f"a step took more than {limit_s:.0f} s"
    except subprocess.CalledProcessError as error:
        result["failed"] = f"exit code {error.returncode}"
    remove(work / name)
    return result


def remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("library", "data", "paper-ids", "model", "out"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="Folder for temporary files: 6 GB at a million rows.")
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--limit-s", type=float, default=3600, help="Time limit of one step.")
    parser.add_argument("--step", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        print(json.dumps(run_step(options.step[0], options.work, options.step[1])))
        return
    os.environ["OMP_NUM_THREADS"] = "1"
    options.work.mkdir(parents=True, exist_ok=True)
    encoded, result = encode(options), {"versions": {p: version(p) for p in PACKAGES}, "settings": {"seed": SEED}}
    for count in options.rows:
        make_rows(options.work, count, *encoded, options.library)
        result[str(count)] = found = {}
        for name in ENGINES:
            if name == "cress" and os.sysconf("SC_AVPHYS_PAGES") * 4096 < 5 * count * 768:
                found[name] = {"left_out": "too little memory"}
                continue
            found[name] = measure(options.work, name, options.limit_s)
            print(count, name, json.dumps(found[name]), file=sys.stderr)
            options.out.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
