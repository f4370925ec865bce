"""Write a library from encoded molecules, chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.errors import LibraryError
from km3aid.library.store import write_library
from km3aid.matching.prediction import ClassTable


class Entries(NamedTuple):
    """N encoded molecules."""

    smiles: list[str]
    names: list[str | None]
    formula: list[str]
    mass_da: list[float]
    embedding: NDArray[np.float32]  # (N, D)
    classes: ClassTable


class BuildReport(NamedTuple):
    """How many molecules went in, and which lines did not and why."""

    molecules: int
    skipped: list[tuple[int, str]]


def build_library(
    path: str | Path, chunks: Iterable[Entries], model_sha256: str, skipped: list[tuple[int, str]]
) -> BuildReport:
    """Join the chunks and write them to the folder `path`; `skipped` is filled while `chunks` is consumed."""
    parts = list(chunks)
    count = sum(len(part.smiles) for part in parts)
    if not count:
        first = f"; the first: line {skipped[0][0]}: {skipped[0][1]}" if skipped else ""
        raise LibraryError(f"no molecule to put into {path}: {len(skipped)} lines could not be read{first}")
    texts = [
        t.encode() for p in parts for pair in zip(p.smiles, p.names, strict=True) for t in (pair[0], pair[1] or "")
    ]
    arrays: dict[str, NDArray[Any]] = {
        "embedding": np.concatenate([p.embedding for p in parts]).astype(np.float16),
        "offset": _offsets([n for p in parts for n in np.diff(p.classes.offset)]),
        **{
            name: np.concatenate([getattr(p.classes, name) for p in parts])
            for name in ("shift_ppm", "scale_ppm", "hydrogens", "size")
        },
        "mass_da": np.array([m for p in parts for m in p.mass_da]),
        "formula": np.array([f.encode() for p in parts for f in p.formula]),
        "text": np.frombuffer(b"".join(texts), np.uint8),
        "text_offset": _offsets([len(t) for t in texts]),
    }
    write_library(path, arrays, {"molecules": count, "model_sha256": model_sha256, "skipped": len(skipped)})
    return BuildReport(count, skipped)


def _offsets(lengths: list[int]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
