"""Shifts that another model, the teacher, predicts for molecules that no one measured, as training arrays."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset, write_dataset
from km3aid.data.folds import connectivity
from km3aid.data.nmrshiftdb2 import UNKNOWN_MULTIPLICITY, AssignedSpectrum, Record, described
from km3aid.data.prepare import flatten
from km3aid.errors import DataError, MoleculeError
from km3aid.files import sha256_of
from km3aid.molecules import parse_smiles
from km3aid.molecules.read import read_structures

_HYDROGENS, _CARBON = 4, 6
_COLUMNS = ("line", "shift_ppm", "spread_ppm")

# Why a label is left out.
BAD_STRUCTURE = "label dropped: the structure cannot be read or has no InChIKey"
EXCLUDED = "label dropped: the connectivity is excluded"
OTHER_COUNT = "label dropped: not one shift for every carbon"


class _Label(NamedTuple):
    line: int  # of the pool, from 0
    shift_ppm: Sequence[float]  # of every carbon, in the order of the SMILES
    spread_ppm: Sequence[float]


def prepare_taught(pool: str | Path, labels: Sequence[Path], exclude: Path, out: str | Path) -> dict[str, Any]:
    """Write the molecules of `pool` that have `labels` as training arrays to the folder `out`.

    `pool` is a list of SMILES; a label file is Parquet with the columns `line` (of the pool, from 0), `shift_ppm` and
    `spread_ppm` (one of each for every carbon, in ppm); `exclude` is a JSON list of the first 16 hexadecimal digits of
    SHA-256 of every connectivity that must not train. Returns what `meta.json` holds; raises `DataError`.
    """
    found = {label.line: label for label in chain.from_iterable(map(_read_labels, labels))}
    barred = frozenset(_read_exclusions(exclude))
    records: list[Record] = []
    faults: Counter[str] = Counter()
    for line, (smiles, _) in enumerate(read_structures(pool)):
        if line in found:
            record = _record(smiles, found[line], barred)
            if isinstance(record, Record):
                records.append(record)
            else:
                faults[record] += 1
    if not records:
        raise DataError(f"{pool}: no molecule has a usable label; give the pool that the labels were made for")
    meta = {
        "source": Path(pool).name,
        "source_sha256": sha256_of(Path(pool)),
        "labels_sha256": [sha256_of(path) for path in labels],
        "molecules": len(records),
        "left_out": dict(sorted(faults.items())),
    }
    write_dataset(out, flatten(records), meta)
    return meta


def may_train(taught: Dataset, data: Dataset, train: NDArray[np.int64]) -> NDArray[np.int64]:
    """The rows of `taught` whose connectivity no molecule of `data` has but those that `train`."""
    others = np.ones(len(data), bool)
    others[train] = False
    barred = np.unique(connectivity(data.inchi_key[others]))
    return np.flatnonzero(~np.isin(connectivity(taught.inchi_key), barred))


def _record(smiles: str, label: _Label, barred: frozenset[str]) -> Record | str:
    """The label as a record, or why it is left out."""
    try:
        molecule = parse_smiles(smiles)
        block = molecule.inchi_key[:14]
    except (MoleculeError, RuntimeError):
        return BAD_STRUCTURE
    if not block:
        return BAD_STRUCTURE
    if hashlib.sha256(block.encode()).hexdigest()[:16] in barred:
        return EXCLUDED
    graph, symmetry, splits = described(molecule)
    carbons = graph.atoms[:, 0] == _CARBON
    if not len(label.shift_ppm) == len(label.spread_ppm) == np.count_nonzero(carbons):
        return OTHER_COUNT
    shift, noise = np.full(len(carbons), np.nan, np.float32), np.zeros(len(carbons), np.float32)
    shift[carbons], noise[carbons] = label.shift_ppm, label.spread_ppm
    multiplicity = np.where(carbons, graph.atoms[:, _HYDROGENS], UNKNOWN_MULTIPLICITY).astype(np.uint8)
    spectrum = AssignedSpectrum(shift, multiplicity, noise)
    return Record(-1, molecule.smiles, molecule.inchi_key, graph, symmetry, splits, (spectrum,))


def _read_labels(path: Path) -> Iterator[_Label]:
    try:
        table = pyarrow.parquet.read_table(path, columns=list(_COLUMNS))
    except (OSError, ValueError) as error:  # ArrowInvalid is a ValueError
        raise DataError(f"{path}: no labels ({error}); expected Parquet with {', '.join(_COLUMNS)}") from error
    return map(_Label._make, zip(*(table[name].to_pylist() for name in _COLUMNS), strict=True))


def _read_exclusions(path: Path) -> list[str]:
    try:
        hashes = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read ({error}); expected a JSON list of hashes") from error
    if not isinstance(hashes, list) or not all(isinstance(text, str) for text in hashes):
        raise DataError(f"{path}: expected a JSON list of hashes")
    return hashes
