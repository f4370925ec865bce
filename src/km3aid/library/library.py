"""A library on disk: a folder of shards and a manifest, which only the model that built it can search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.encoding.entries import Entries
from km3aid.errors import LibraryError, LibraryMismatchError
from km3aid.library.filters import Filters
from km3aid.library.manifest import Manifest, read_manifest
from km3aid.library.paths import Place, place_of
from km3aid.library.shard import Shard, entries_table, open_shard, shard_table, view_shard

_MASS_STEP_DA, _CARBON_STEP = 100, 5  # of the histograms


@dataclass(frozen=True, slots=True)
class Library:
    """N molecules with graph embeddings and the predicted shift of every carbon class.

    Rows are counted across all shards; shard s holds the rows from `starts[s]` up to, but not including,
    `starts[s + 1]`. `warnings` name the shards that were left out because they are damaged.
    """

    path: Place
    manifest: Manifest
    shards: tuple[Shard, ...]
    starts: NDArray[np.int64]  # (shards + 1,)
    warnings: tuple[str, ...] = ()

    @classmethod
    def open(cls, path: str | Place, model_sha256: str | None = None, *, strict: bool = False) -> Library:
        """Open a library, by its folder or a URI such as `s3://bucket/library`.

        Raises `LibraryError`, or `LibraryMismatchError` if another model built it. A damaged shard is left out with a
        warning; with `strict` it is an error.
        """
        folder = place_of(path)
        manifest = read_manifest(folder)
        library = cls.of_manifest(folder, manifest, strict=strict)
        if manifest.shards and not library.shards:
            raise LibraryError(f"{folder}: no shard can be read; the first: {library.warnings[0]}")
        if model_sha256 is not None:
            library.check_model(model_sha256)
        return library

    @classmethod
    def of_manifest(cls, folder: Place, manifest: Manifest, *, strict: bool = False) -> Library:
        """The part of a library whose shards `manifest` lists, possibly none."""
        shards, warnings = [], []
        for described in manifest.shards:
            try:
                shards.append(open_shard(folder / described.file, described))
            except LibraryError as error:
                if strict:
                    raise
                warnings.append(f"left out: {error}")
        return cls(folder, manifest, tuple(shards), np.cumsum([0, *map(len, shards)]), tuple(warnings))

    @classmethod
    def of_entries(cls, parts: Sequence[Entries], model_sha256: str = "") -> Library:
        """A library in memory of all these encoded molecules; raises `LibraryError` if there are none."""
        if not any(part.smiles for part in parts):
            raise LibraryError("no molecule to put into a library")
        path = Path("in memory")
        shard = view_shard(path, shard_table([entries_table(list(parts))]))
        return cls(path, Manifest(model_sha256, "none", len(shard)), (shard,), np.array([0, len(shard)]))

    def check_model(self, model_sha256: str) -> None:
        """Raise `LibraryMismatchError` unless this model built the library."""
        if self.manifest.model_sha256 != model_sha256:
            raise LibraryMismatchError(
                f"{self.path}: built by model {self.manifest.model_sha256[:12]}, not by {model_sha256[:12]}; "
                "build it again with `km3aid library build`, or give the first model with --model"
            )

    def __len__(self) -> int:
        return int(self.starts[-1])

    def smiles(self, row: int) -> str:
        """Canonical SMILES of molecule `row`."""
        shard, local = self.locate(row)
        return str(shard.smiles[local].as_py())

    def name(self, row: int) -> str | None:
        """Name of molecule `row`, or None."""
        shard, local = self.locate(row)
        name: str | None = shard.names[local].as_py()
        return name

    def entry(self, row: int) -> tuple[str, str | None]:
        """SMILES and name of molecule `row`."""
        shard, local = self.locate(row)
        return str(shard.smiles[local].as_py()), shard.names[local].as_py()

    def mass_da(self, row: int) -> float:
        """Monoisotopic mass of molecule `row`."""
        shard, local = self.locate(row)
        return float(shard.mass_da[local])

    def locate(self, row: int) -> tuple[Shard, int]:
        """The shard that holds a row, and its position there."""
        number = int(np.searchsorted(self.starts, row, "right")) - 1
        return self.shards[number], int(row - self.starts[number])

    def filter(self, filters: Filters) -> list[NDArray[np.int32]]:
        """For every shard, its rows that satisfy the filters, not counting the substructure."""
        return [filters.rows(shard) for shard in self.shards]

    def info(self) -> dict[str, Any]:
        """What `km3aid library info` prints."""
        m = self.manifest
        masses = np.concatenate([[], *(s.mass_da for s in self.shards)])
        carbons = np.concatenate([np.zeros(0, np.uint16), *(s.carbons for s in self.shards)])
        size = sum(file.stat().st_size for file in self.path.iterdir() if file.is_file())
        return {
            "path": str(self.path),
            "molecules": len(self),
            "complete": m.job is None,
            "shards": len(m.shards),
            "bytes": size,
            "bytes_per_molecule": round(size / max(len(self), 1), 1),
            "model_sha256": m.model_sha256,
            "schema_version": m.schema_version,
            "deduplicate": m.deduplicate,
            "duplicates": m.duplicates,
            "rejected": m.rejected,
            "sources": list(m.sources),
            "mass_da_histogram": _histogram(masses, _MASS_STEP_DA),
            "carbons_histogram": _histogram(carbons, _CARBON_STEP),
            "warnings": list(self.warnings),
        }


def _histogram(values: NDArray[Any], step: int) -> dict[str, int]:
    found, counts = np.unique((values // step).astype(int), return_counts=True)
    return {f"{n * step}-{(n + 1) * step - 1}": int(c) for n, c in zip(found, counts, strict=True)}
