"""For train-on-gpu.sh, in its folder: copy what there is to the folder OUT: weights in half precision, logs, labels."""

from __future__ import annotations

import shutil
import sys
import tarfile
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
from safetensors import safe_open
from safetensors.numpy import save_file


def main() -> None:
    out = Path(sys.argv[1])
    for name in ("library", "large"):
        finished, last = Path(name, "model.safetensors"), Path(name, "last.safetensors")
        target, writing = out / f"{name}.safetensors", out / "writing"
        if finished.is_file():
            shutil.copy(finished, writing)
        elif last.is_file():
            halve(last, writing)
        if writing.is_file():
            writing.replace(target)
    with tarfile.open(out / "logs.tar.gz", "w:gz") as archive:
        for pattern in ("log/*", "*/metrics.csv", "*/run.json"):
            for path in sorted(Path().glob(pattern)):
                archive.add(path)
    for pool in ("nmrshiftdb2", "pool"):
        files = sorted(Path(f"labels-{pool}").glob("*.parquet"))
        if files:
            table = pyarrow.concat_tables([pyarrow.parquet.read_table(path) for path in files]).sort_by("line")
            pyarrow.parquet.write_table(table, out / f"labels-{pool}.parquet", compression="zstd", compression_level=15)


def halve(source: Path, target: Path) -> None:
    with safe_open(source, "numpy") as file:
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        halves = {name: a.astype(np.float16) if a.dtype.kind == "f" else a for name, a in arrays.items()}
        save_file(halves, target, file.metadata())


if __name__ == "__main__":
    main()
