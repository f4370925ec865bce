"""For train-on-gpu.sh, in its folder: copy what there is to the folder OUT: weights in half precision, and logs."""

from __future__ import annotations

import shutil
import sys
import tarfile
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file


def main() -> None:
    out = Path(sys.argv[1])
    for last in Path().glob("*/last.safetensors"):
        finished, target, writing = (
            last.with_name("model.safetensors"),
            out / f"{last.parent}.safetensors",
            out / "writing",
        )
        if finished.is_file():
            shutil.copy(finished, writing)
        else:
            halve(last, writing)
        writing.replace(target)
    with tarfile.open(out / "logs.tar.gz", "w:gz") as archive:
        for pattern in ("log/*", "*/metrics.csv", "*/run.json"):
            for path in sorted(Path().glob(pattern)):
                archive.add(path)


def halve(source: Path, target: Path) -> None:
    with safe_open(source, "numpy") as file:
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        halves = {name: a.astype(np.float16) if a.dtype.kind == "f" else a for name, a in arrays.items()}
        save_file(halves, target, file.metadata())


if __name__ == "__main__":
    main()
