"""The reference library of the zero-shot retrieval: distinct molecules in one random order, the pool."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.errors import DataError, MoleculeError
from km3aid.files import replacing, write_json
from km3aid.molecules import parse_smiles

SEED = 42
STRUCTURES, _KEYS, _META = "pool.smi", "pool-keys.npy", "pool.json"
_CHUNK = 256


def build_pool(sources: Sequence[Path], folder: Path, size: int, seed: int = SEED, workers: int = 1) -> Path:
    """Write the first `size` distinct molecules of the sources in a seeded random order; returns the SMILES file.

    A molecule's name is its place in that order. Equal InChIKeys are one molecule; what cannot be read or has no carbon
    or no InChIKey is left out and counted.
    """
    structures = list(dict.fromkeys(s for source in sources for s in _read_smiles(source)))
    order = np.random.RandomState(seed).permutation(len(structures))
    keys: dict[str, None] = {}
    counts = {"read": 0, "duplicates": 0, "unusable": 0}
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / STRUCTURES) as part, open(part, "w", encoding="utf-8") as out:
        for smiles, key in _with_keys((structures[i] for i in order), workers):
            counts["read"] += 1
            if not key:
                counts["unusable"] += 1
            elif key in keys:
                counts["duplicates"] += 1
            else:
                out.write(f"{smiles} {len(keys)}\n")
                keys[key] = None
            if len(keys) == size:
                break
    np.save(folder / _KEYS, np.array(list(keys), "S27"))
    meta = {"molecules": len(keys), "seed": seed, "sources": [s.name for s in sources], **counts}
    write_json(folder / _META, meta, indent=1)
    return folder / STRUCTURES


def read_pool(folder: Path) -> tuple[NDArray[np.bytes_], dict[str, Any]]:
    """InChIKeys (N,) of the pool in its order, and its description; raises `DataError` where there is none."""
    try:
        keys: NDArray[np.bytes_] = np.load(folder / _KEYS, allow_pickle=False)
        return keys, json.loads((folder / _META).read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"{folder}: no pool here; run `km3aid reproduce --table 2`, which draws it") from error


def pool_structures(folder: Path) -> Iterator[tuple[str, str | None]]:
    """SMILES and name of every molecule of the pool, in its order."""
    with open(folder / STRUCTURES, encoding="utf-8") as file:
        for line in file:
            smiles, name = line.split()
            yield smiles, name


def _read_smiles(source: Path) -> Iterator[str]:
    with gzip.open(source, "rt") if source.suffix == ".gz" else source.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield line.split()[0]


def _with_keys(structures: Iterable[str], workers: int) -> Iterator[tuple[str, str]]:
    if workers == 1:
        yield from map(_with_key, structures)
        return
    with get_context("spawn").Pool(workers) as processes:
        yield from processes.imap(_with_key, structures, _CHUNK)


def _with_key(smiles: str) -> tuple[str, str]:
    try:
        return smiles, parse_smiles(smiles).inchi_key
    except MoleculeError:
        return smiles, ""
