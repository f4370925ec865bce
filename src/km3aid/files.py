"""Files are written whole or not at all: under a temporary name, which changes once they are complete."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from km3aid.errors import ConfigError


@contextmanager
def replacing(path: Path, *, keep_part: bool = False, sync: bool = False) -> Iterator[Path]:
    """Yield a path `NAME.part` to write to, which becomes `path` once the block ends without an error.

    After an error the old file is as it was; the part is removed unless `keep_part`. A file that is replaced keeps its
    mode, and a symbolic link stays a link. With `sync` the content is on the disk before the name changes.
    """
    target = Path(os.path.realpath(path))
    part = target.with_name(f"{target.name}.part")
    try:
        yield part
        if sync:
            with open(part, "rb+") as written:
                os.fsync(written.fileno())
        if target.exists():
            os.chmod(part, target.stat().st_mode & 0o7777)
        os.replace(part, target)
    except BaseException:
        if not keep_part:
            with contextlib.suppress(OSError):
                part.unlink()
        raise


def write_bytes(path: Path, content: bytes, *, sync: bool = False) -> None:
    """Write `content` to `path`, making its folder; raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path, sync=sync) as part:
        part.write_bytes(content)


def write_text(path: Path, text: str, *, sync: bool = False) -> None:
    """Write `text` in UTF-8, line ends as they are, making the folder; raises `OSError`."""
    write_bytes(path, text.encode(), sync=sync)


def write_json(path: Path, value: Any, *, indent: int = 2, sync: bool = False) -> None:
    """Write `value` as JSON with a line break at its end, making the folder; raises `OSError`."""
    write_text(path, json.dumps(value, indent=indent, ensure_ascii=False) + "\n", sync=sync)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file in hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_writable(path: Path) -> None:
    """Raise `ConfigError` where `path` cannot become a file, before any work goes into its content."""
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise ConfigError(f"{path}: cannot be written (it is a folder); name a file in it")
    if not target.parent.is_dir():
        raise ConfigError(f"{path}: cannot be written (there is no folder {target.parent}); make it first")
    needed = [target] if target.exists() else []
    if not needed or target.is_file():
        needed.append(target.parent)  # a file is replaced, a pipe or a device is not
    if not all(os.access(place, os.W_OK) for place in needed):
        raise ConfigError(f"{path}: cannot be written (no permission); choose another file")


@contextmanager
def open_output(path: Path, *, keep_part: bool = False) -> Iterator[BinaryIO]:
    """Yield a binary file that becomes the user's file `path` at the end; pipes and devices are written to directly.

    Raises `ConfigError` where it cannot be written. For what an error in the block leaves behind, see `replacing`.
    """
    check_writable(path)
    try:
        if path.exists() and not path.is_file():
            with open(path, "wb") as pipe:
                yield pipe
            return
        with replacing(path, keep_part=keep_part) as part, open(part, "wb") as file:
            yield file
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({error.strerror}); choose another file") from error


def write_output(path: Path, content: bytes) -> None:
    """Write `content` to the user's file `path`; raises `ConfigError`."""
    with open_output(path) as file:
        file.write(content)
