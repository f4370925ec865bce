"""Maintain libraries: verify, merge, export."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet

from km3aid.encoding.entries import Entries
from km3aid.errors import LibraryError, LibraryMismatchError
from km3aid.files import open_output
from km3aid.library.build import BuildOptions, open_builder
from km3aid.library.library import Library
from km3aid.library.manifest import read_manifest
from km3aid.library.paths import Place, place_of
from km3aid.library.shard import open_shard
from km3aid.library.table import Fingerprint, fingerprint, read_table

Encode = Callable[[list[str]], Entries]
_SAMPLE = 64
_COSINE = 0.999  # of a stored embedding and that of the molecule encoded again, at least


class Fault(NamedTuple):
    """Something wrong with a file of a library."""

    file: str
    problem: str


def verify_library(path: str | Place, encode: Encode | None = None) -> list[Fault]:
    """Compare the files with the manifest and, with `encode`, a sample of the molecules with the model.

    Raises `LibraryError` where there is no manifest.
    """
    folder = place_of(path)
    faults: list[Fault] = []
    for described in read_manifest(folder).shards:
        file = folder / described.file
        if not file.exists():
            faults.append(Fault(file.name, "missing"))
        elif fingerprint(file) != Fingerprint(described.bytes, described.sha256):
            faults.append(Fault(file.name, "its checksum is not that of the manifest"))
        else:
            try:
                open_shard(file, described)
            except LibraryError as error:
                faults.append(Fault(file.name, str(error)))
    if not faults and encode is not None:
        faults += _differing(Library.open(folder, strict=True), encode)
    return faults


def _differing(library: Library, encode: Encode) -> Iterator[Fault]:
    rows = np.unique(np.linspace(0, len(library) - 1, min(_SAMPLE, len(library))).astype(int))
    again = encode([library.smiles(int(row)) for row in rows])
    if len(again.smiles) != len(rows):
        yield Fault(library.path.name, f"{len(rows) - len(again.smiles)} of its molecules cannot be read again")
        return
    if again.embedding.shape[1] != library.shards[0].embedding.shape[1]:
        yield Fault(library.path.name, "its embeddings have another length than the model's")
        return
    for n, row in enumerate(rows):
        shard, local = library.locate(int(row))
        stored = shard.embedding[local].astype(np.float32)
        if float(stored @ again.embedding[n]) < _COSINE * float(np.linalg.norm(stored)):
            yield Fault(shard.path.name, f"molecule {library.smiles(int(row))}: its embedding is not the model's")


def merge_libraries(sources: Sequence[str | Path], path: str | Path) -> int:
    """Join libraries of one model into a new one without duplicates; returns the number of molecules.

    Raises `LibraryError`.
    """
    opened = [Library.open(source, strict=True) for source in sources]
    first = opened[0].manifest
    for library in opened[1:]:
        if library.manifest.model_sha256 != first.model_sha256:
            raise LibraryMismatchError(f"{library.path} and {opened[0].path} were built by different models")
        if library.manifest.deduplicate != first.deduplicate:
            raise LibraryError(
                f"{library.path} finds duplicates by {library.manifest.deduplicate}, {opened[0].path} by "
                f"{first.deduplicate}; build one of them again with the other's --deduplicate"
            )
    options = BuildOptions(first.deduplicate, first.shard_records)
    with open_builder(path, first.model_sha256, " + ".join(str(s) for s in sources), options) as builder:
        begin = 0
        for shard in (shard for library in opened for shard in library.shards):
            if begin >= builder.done:
                builder.copy(read_table(shard.path))
            begin += len(shard)
        return builder.finish().molecules


def export_library(path: str | Place, out: Path) -> int:
    """Write SMILES and names (.smi), or everything (.parquet); returns the number of molecules.

    Raises `LibraryError`, and `ConfigError` where `out` cannot be written.
    """
    library = Library.open(path, strict=True)
    if out.suffix not in (".parquet", ".smi"):
        raise LibraryError(f"{out}: unknown kind of file; give a name that ends in .smi or .parquet")
    with open_output(out) as file:
        if out.suffix == ".parquet":
            with parquet.ParquetWriter(file, _plain(read_table(library.shards[0].path)).schema) as writer:
                for shard in library.shards:
                    writer.write_table(_plain(read_table(shard.path)))
        else:
            for shard in library.shards:
                for smiles, name in zip(shard.smiles.to_pylist(), shard.names.to_pylist(), strict=True):
                    file.write((f"{smiles} {name}\n" if name else f"{smiles}\n").encode())
    return len(library)


def _plain(table: pa.Table) -> pa.Table:
    """The table with formulas as text rather than as codes, which differ from shard to shard."""
    column = table.schema.get_field_index("formula")
    return table.set_column(column, "formula", table.column(column).cast(pa.string()))
