"""Write a library shard by shard, with checkpoints in between, so that a kill loses a few thousand records at most.

A shard covers a fixed number of consecutive input records, including those rejected or left out as duplicates. The
input alone therefore decides where a shard or checkpoint begins, and an interrupted build ends with the same files as
any other. The checkpoints of the current shard lie beside the finished shards, and are joined when it is full.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from km3aid.encoding.entries import Entries
from km3aid.errors import LibraryError, LibraryMismatchError
from km3aid.library.manifest import FILE, Job, Manifest, read_manifest
from km3aid.library.paths import place_of
from km3aid.library.shard import make_table, read_table, write_shard
from km3aid.locks import exclusive

SHARD_RECORDS = 192 * 512  # a multiple of the records encoded at a time
REJECTED = "rejected.csv"
CHECKPOINT_RECORDS = 16 * 256  # records of the current shard between two checkpoints
_LOCK = ".lock"


class BuildReport(NamedTuple):
    """How many molecules the library holds, and which input of this run it does not."""

    molecules: int
    added: int
    duplicates: int
    rejected: list[tuple[int, str, str]]  # record number, structure, reason


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """`deduplicate` by canonical `smiles`, `inchikey`, `connectivity` (its first block) or `none`."""

    deduplicate: str = "smiles"
    shard_records: int = SHARD_RECORDS
    overwrite: bool = False
    add: bool = False


@contextmanager
def open_builder(path: str | Path, model_sha256: str, source: str, options: BuildOptions) -> Iterator[Builder]:
    """Begin or resume writing the library at `path` from the input that `source` names.

    Raises `LibraryError` if another process is writing it, if it is complete, or if its build began from another input.
    """
    folder = _local(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with exclusive(folder / _LOCK) as ours:
            if not ours:
                raise LibraryError(f"{folder}: another process is writing this library; wait for it to end")
            yield Builder(folder, _begin(folder, model_sha256, source, options), options)
    except OSError as error:
        raise LibraryError(f"{folder}: cannot be written ({error.strerror}); choose another folder") from error


def is_complete(path: str | Path, source: str) -> bool:
    """Whether `path` holds a complete library built from this input."""
    folder = _local(path)
    if not (folder / FILE).exists():
        return False
    manifest = read_manifest(folder)
    return manifest.job is None and manifest.sources[:1] == (source,)


def _local(path: str | Path) -> Path:
    """The folder to write to; it must be local, so that it can be locked and its files replaced in one step."""
    folder = place_of(path)
    if not isinstance(folder, Path):
        raise LibraryError(f"{folder}: a library is written to a local folder; copy it there when it is complete")
    return folder


def _begin(folder: Path, model_sha256: str, source: str, options: BuildOptions) -> Manifest:
    if not (folder / FILE).exists():
        if options.add:
            raise LibraryError(f"{folder}: no library here to add to; build one with `km3aid library build`")
        return Manifest(model_sha256, options.deduplicate, options.shard_records, job=Job(source))
    if options.overwrite:
        for pattern in ("shard-*.arrow", "checkpoint-*.arrow"):
            for file in folder.glob(pattern):
                file.unlink()
        for name in (FILE, REJECTED):
            (folder / name).unlink(missing_ok=True)
        return Manifest(model_sha256, options.deduplicate, options.shard_records, job=Job(source))
    manifest = read_manifest(folder)
    if manifest.model_sha256 != model_sha256:
        raise LibraryMismatchError(
            f"{folder}: built by model {manifest.model_sha256[:12]}, but this is model {model_sha256[:12]}; give the "
            "first model with --model, or --overwrite to build the library again"
        )
    if manifest.job is not None:
        if manifest.job.source != source:
            raise LibraryError(
                f"{folder}: the build from {manifest.job.source} has not ended, and this one is from {source}; run the "
                "first command again to finish it, or give --overwrite"
            )
        return manifest
    if options.add:
        return manifest.changed(job=Job(source))
    raise LibraryError(
        f"{folder}: a complete library of {manifest.molecules:,} molecules; use `km3aid library add`, or --overwrite"
    )


class Builder:
    """Writes encoded molecules, given in the order of the input; made by `open_builder`."""

    def __init__(self, folder: Path, manifest: Manifest, options: BuildOptions) -> None:
        assert manifest.job is not None
        self.folder, self.manifest, self.options = folder, manifest, options
        self.done = manifest.job.records  # input records covered by shards and checkpoints
        self._job = manifest.job
        self._began = manifest.molecules
        self._parts: list[Entries] = []  # since the last checkpoint
        self._records = 0  # covered by these parts
        self._seen = _Keys(self._stored_keys())
        self._rejected: list[tuple[int, str, str]] = []
        self._duplicates = 0
        self._tidy()

    def chunk(self, most: int) -> int:
        """Records to encode at a time, so that no chunk crosses the end of a shard; `most` if that divides it."""
        whole = self.manifest.shard_records
        return most if whole % most == 0 else whole

    def append(self, entries: Entries) -> None:
        """Add the next molecules; writes a checkpoint after every `CHECKPOINT_RECORDS`, and a shard when it is full."""
        self._parts.append(entries)
        self._records += entries.records
        hand = sum(c["records"] for c in self._job.checkpoints) + self._records
        if hand > self.manifest.shard_records:
            raise ValueError(f"{hand} records for a shard of {self.manifest.shard_records}")
        if hand == self.manifest.shard_records:
            self._close_shard()
        elif self._records >= CHECKPOINT_RECORDS:
            self._write_checkpoint()

    def copy(self, table: pa.Table) -> None:
        """Add a shard of another library without its duplicates."""
        keep = np.ones(len(table), bool)
        if self.manifest.deduplicate != "none":
            keep = self._seen.add(table.column("key").to_numpy())
        self._commit(
            table.filter(pa.array(keep)) if keep.any() else None, _Taken(None, len(table), int((~keep).sum()), [])
        )

    def finish(self) -> BuildReport:
        """Write the last shard and end the job; raises `LibraryError` if the library would be empty."""
        if self._records or self._job.checkpoints:
            self._close_shard()
        if not self.manifest.molecules:
            first = self._rejected[0] if self._rejected else None
            why = f"; the first: record {first[0]}: {first[2]}" if first else ""
            (self.folder / FILE).unlink(missing_ok=True)
            raise LibraryError(f"no molecule to put into {self.folder}: {len(self._rejected)} failed{why}")
        self.manifest = self.manifest.changed(job=None, sources=(*self.manifest.sources, self._job.source))
        self.manifest.write(self.folder)
        return BuildReport(
            self.manifest.molecules, self.manifest.molecules - self._began, self._duplicates, self._rejected
        )

    def _take(self) -> _Taken:
        """What was added since the last checkpoint."""
        parts, self._parts = self._parts, []
        records, self._records = self._records, 0
        if not parts:
            return _Taken(None, 0, 0, [])
        keys = np.concatenate([part.key for part in parts])
        keep = self._seen.add(keys) if self.manifest.deduplicate != "none" else np.ones(len(keys), bool)
        table = make_table(parts, keep) if keep.any() else None
        return _Taken(table, records, int((~keep).sum()), [r for part in parts for r in part.rejected])

    def _write_checkpoint(self) -> None:
        taken = self._take()
        described: dict[str, Any] = {"file": None}
        if taken.table is not None:
            name = f"checkpoint-{self.done:010d}.arrow"
            described = write_shard(self.folder / name, taken.table)
        checkpoints = (*self._job.checkpoints, {**described, "records": taken.records})
        self._record(taken, self.manifest.shards, checkpoints)

    def _close_shard(self) -> None:
        """Join the checkpoints and what was added since into a shard."""
        taken = self._take()
        files = [self.folder / c["file"] for c in self._job.checkpoints if c["file"]]
        tables = [*map(read_table, files), *([] if taken.table is None else [taken.table])]
        self._commit(pa.concat_tables(tables) if tables else None, taken)
        for file in files:
            file.unlink(missing_ok=True)

    def _commit(self, table: pa.Table | None, taken: _Taken) -> None:
        """Write a shard, then the rejected records, then the manifest that makes both valid."""
        shards = self.manifest.shards
        if table is not None:
            shards = (*shards, write_shard(self.folder / f"shard-{len(shards):05d}.arrow", table))
        self._record(taken, shards, ())

    def _record(
        self, taken: _Taken, shards: tuple[dict[str, Any], ...], checkpoints: tuple[dict[str, Any], ...]
    ) -> None:
        """Write the rejected records, then the manifest."""
        self._append_rejected(taken.rejected)
        self.done += taken.records
        self._duplicates += taken.duplicates
        self._job = Job(self._job.source, self.done, checkpoints)
        self.manifest = self.manifest.changed(
            shards=shards,
            rejected=self.manifest.rejected + len(taken.rejected),
            duplicates=self.manifest.duplicates + taken.duplicates,
            job=self._job,
        )
        self.manifest.write(self.folder)

    def _stored_keys(self) -> list[NDArray[np.uint64]]:
        files = [described["file"] for described in (*self.manifest.shards, *self._job.checkpoints)]
        return [read_table(self.folder / file).column("key").to_numpy() for file in files if file]

    def _tidy(self) -> None:
        """Remove what a killed build left behind: files that the manifest does not name, and later rejected records."""
        known = {described["file"] for described in self._job.checkpoints}
        for file in self.folder.glob("checkpoint-*"):
            if file.name not in known:
                file.unlink(missing_ok=True)
        self._keep_rejected_of_finished_shards()

    def _append_rejected(self, rejected: list[tuple[int, str, str]]) -> None:
        self._rejected += rejected
        if not rejected:
            return
        file = self.folder / REJECTED
        new = not file.exists()
        with open(file, "a", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            if new:
                writer.writerow(("source", "record", "structure", "reason"))
            writer.writerows((self._job.source, number, structure, reason) for number, structure, reason in rejected)

    def _keep_rejected_of_finished_shards(self) -> None:
        """Remove rejected records that the manifest does not count."""
        file = self.folder / REJECTED
        if not file.exists():
            return
        with open(file, newline="", encoding="utf-8") as stream:
            rows = list(csv.reader(stream))
        kept = rows[: 1 + self.manifest.rejected]
        self._rejected += [(int(n), s, r) for source, n, s, r in kept[1:] if source == self._job.source]
        if len(kept) < len(rows):
            with open(file, "w", newline="", encoding="utf-8") as stream:
                csv.writer(stream).writerows(kept)


class _Taken(NamedTuple):
    """Molecules for a shard, from `records` input records, and what was left out of these."""

    table: pa.Table | None
    records: int
    duplicates: int
    rejected: list[tuple[int, str, str]]  # record number, structure, reason


class _Keys:
    """Keys seen so far, eight bytes each, sorted."""

    def __init__(self, parts: list[NDArray[np.uint64]]) -> None:
        self._sorted = np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.uint64)

    def add(self, keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Which of the keys (N,) are new; of equal ones in this call only the first."""
        _, first = np.unique(keys, return_index=True)
        new = np.zeros(len(keys), bool)
        new[first] = True
        place = np.searchsorted(self._sorted, keys)
        known = np.zeros(len(keys), bool)
        inside = place < len(self._sorted)
        known[inside] = self._sorted[place[inside]] == keys[inside]
        new &= ~known
        fresh = np.sort(keys[new])  # inserted, not sorted with all the others: linear in the number of stored keys
        self._sorted = np.insert(self._sorted, np.searchsorted(self._sorted, fresh), fresh)
        return new
