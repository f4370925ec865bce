"""`km3aid library fetch`: the public collections that can be had, and a library of one of them."""

from __future__ import annotations

import json
import zipfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from km3aid.cli.groups import grouped
from km3aid.cli.options import ModelOptions, RunOptions
from km3aid.errors import ConfigError, DataError


class Listing(StrEnum):
    """How the list is printed."""

    TABLE = "table"
    JSON = "json"


@grouped
def fetch(
    name: Annotated[str | None, typer.Argument(help="Which collection; without it all are listed.")] = None,
    library: Annotated[
        Path | None, typer.Argument(help="Folder of the new library; default: the name of the collection.")
    ] = None,
    format: Annotated[Listing, typer.Option("--format", help="Of the list.")] = Listing.TABLE,
    *,
    model: ModelOptions,
    run: RunOptions,
) -> None:
    """List public collections of structures, or download one and build its library; the same command goes on."""
    if name is None:
        _list(format)
        return
    from km3aid.cli.library import TableOptions, WorkOptions, write
    from km3aid.library import BuildOptions
    from km3aid.library.collections import collection_named

    collection = collection_named(name)
    folder = library or Path(collection.name)
    downloads = folder.with_name(f"{folder.name}-download")
    source = _downloaded(collection.url, downloads / collection.file, collection.sha256, run.quiet)
    table = TableOptions(collection.column, collection.name_column)
    write([str(source), str(folder)], table, BuildOptions(), WorkOptions(), model, run)


def _list(format: Listing) -> None:
    from km3aid.library.collections import COLLECTIONS

    if format is Listing.JSON:
        print(json.dumps([collection.to_dict() for collection in COLLECTIONS], indent=2))
        return
    for c in COLLECTIONS:
        print(f"{c.name:12} {c.structures:>11,}  {c.megabytes:>5,} MB  {c.licence}: {c.contents}\n{'':12} {c.url}")
    print("\nkm3aid library fetch NAME [FOLDER] downloads one and builds its library; check its licence for your use.")
    print("Where an address has changed, download the file by hand: km3aid library build FILE FOLDER")


def _downloaded(url: str, file: Path, sha256: str | None, quiet: bool) -> Path:
    """The file, downloaded unless it is there, and unpacked from a zip archive; raises `DataError`."""
    from km3aid.cli.progress import progress_bar
    from km3aid.data.fetch import fetch as download
    from km3aid.files import sha256_of

    if file.exists():
        return file
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{file.parent}: cannot be made ({error.strerror}); give another folder") from error
    fetched = file.with_name(url.rpartition("/")[2]) if url.endswith(".zip") else file
    if not fetched.exists():
        with progress_bar(f"Downloading {file.name}, bytes", None, quiet) as progress:
            download(url, fetched, progress=progress)
    if sha256 is not None and (found := sha256_of(fetched)) != sha256:
        raise DataError(f"{fetched}: SHA-256 {found[:12]}…, expected {sha256[:12]}…; delete it and fetch it again")
    if fetched != file:
        _unpack(fetched, file)
        fetched.unlink()
    return file


def _unpack(archive: Path, file: Path) -> None:
    """The one file of that kind in an archive; raises `DataError`."""
    from km3aid.files import replacing

    try:
        with zipfile.ZipFile(archive) as packed:
            names = [n for n in packed.namelist() if n.endswith(file.suffix) and not Path(n).name.startswith(".")]
            if not names:
                raise DataError(f"{archive}: holds no {file.suffix} file; fetch it by hand")
            with packed.open(names[0]) as source, replacing(file) as part, open(part, "wb") as target:
                while block := source.read(1 << 20):
                    target.write(block)
    except (OSError, zipfile.BadZipFile) as error:
        raise DataError(f"{archive}: cannot be unpacked ({error}); delete it and fetch it again") from error
