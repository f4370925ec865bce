"""What a library says of itself: a small JSON file beside the shards, replaced whole after every shard."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from km3aid.errors import LibraryError
from km3aid.library.paths import Place

SCHEMA_VERSION = 2
FILE = "library.json"


@dataclass(frozen=True, slots=True)
class Job:
    """A build or an addition that has not ended: its input, and how many of its records the shards hold."""

    source: str
    records: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """Shards in order, the model that made them and the counts of the build."""

    model_sha256: str
    deduplicate: str
    shard_records: int
    shards: tuple[dict[str, Any], ...] = ()  # file, molecules, bytes, sha256
    sources: tuple[str, ...] = ()
    rejected: int = 0
    duplicates: int = 0
    job: Job | None = None
    schema_version: int = SCHEMA_VERSION

    @property
    def molecules(self) -> int:
        return sum(int(shard["molecules"]) for shard in self.shards)

    def changed(self, **values: Any) -> Manifest:
        """A copy with other values."""
        return replace(self, **values)

    def write(self, folder: Path) -> None:
        """Replace the manifest of `folder` in one step."""
        temporary = folder / f".{FILE}.part"
        try:
            with open(temporary, "w", encoding="utf-8") as file:
                json.dump(asdict(self), file, indent=2)
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, folder / FILE)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise LibraryError(f"{folder / FILE}: cannot be written ({error.strerror}); make room and go on") from error


def read_manifest(folder: Place) -> Manifest:
    """The manifest of a library; raises `LibraryError`."""
    try:
        values: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except OSError as error:
        raise LibraryError(f"{folder}: no library here; build one with `km3aid library build`") from error
    except ValueError as error:
        raise LibraryError(f"{folder / FILE}: damaged ({error}); build the library again") from error
    version = values.get("schema_version", values.get("format_version")) if isinstance(values, dict) else None
    if version != SCHEMA_VERSION:
        raise LibraryError(
            f"{folder}: schema version {version}, expected {SCHEMA_VERSION}; build it again with `library build`"
        )
    try:
        known = {f.name for f in fields(Manifest)}
        made = {name: value for name, value in values.items() if name in known}
        job = made.pop("job", None)
        return Manifest(
            **{**made, "shards": tuple(made["shards"]), "sources": tuple(made["sources"])}, job=job and Job(**job)
        )
    except (KeyError, TypeError) as error:
        raise LibraryError(f"{folder / FILE}: damaged ({error}); build the library again") from error
