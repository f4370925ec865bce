"""Compare what could compute the model without torch, with torch beside it; write the figures and a page.

    python benchmarks/runtime.py --structures FILE.smi.gz --out results/runtime.json --page docs/runtime.md

Needs what is compared: `pip install onnx onnxruntime openvino torch`. All compute the graphs in the bundled model file
on the same molecules, as many at once as suits each best. Rates are molecules per second of processor time, so that
whatever else runs on the machine hardly counts; with two cores, of two processes at the same time, added up.
"""

from __future__ import annotations

import argparse
import io
import json
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import metadata, resources
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from km3aid.data.batches import GraphBatch, collate
from km3aid.errors import MoleculeError
from km3aid.models.network import Encoded
from km3aid.models.weights import ModelFile, read_model_file
from km3aid.molecules import MolGraph, featurise, parse_smiles
from km3aid.molecules.read import read_structures

MOLECULES, COMPARED, REPEATS = 1024, 100, 3
TOGETHER = (32, 128)
PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_28_aarch64", "macosx_14_0_arm64", "win_amd64")
Encode = Callable[[GraphBatch], Encoded]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--structures", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--page", type=Path)
    parser.add_argument("--only", choices=RUNTIMES, help="one runtime: measure its rate in this process")
    parser.add_argument("--start", choices=RUNTIMES, help="one runtime: encode one molecule and end")
    options = parser.parse_args()
    file = read_model_file(str(resources.files("km3aid") / "weights" / "best.safetensors"))
    if options.start:
        RUNTIMES[options.start](file)(collate([featurise(parse_smiles("CCO").mol)]))
        return
    if options.only:
        print(json.dumps(rates(RUNTIMES[options.only](file), molecules(options.structures))))
        return
    result = {
        "machine": {"processor": platform.processor() or platform.machine(), "system": platform.system()},
        "molecules": MOLECULES,
        "runtimes": {name: measured(name, file, options.structures) for name in RUNTIMES},
        "km3aid": {"model_sha256": file.sha256},
    }
    text = json.dumps(result, indent=2) + "\n"
    print(text, end="")
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    if options.page:
        write_table(options.page, result["runtimes"])


def _onnxruntime(file: ModelFile) -> Encode:
    from km3aid.models.onnx_network import OnnxNetwork

    return OnnxNetwork(file, threads=1).encode


def _openvino(precision: str) -> Callable[[ModelFile], Encode]:
    def load(file: ModelFile) -> Encode:
        import openvino

        settings = {"INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": precision}
        core = openvino.Core()
        model = core.compile_model(core.read_model(io.BytesIO(whole(file))), "CPU", settings)
        return lambda graph: Encoded._make(model(inputs(graph)).values())

    return load


def _numpy(file: ModelFile) -> Encode:
    import onnx
    from onnx.reference import ReferenceEvaluator

    model = ReferenceEvaluator(onnx.load_from_string(whole(file)))
    return lambda graph: Encoded._make(model.run(None, inputs(graph)))


def _torch(file: ModelFile) -> Encode:
    import torch

    from km3aid.models.torch_network import TorchNetwork

    torch.set_num_threads(1)
    return TorchNetwork(file, "cpu").encode


RUNTIMES: dict[str, Callable[[ModelFile], Encode]] = {
    "ONNX Runtime": _onnxruntime,
    "OpenVINO": _openvino("f32"),
    "OpenVINO, bfloat16": _openvino("bf16"),
    "NumPy": _numpy,
    "torch": _torch,
}
PACKAGES = {"ONNX Runtime": "onnxruntime", "OpenVINO": "openvino", "OpenVINO, bfloat16": "openvino", "torch": "torch"}


