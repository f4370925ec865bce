"""Members of a zip archive, read into memory up to a limit; no stated size is trusted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.source import MOST_BYTES, read_some


def member_names(data: bytes) -> list[str]:
    """The names of all members; empty for an archive too damaged to list them."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.namelist()
    except Exception:  # zipfile raises all kinds of errors on damage
        return []


def read_members(
    data: bytes, wanted: Callable[[str], bool], where: str, most_bytes: int = MOST_BYTES
) -> dict[str, bytes]:
    """The `wanted` members by name; raises `SpectrumFormatError` for damage, or for more than `most_bytes` in all."""
    found: dict[str, bytes] = {}
    left = most_bytes
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                if wanted(member.filename):
                    found[member.filename] = _read_member(archive, member, left, where)
                    left -= len(found[member.filename])
    except (SpectrumFormatError, MemoryError):
        raise
    except Exception as error:
        raise SpectrumFormatError(f"{where}: a damaged zip archive ({type(error).__name__}: {error})") from None
    if left < 0:
        raise SpectrumFormatError(f"{where}: unpacks to more than {most_bytes >> 20} MiB")
    return found


def read_text(data: bytes, name: str, where: str) -> str:
    """The text of one member; raises `SpectrumFormatError` for damage."""
    (content,) = read_members(data, lambda member: member == name, where).values()
    return content.decode("utf-8", errors="replace")


def subset(data: bytes, names: set[str], where: str) -> bytes:
    """An archive with these members alone; raises `SpectrumFormatError` as `read_members` does."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in read_members(data, lambda member: member in names, where).items():
            archive.writestr(name, content)
    return out.getvalue()


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most_bytes: int, where: str) -> bytes:
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise SpectrumFormatError(f"{where}: {member.filename} uses an unusual compression; pack it again with deflate")
    with archive.open(member) as stream:
        return read_some(stream, most_bytes)
