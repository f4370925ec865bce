"""What a library says about itself: a small JSON file beside the shards, replaced whole after every shard."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from km3aid.config import from_dict, to_dict
from km3aid.errors import ConfigError, LibraryError
from km3aid.files import write_json
from km3aid.library.paths import Place

SCHEMA_VERSION = 2
FILE = "library.json"


@dataclass(frozen=True, slots=True)
class ShardFile:
    """A shard as the manifest describes it."""

    file: str
    molecules: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Job:
    """A build or an addition that has not ended: its input, and how many of its records the shards hold."""

    source: str
    records: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """The shards in order, the model that made them and the counts of the build."""

    model_sha256: str
    deduplicate: str
    shard_records: int
    shards: tuple[ShardFile, ...] = ()
    sources: tuple[str, ...] = ()
    rejected: int = 0
    duplicates: int = 0
    job: Job | None = None
    schema_version: int = SCHEMA_VERSION

    @property
    def molecules(self) -> int:
        return sum(shard.molecules for shard in self.shards)

    def changed(self, **values: Any) -> Manifest:
        """A copy with other values."""
        return replace(self, **values)

    def write(self, folder: Path) -> None:
        """Replace the manifest of `folder` in one step; raises `LibraryError`."""
        try:
            write_json(folder / FILE, to_dict(self), sync=True)
        except OSError as error:
            raise LibraryError(
                f"{folder / FILE}: cannot be written ({error.strerror}); make room and run the same command again"
            ) from error


def read_manifest(folder: Place) -> Manifest:
    """The manifest of a library; raises `LibraryError`."""
    try:
        values: Any = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except OSError as error:
        raise LibraryError(f"{folder}: no library here; build one with `km3aid library build`") from error
    except ValueError as error:
        raise LibraryError(f"{folder / FILE}: damaged ({error}); build the library again") from error
    version = values.get("schema_version", values.get("format_version")) if isinstance(values, dict) else None
    if version != SCHEMA_VERSION:
        raise LibraryError(
            f"{folder}: schema version {version}, expected {SCHEMA_VERSION}; build it again with `library build`"
        )
    known = {field.name for field in fields(Manifest)}
    try:
        return from_dict(Manifest, {key: value for key, value in values.items() if key in known}, str(folder / FILE))
    except ConfigError as error:
        raise LibraryError(f"{error}: damaged; build the library again") from error
