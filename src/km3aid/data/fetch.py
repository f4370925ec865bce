"""Downloads that resume where an earlier attempt stopped."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path

from km3aid.errors import DataError
from km3aid.files import replacing

NMRSHIFTDB2_URL = "https://sourceforge.net/projects/nmrshiftdb2/files/data/nmrshiftdb2withsignals.sd/download"
_BLOCK = 1 << 18


def fetch(url: str, destination: str | Path, *, progress: Callable[[int], None] | None = None) -> Path:
    """Download `url` to `destination`; until it is complete, what has arrived lies beside it as `.part`.

    `progress` is called with the number of bytes since the last call. Raises `DataError`.
    """
    target = Path(destination)
    with replacing(target, keep_part=True) as part:
        expected = _download(url, part, progress)
        got = part.stat().st_size
        if expected is not None and got != expected:
            raise DataError(f"{url}: {got:,} of {expected:,} bytes arrived; run the command again to go on")
    return target


def _download(url: str, part: Path, progress: Callable[[int], None] | None) -> int | None:
    """Append what is missing to `part`; returns how large it must be then, if the server says."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            if answer.status != 206:  # the server does not resume: begin again
                have = 0
            length = answer.headers.get("Content-Length")
            with open(part, "ab" if have else "wb") as file:
                while block := answer.read(_BLOCK):
                    file.write(block)
                    if progress:
                        progress(len(block))
            return have + int(length) if length else None
    except urllib.error.HTTPError as error:
        if error.code == 416:  # nothing is left to send
            return have
        raise DataError(f"{url}: the server answers {error.code} {error.reason}; check the address") from error
    except (OSError, HTTPException, ValueError) as error:
        raise DataError(
            f"{url}: cannot be fetched ({error}); run the command again to go on, or download the file by hand and "
            f"give it to `km3aid data prepare`"
        ) from error
