"""The starter library: compounds in the package, as the bundled model encodes them, and for every other model a list.

What is unpacked or built of it stands in the user's cache folder under the hash of model and list, or, where that
cannot be written, in a temporary folder of this process. `python -m km3aid.engine.starter` packs it anew.
"""

from __future__ import annotations

import atexit
import hashlib
import logging
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from km3aid.cache import VARIABLE, cache_folder
from km3aid.errors import LibraryError
from km3aid.progress import Progress, in_notebook, watched

if TYPE_CHECKING:
    from km3aid.engine.engine import Engine
    from km3aid.library import Library

COMPOUNDS = 20_000
_NAME = "km3aid's starter library"
_PACKED = resources.files("km3aid") / "starter" / "library.zip"
_TRIES = 5  # where several processes mend a damaged one at the same time
_temporary: dict[str, Path] = {}  # libraries of this process that could not be kept, by name
_log = logging.getLogger(__name__)

Building = Callable[[int], AbstractContextManager[Progress | None]]  # entered while so many compounds are encoded


def _watched(total: int) -> AbstractContextManager[Progress | None]:
    """A bar in notebooks, nothing in programs."""
    return watched(in_notebook(), "Building the starter library", total)


def starter_library(engine: Engine, building: Building = _watched, workers: int = 1) -> Library:
    """The starter library of the engine's model; `building` is entered where it has to be built first.

    Its warnings say what is searched. Raises `LibraryError` where there is no room for it anywhere.
    """
    from km3aid.library import Library

    folder = starter_folder(engine, building, workers)
    library = Library.open(folder, engine.model_sha256)
    note = (
        f"no library was named: searched the starter library, {len(library):,} common compounds and natural products; "
        "`km3aid library fetch` lists larger collections"
    )
    cache = cache_folder()
    lost = () if folder.parent == cache else (f"{cache}: cannot be written, so it is not kept; set {VARIABLE}",)
    return replace(library, warnings=(note, *lost, *library.warnings))


def starter_folder(engine: Engine, building: Building = _watched, workers: int = 1) -> Path:
    """The folder of the starter library, built first where it is not there yet; raises `LibraryError`."""
    content = _compounds()
    name = _name_of(engine, content)
    kept = cache_folder() / name
    if _is_whole(kept):
        return kept
    if name in _temporary:
        return _temporary[name]
    part = _room(kept.parent)
    try:
        if not _unpacked(part / name):
            _build(engine, content, part / name, building, workers)
        return _put(part / name, kept)
    finally:
        if part.parent == kept.parent:
            shutil.rmtree(part, ignore_errors=True)


def _room(cache: Path) -> Path:
    """A new folder to build in, beside where the library will be kept, or else a temporary one of this process."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix="building-", dir=cache))
    except OSError as error:
        _log.info("%s: cannot be written (%s)", cache, error)
    try:
        made = Path(tempfile.mkdtemp(prefix="km3aid-"))
    except OSError as error:
        raise LibraryError(f"no folder to build the starter library in ({error}); set {VARIABLE} to one") from error
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def _name_of(engine: Engine, content: bytes) -> str:
    return f"starter-{hashlib.sha256(engine.model_sha256.encode() + content).hexdigest()[:16]}"


def _unpacked(folder: Path) -> bool:
    """Whether the package holds the library of this name, whole, which then stands in `folder`."""
    try:
        with _PACKED.open("rb") as file, zipfile.ZipFile(file) as archive:
            if archive.comment.decode() != folder.name:
                return False
            archive.extractall(folder)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        _log.warning("%s: damaged (%s); the starter library is built instead", _PACKED, error)
    if _is_whole(folder):
        return True
    shutil.rmtree(folder, ignore_errors=True)
    return False


def pack(engine: Engine, to: Path, workers: int) -> None:
    """Write the library of `engine` as the package holds it, the same file for the same model."""
    content = _compounds()
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder, _name_of(engine, content))
        _build(engine, content, built, _watched, workers)
        with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            archive.comment = built.name.encode()
            for file in (built / "library.json", *sorted(built.glob("*.arrow"))):
                archive.writestr(zipfile.ZipInfo(file.name), file.read_bytes(), zipfile.ZIP_DEFLATED, 9)


def _build(engine: Engine, content: bytes, folder: Path, building: Building, workers: int) -> None:
    from km3aid.molecules.read import read_structures

    source = folder.with_name("compounds.smi.gz")
    source.write_bytes(content)
    with building(COMPOUNDS) as progress:
        engine.build_library(read_structures(source), folder, label=_NAME, workers=workers, progress=progress)


def _put(built: Path, kept: Path) -> Path:
    """Give a finished library its place in the cache; where another process was quicker, take that one's."""
    if built.parent.parent != kept.parent:
        _temporary[built.name] = built
        return built
    for _ in range(_TRIES):
        try:
            os.replace(built, kept)
        except OSError:  # there is one, damaged or of another process
            if _is_whole(kept):
                return kept
            shutil.rmtree(kept, ignore_errors=True)
        else:
            return kept
    raise LibraryError(f"{kept}: damaged, and cannot be replaced; delete it, or set {VARIABLE} to another folder")


def _compounds() -> bytes:
    """The list of structures, compressed."""
    return (resources.files("km3aid") / "starter" / "compounds.smi.gz").read_bytes()


def _is_whole(folder: Path) -> bool:
    from km3aid.library import Library

    try:
        Library.open(folder, strict=True)
    except (LibraryError, OSError) as error:
        _log.info("no starter library at %s (%s)", folder, error)
        return False
    return True


if __name__ == "__main__":
    from km3aid.engine import Engine as _Engine

    pack(_Engine.load(), Path(str(_PACKED)), workers=2)
