"""One shard of a library: a table of molecules, read from a mapped file without a copy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from km3aid.encoding.entries import Entries
from km3aid.errors import LibraryError
from km3aid.library.manifest import ShardFile
from km3aid.library.paths import Place
from km3aid.library.table import read_table
from km3aid.matching.compiled.packed import PackedClasses, pack_classes

_CLASS_FIELDS = ("shift", "spread", "hydrogens", "size", "splits")
_CLASS = pa.struct([("shift", pa.uint16()), *((name, pa.uint8()) for name in _CLASS_FIELDS[1:])])


@dataclass(frozen=True, slots=True)
class Shard:
    """N molecules as arrays, over the mapped file where it is local."""

    path: Place
    smiles: pa.StringArray
    names: pa.StringArray
    formula_code: NDArray[np.int32]  # (N,) into `formulas`
    formulas: pa.StringArray  # the distinct ones
    mass_da: NDArray[np.float64]  # (N,)
    carbons: NDArray[np.uint16]  # (N,)
    key: NDArray[np.uint64]  # (N,)
    embedding: NDArray[np.int8]  # (N, D) to be multiplied by `scale`
    scale: NDArray[np.float32]  # (N,)
    classes: PackedClasses

    def __len__(self) -> int:
        return len(self.mass_da)


def quantise(embedding: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Vectors (N, D) as 8-bit integers, and the scale (N,) of each: its largest component becomes 127."""
    scale = np.maximum(np.abs(embedding).max(1, initial=0.0), 1e-9) / 127
    return np.rint(embedding / scale[:, None]).astype(np.int8), scale.astype(np.float32)


def entries_table(parts: list[Entries]) -> pa.Table:
    """The molecules of consecutive entries as an Arrow table; it has no columns where there are none."""
    parts = [p for p in parts if p.smiles]
    if not parts:
        return pa.table({})
    columns = {
        "smiles": pa.array([s for p in parts for s in p.smiles], pa.string()),
        "name": pa.array([n for p in parts for n in p.names], pa.string()),
        "formula": pa.array([f for p in parts for f in p.formula], pa.string()),
        "mass_da": pa.array([m for p in parts for m in p.mass_da], pa.float64()),
        "key": pa.array(np.concatenate([p.key for p in parts]), pa.uint64()),
    }
    embedding, scale = quantise(np.concatenate([p.embedding for p in parts]))
    flat = pa.array(embedding.ravel())
    columns["embedding"] = pa.FixedSizeListArray.from_arrays(flat, embedding.shape[1])
    columns["scale"] = pa.array(scale)
    packed = [pack_classes(p.classes) for p in parts]
    lengths = np.concatenate([np.diff(p.offset) for p in packed])
    offset = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    fields = [np.concatenate([getattr(p, name) for p in packed]) for name in _CLASS_FIELDS]
    carbons = np.concatenate([[0], np.cumsum(fields[3], dtype=np.int64)])
    columns["carbons"] = pa.array((carbons[offset[1:]] - carbons[offset[:-1]]).astype(np.uint16))
    values = pa.StructArray.from_arrays([pa.array(f) for f in fields], fields=list(_CLASS))
    columns["classes"] = pa.ListArray.from_arrays(pa.array(offset), values)
    return pa.table(columns)


def shard_table(tables: list[pa.Table], keep: NDArray[np.bool_] | None = None) -> pa.Table:
    """Tables of entries joined to that of a shard: the rows that `keep` (N,) names, formulas as codes."""
    joined = pa.concat_tables([t for t in tables if len(t)]).combine_chunks()
    column = joined.schema.get_field_index("formula")
    joined = joined.set_column(column, "formula", joined.column(column).dictionary_encode())
    return joined if keep is None or keep.all() else joined.filter(pa.array(keep))


def open_shard(path: Place, described: ShardFile) -> Shard:
    """Open a shard and compare it with the manifest's description; raises `LibraryError`.

    This checks size, schema and offsets; `library verify` checks the checksum.
    """
    table = read_table(path)
    if (size := path.stat().st_size) != described.bytes:
        raise LibraryError(f"{path}: {size} bytes, expected {described.bytes}: damaged; build the library again")
    if len(table) != described.molecules:
        raise LibraryError(f"{path}: {len(table)} molecules, expected {described.molecules}; build it again")
    return view_shard(path, table)


def view_shard(path: Place, table: pa.Table) -> Shard:
    """The columns of a shard's table as arrays; raises `LibraryError`."""
    try:
        (batch,) = table.to_batches() or (pa.RecordBatch.from_pylist([], schema=table.schema),)
        column = {name: batch.column(name) for name in batch.schema.names}
        classes, embedding = column["classes"], column["embedding"]
        offset = classes.offsets.to_numpy()
        if np.any(np.diff(offset) < 0) or (len(offset) and offset[-1] > len(classes.values)):
            raise LibraryError(f"{path}: its carbon classes are damaged; build the library again")
        return Shard(
            path,
            column["smiles"],
            column["name"],
            column["formula"].indices.to_numpy(),
            column["formula"].dictionary,
            column["mass_da"].to_numpy(),
            column["carbons"].to_numpy(),
            column["key"].to_numpy(),
            embedding.values.to_numpy().reshape(len(batch), embedding.type.list_size),
            column["scale"].to_numpy(),
            PackedClasses(offset, *(classes.values.field(name).to_numpy() for name in _CLASS_FIELDS)),
        )
    except (KeyError, ValueError, AttributeError, pa.ArrowException) as error:
        raise LibraryError(f"{path}: not a shard of this version ({error}); build the library again") from error