def whole(file: ModelFile) -> bytes:
    """The graph that encodes molecules, with its weights in it."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load_from_string(file.graphs["encode"])
    for initializer in model.graph.initializer:
        if initializer.name in file.weights:
            initializer.CopyFrom(numpy_helper.from_array(file.single(initializer.name), initializer.name))
    return bytes(model.SerializeToString())


def inputs(graph: GraphBatch) -> dict[str, Any]:
    """The fields of a batch as the graph takes them."""
    return {k: np.zeros(v, np.float32) if isinstance(v, int) else v for k, v in graph._asdict().items()}


def molecules(structures: Path) -> list[MolGraph]:
    """The first molecules of a file."""
    found: list[MolGraph] = []
    for smiles, _ in islice(read_structures(structures), 2 * MOLECULES):
        try:
            found.append(featurise(parse_smiles(smiles).mol))
        except MoleculeError:
            continue
    return found[:MOLECULES]


def rates(encode: Encode, graphs: list[MolGraph]) -> dict[str, Any]:
    """Molecules per second of processor time, with the number encoded at once that is best."""
    best: dict[str, Any] = {"molecules_per_s": 0.0}
    for together in TOGETHER:
        batches = [collate(graphs[n : n + together]) for n in range(0, len(graphs), together)]
        times = []
        for _ in range(REPEATS):
            began = time.process_time()
            for batch in batches:
                encode(batch)
            times.append(time.process_time() - began)
        rate = len(graphs) / min(times[1:])
        if rate > best["molecules_per_s"]:
            best = {"molecules_per_s": round(rate), "together": together}
    return best


def measured(name: str, file: ModelFile, structures: Path) -> dict[str, Any]:
    """All figures of one runtime."""
    command = [sys.executable, __file__, "--structures", str(structures)]
    alone = json.loads(subprocess.run([*command, "--only", name], capture_output=True, check=True).stdout)
    both = [subprocess.Popen([*command, "--only", name], stdout=subprocess.PIPE) for _ in range(2)]
    answers = [json.loads(process.communicate()[0]) for process in both]
    return {
        "one_core": alone,
        "two_cores": {"molecules_per_s": sum(a["molecules_per_s"] for a in answers)},
        "start_cpu_s": start_time([*command, "--start", name]),
        "largest_difference": differences(RUNTIMES[name](file), _torch(file), molecules(structures)[:COMPARED]),
        **installed(PACKAGES.get(name, "numpy")),
    }


def start_time(command: list[str]) -> float:
    """Seconds of processor time of a process that loads the model and encodes one molecule, the best of five."""
    times = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return round(min(times), 2)


def differences(encode: Encode, reference: Encode, graphs: list[MolGraph]) -> dict[str, float]:
    """The largest difference from torch in each output."""
    batch = collate(graphs)
    pairs = zip(Encoded._fields, encode(batch), reference(batch), strict=True)
    return {name: float(f"{np.abs(ours - theirs).max():.1e}") for name, ours, theirs in pairs}


def installed(package: str) -> dict[str, Any]:
    """Version and size on disk of a package, and the platforms for which it has wheels."""
    bytes_on_disk = sum(f.locate().stat().st_size for f in metadata.files(package) or [] if f.locate().is_file())
    return {
        "package": package,
        "version": metadata.version(package),
        "mb_on_disk": round(bytes_on_disk / 1e6),
        "wheels": [name for name in PLATFORMS if has_wheel(package, metadata.version(package), name)],
    }


def has_wheel(package: str, version: str, name: str) -> bool:
    """Whether the registry has a wheel of this version for Python 3.12 on a platform."""
    asked = ["--only-binary=:all:", "--platform", name, "--python-version", "3.12", "--target", "unused"]
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-deps", "--quiet", *asked]
    plain = version.partition("+")[0]
    return subprocess.run([*command, f"{package}=={plain}"], capture_output=True, check=False).returncode == 0


def write_table(page: Path, runtimes: dict[str, Any]) -> None:
    """Write the table between the marks of the page."""
    columns = (
        "",
        "version",
        "MB on disk",
        "start, s",
        "molecules/s, one core",
        "two",
        "off, ppm",
        "embeddings",
        "wheels",
    )
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for name, found in runtimes.items():
        off = found["largest_difference"]
        lines.append(
            f"| {name} | {found['version']} | {found['mb_on_disk']} | {found['start_cpu_s']} | "
            f"{found['one_core']['molecules_per_s']:,} | {found['two_cores']['molecules_per_s']:,} | "
            f"{off['shift_ppm']:.0e} | {max(off['graph'], off['node']):.0e} | "
            f"{len(found['wheels'])} of {len(PLATFORMS)} |"
        )
    begin, end = "<!-- figures: written by benchmarks/runtime.py -->\n", "<!-- end of figures -->"
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    page.write_text(before + begin + "\n".join(lines) + "\n" + end + rest.partition(end)[2], encoding="utf-8")


if __name__ == "__main__":
    main()
