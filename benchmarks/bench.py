"""Measure the hot paths on this machine and write the figures as JSON.

    python benchmarks/bench.py --data runs/prepared --structures FILE.smi.gz --out results/bench.json

`--data` is a folder written by `km3aid data prepare`, `--structures` a file of SMILES, `--library` a built library.
What is not given is not measured.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

import km3aid
from km3aid import Engine, read_spectra
from km3aid.data.batches import AS_RECORDED, cut_batch
from km3aid.data.dataset import Dataset, in_memory, open_dataset
from km3aid.encoding.chunks import chunks
from km3aid.encoding.processes import encode_in_processes
from km3aid.library import Library
from km3aid.models.build import build_model
from km3aid.models.config import model_config, read_preset
from km3aid.molecules import featurise, parse_smiles
from km3aid.molecules.read import read_structures
from km3aid.spectra import parse_journal, parse_peaks

EXAMPLES = Path(km3aid.__file__).parent / "examples"
ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
ASPIRIN_PEAKS = "170.2 169.8 151.3 134.9 132.5 126.2 124.0 122.2 21.0"
PAPER_MOLECULES = 16_400


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--structures", type=Path)
    parser.add_argument("--library", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    engine = Engine.load(device="cpu")
    result = {
        "machine": {"processor": platform.processor() or platform.machine(), "threads": torch.get_num_threads()},
        "matmul_gflops": matmul_rate(),
        "start": start_times(),
        "assign": assign_times(engine),
        "journal": journal_rates(),
    }
    if options.structures:
        result["encode"] = encode_rate(engine, options.structures)
    if options.library:
        result["search"] = search_times(engine, Library.open(options.library))
    if options.data:
        result["training"] = {
            name: training_step(name, in_memory(open_dataset(options.data))) for name in ("paper", "best")
        }
    text = json.dumps(result, indent=2) + "\n"
    print(text, end="")
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(text)


def matmul_rate(size: int = 2048) -> float:
    """GFLOP/s of a large single-precision matrix product, the best of several: the limit of the hardware."""
    a, b = torch.randn(size, size), torch.randn(size, size)
    return round(2 * size**3 / min(_times(lambda: a @ b, 8)) / 1e9, 1)


def training_step(preset: str, data: Dataset, steps: int = 12) -> dict[str, float]:
    """One step of a preset at batch size 128: time, floating-point operations and share of the matmul rate."""
    torch.manual_seed(0)
    model = build_model(model_config(read_preset(preset)["model"])).train()
    optimiser = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-3)
    rng = np.random.default_rng(0)
    complete = np.flatnonzero(data.complete)

    def step() -> None:
        rows = rng.choice(complete, 128, replace=False)
        batch = cut_batch(data, rows, data.spectrum_offset[rows], AS_RECORDED, rng)
        with torch.no_grad():
            frozen = model.frozen_features(batch.peaks)
        optimiser.zero_grad(set_to_none=True)
        model.losses(batch, frozen=frozen).total.backward()
        optimiser.step()

    step()
    with FlopCounterMode(display=False) as counter:
        step()
    seconds = statistics.median(_times(step, steps))
    rate, limit = counter.get_total_flops() / seconds / 1e9, matmul_rate()
    return {
        "step_ms": round(seconds * 1e3, 1),
        "gflop_per_step": round(counter.get_total_flops() / 1e9, 2),
        "share_of_matmul_rate": round(rate / limit, 3),
        "epoch_s": round(seconds * (PAPER_MOLECULES // 128), 1),
    }


def encode_rate(engine: Engine, file: Path, molecules: int = 10_000) -> dict[str, float]:
    """Molecules per second from SMILES to embeddings and shifts, and for the individual steps."""
    lines = list(islice(read_structures(file), molecules))
    workers = os.cpu_count() or 1
    alone = min(_times(lambda: sum(len(e.smiles) for e in engine.entries(lines)), 2))
    encoded = encode_in_processes(engine.path, chunks(lines * 3), workers)
    next(encoded)  # the processes have started
    began = time.perf_counter()
    number = sum(len(chunk.smiles) for chunk in encoded)
    spread = number / (time.perf_counter() - began)
    part = [(smiles, name) for smiles, name in lines if "CC" in smiles][:2000]
    parsing = min(_times(lambda: [parse_smiles(s) for s, _ in part], 2))
    parsed = [parse_smiles(s).mol for s, _ in part]
    featurising = min(_times(lambda: [featurise(m) for m in parsed], 2))
    return {
        "molecules_per_s": round(spread),
        "processes": workers,
        "molecules_per_s_one_process": round(len(lines) / alone),
        "parse_per_s_one_core": round(len(part) / parsing),
        "featurise_per_s_one_core": round(len(part) / featurising),
    }


def assign_times(engine: Engine) -> dict[str, float]:
    """`assign` of aspirin within one process, in milliseconds."""
    spectrum = parse_peaks(ASPIRIN_PEAKS)
    times = _times(lambda: engine.assign(ASPIRIN, spectrum), 60)
    return {"median_ms": round(statistics.median(times) * 1e3, 2)}


def journal_rates(lines: int = 2000) -> dict[str, dict[str, float]]:
    """Journal lines parsed per second on one core, and seconds for 100,000, with and without remarks on the shifts."""
    rng = np.random.default_rng(0)
    remarks = ["", "", " (C)", " (CH)", " (CH2)", " (2C)", " (C-7)", " (d, J = 21.3 Hz)"]

    def line(peaks: int, remarked: bool) -> str:
        shifts = [f"{s:.1f}{remarks[rng.integers(8)] if remarked else ''}" for s in rng.uniform(10, 200, peaks)]
        return f"13C NMR ({rng.choice([75, 101, 126])} MHz, {rng.choice(['CDCl3', 'DMSO-d6'])}) δ {', '.join(shifts)}."

    found = {}
    for name, peaks, remarked in (
        ("9_shifts", 9, False),
        ("19_shifts", 19, False),
        ("19_shifts_with_remarks", 19, True),
    ):
        texts = [line(peaks, remarked) for _ in range(lines)]
        seconds = min(_times(lambda texts=texts: [parse_journal(text) for text in texts], 5))
        found[name] = {"lines_per_s": round(lines / seconds), "s_for_100_000": round(seconds * 100_000 / lines, 1)}
    return found


def search_times(engine: Engine, library: Library) -> dict[str, float]:
    """`search` without filters, in milliseconds."""
    spectra = [read_spectra(str(path))[0] for path in sorted(EXAMPLES.glob("*.txt"))]
    times = [t for s in spectra for t in _times(lambda s=s: engine.search(s, library), 3)]
    return {"molecules": len(library), "median_ms": round(statistics.median(times) * 1e3, 1)}


def start_times() -> dict[str, float]:
    """Seconds that a whole process takes: the import, `--help` and one `assign`."""

    def run(*arguments: str) -> float:
        return statistics.median(
            _times(lambda: subprocess.run([sys.executable, *arguments], check=True, capture_output=True), 5)
        )

    command = ("-c", "from km3aid.cli import main; main()")
    return {
        "import_s": round(run("-c", "import km3aid"), 2),
        "help_s": round(run(*command, "--help"), 2),
        "assign_s": round(run(*command, "assign", ASPIRIN, "--peaks", ASPIRIN_PEAKS), 2),
    }


def _times(call: Callable[[], object], repeats: int) -> list[float]:
    """Seconds of each call, after a first call that is not counted."""
    call()
    found = []
    for _ in range(repeats):
        began = time.perf_counter()
        call()
        found.append(time.perf_counter() - began)
    return found


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", str(os.cpu_count()))
    main()
