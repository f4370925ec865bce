"""Write a library shard by shard; the same command goes on from the last checkpoint where a build was interrupted.

A shard holds the molecules of a fixed number of consecutive input records, however many of them are rejected or
duplicates. Where a shard begins depends on the input alone, so that an interrupted build ends with the same files.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from km3aid.encoding.entries import Entries
from km3aid.errors import LibraryError
from km3aid.library.checkpoints import Checkpoint, read_checkpoints, remove_checkpoints, write_checkpoint
from km3aid.library.keys import SeenKeys
from km3aid.library.manifest import FILE, Job, Manifest, ShardFile
from km3aid.library.rejected import Rejected, append_rejected, keep_rejected
from km3aid.library.shard import entries_table, open_shard, shard_table
from km3aid.library.table import write_table


class BuildReport(NamedTuple):
    """How many molecules the library holds, and which records of this job's input it does not."""

    molecules: int
    added: int
    duplicates: int
    rejected: list[Rejected]


class Builder:
    """Takes encoded molecules in the order of the input and writes them; made by `open_builder`."""

    def __init__(self, folder: Path, manifest: Manifest, checkpoint_records: int) -> None:
        assert manifest.job is not None
        self.folder, self.manifest = folder, manifest
        self._job, self._began = manifest.job, manifest.molecules
        self._checkpoint_records = checkpoint_records
        self._seen = SeenKeys([open_shard(folder / s.file, s).key for s in manifest.shards])
        self._rejected = keep_rejected(folder, manifest.rejected, self._job.source)
        self._duplicates = 0
        self._saved = list(read_checkpoints(folder, self._job.records))  # of the shard in hand
        self._parts: list[Entries] = []  # after these
        self.done = self._job.records + sum(c.records for c in self._saved)  # input records that need no encoding
        self._announced = False  # whether the manifest on disk tells of the job

    def append(self, entries: Entries) -> None:
        """Take the next molecules; writes a shard whenever one is full, and checkpoints before that."""
        self._parts.append(entries)
        self.done += entries.records
        in_hand, whole = self.done - self._job.records, self.manifest.shard_records
        if in_hand > whole:
            raise ValueError(f"{in_hand} records for a shard of {whole}")
        if in_hand == whole:
            self._write_shard()
        elif sum(part.records for part in self._parts) >= self._checkpoint_records:
            self._save()

    def copy(self, table: pa.Table) -> None:
        """Take a shard of another library as it is, without duplicates."""
        self.done += len(table)
        keep = np.ones(len(table), bool)
        if self.manifest.deduplicate != "none":
            keep = self._seen.add(table.column("key").to_numpy())
        self._commit(table.filter(pa.array(keep)) if keep.any() else None, int((~keep).sum()), [])

    def finish(self) -> BuildReport:
        """Write what is in hand and end the job; raises `LibraryError` where no molecule came in."""
        if self.done > self._job.records:
            self._write_shard()
        remove_checkpoints(self.folder)
        if not self.manifest.molecules:
            first = self._rejected[0] if self._rejected else None
            why = f"; the first: record {first[0]}: {first[2]}" if first else ""
            (self.folder / FILE).unlink(missing_ok=True)
            raise LibraryError(f"no molecule to put into {self.folder}: {len(self._rejected)} failed{why}")
        self.manifest = self.manifest.changed(job=None, sources=(*self.manifest.sources, self._job.source))
        self.manifest.write(self.folder)
        added = self.manifest.molecules - self._began
        return BuildReport(self.manifest.molecules, added, self._duplicates, self._rejected)

    def _save(self) -> None:
        """Write a checkpoint, after the manifest that says which build it belongs to."""
        if not self._announced:
            self.manifest.write(self.folder)
            self._announced = True
        checkpoint = self._gathered()
        write_checkpoint(self.folder, self.done - checkpoint.records, checkpoint)
        self._saved.append(checkpoint)

    def _gathered(self) -> Checkpoint:
        """What came in since the last checkpoint."""
        parts, self._parts = self._parts, []
        rejected = [record for part in parts for record in part.rejected]
        return Checkpoint(entries_table(parts), sum(part.records for part in parts), rejected)

    def _write_shard(self) -> None:
        pieces = [*self._saved, self._gathered()]
        self._saved = []
        tables = [piece.table for piece in pieces if len(piece.table)]
        keep = np.ones(sum(map(len, tables)), bool)
        if tables and self.manifest.deduplicate != "none":
            keep = self._seen.add(np.concatenate([table.column("key").to_numpy() for table in tables]))
        rejected = [record for piece in pieces for record in piece.rejected]
        self._commit(shard_table(tables, keep) if keep.any() else None, int((~keep).sum()), rejected)
        remove_checkpoints(self.folder)

    def _commit(self, table: pa.Table | None, duplicates: int, rejected: list[Rejected]) -> None:
        """Write a shard, then the records that failed, then the manifest that makes both valid."""
        shards = self.manifest.shards
        if table is not None:
            path = self.folder / f"shard-{len(shards):05d}.arrow"
            shards = (*shards, ShardFile(path.name, len(table), *write_table(path, table)))
        append_rejected(self.folder, self._job.source, rejected)
        self._rejected += rejected
        self._duplicates += duplicates
        self._job = Job(self._job.source, self.done)
        self.manifest = self.manifest.changed(
            shards=shards,
            rejected=self.manifest.rejected + len(rejected),
            duplicates=self.manifest.duplicates + duplicates,
            job=self._job,
        )
        self.manifest.write(self.folder)
        self._announced = True
