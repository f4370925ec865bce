"""Write a file so that a failure leaves what was there: under a temporary name, renamed when it is complete."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from km3aid.errors import ConfigError


def check_writable(path: Path) -> None:
    """Raise `ConfigError` where `path` cannot become a file, before work is put into its content."""
    if path.is_dir():
        raise ConfigError(f"{path}: cannot be written (is a folder); name a file in it")
    if not path.parent.is_dir():
        raise ConfigError(f"{path}: cannot be written (there is no folder {path.parent}); make it first")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise ConfigError(f"{path}: cannot be written (no permission); choose another file")


@contextmanager
def open_output(path: Path, keep_part: bool = False) -> Iterator[BinaryIO]:
    """A binary file that becomes `path` at the end; raises `ConfigError` where it cannot be written.

    After an error within the block the old file stays as it was; with `keep_part` what was written stays beside it
    as `.part`. Pipes and devices are written directly.
    """
    check_writable(path)
    target = Path(os.path.realpath(path))  # a link stays a link
    part = target.with_name(f"{target.name}.part")
    device = path.exists() and not path.is_file()
    try:
        with open(path if device else part, "wb") as file:
            yield file
        if device:
            return
        if target.exists():
            os.chmod(part, target.stat().st_mode & 0o7777)
        os.replace(part, target)
    except BaseException as error:
        if not keep_part and not device:
            with contextlib.suppress(OSError):
                part.unlink()
        if isinstance(error, OSError):
            raise ConfigError(f"{path}: cannot be written ({error.strerror}); choose another file") from error
        raise


def write_file(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whole or not at all; raises `ConfigError`."""
    with open_output(path) as file:
        file.write(content)
