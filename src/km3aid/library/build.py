"""Begin, or go on with, the build of a library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from km3aid.errors import LibraryError, LibraryMismatchError
from km3aid.library import rejected
from km3aid.library.manifest import FILE, Job, Manifest, read_manifest
from km3aid.library.paths import place_of
from km3aid.locks import exclusive

if TYPE_CHECKING:
    from km3aid.library.builder import Builder

SHARD_RECORDS = 192 * 512  # a multiple of the records that are encoded at once
CHECKPOINT_RECORDS = 16 * 256
_LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """How to build: `deduplicate` by canonical `smiles`, `inchikey`, `connectivity` (its first block) or `none`.

    A shard holds the molecules of `shard_records` input records; after every `checkpoint_records` what there is of it
    is saved.
    """

    deduplicate: str = "smiles"
    shard_records: int = SHARD_RECORDS
    overwrite: bool = False
    add: bool = False
    checkpoint_records: int = CHECKPOINT_RECORDS


@contextmanager
def open_builder(path: str | Path, model_sha256: str, source: str, options: BuildOptions) -> Iterator[Builder]:
    """Begin or resume writing the library at `path` from the input that `source` names.

    Raises `LibraryError` if another process is writing it, if it is complete, or if its build began from another input.
    """
    folder = _local(path)
    with ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            alone = stack.enter_context(exclusive(folder / _LOCK))
        except OSError as error:
            raise LibraryError(f"{folder}: cannot be written ({error.strerror}); choose another folder") from error
        if not alone:
            raise LibraryError(f"{folder}: another process is writing this library; wait for it to end")
        from km3aid.library.builder import Builder

        yield Builder(folder, _begin(folder, model_sha256, source, options), options.checkpoint_records)


def is_complete(path: str | Path, model_sha256: str, source: str) -> bool:
    """Whether `path` holds a complete library that this model built from this input."""
    folder = _local(path)
    if not (folder / FILE).exists():
        return False
    manifest = read_manifest(folder)
    return manifest.job is None and manifest.model_sha256 == model_sha256 and manifest.sources[:1] == (source,)


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
        return _fresh(folder, model_sha256, source, options)
    if options.overwrite:
        return _fresh(folder, model_sha256, source, options)
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


def _fresh(folder: Path, model_sha256: str, source: str, options: BuildOptions) -> Manifest:
    """The manifest of a new library; clears the folder of an old one."""
    for name in (FILE, rejected.FILE):
        (folder / name).unlink(missing_ok=True)
    for file in folder.glob("shard-*.arrow"):
        file.unlink()
    from km3aid.library.checkpoints import remove_checkpoints

    remove_checkpoints(folder)
    return Manifest(model_sha256, options.deduplicate, options.shard_records, job=Job(source))
