"""Read members of a zip archive into memory: nothing is unpacked to disk, and no size that it states is believed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.source import MOST_BYTES

_CHUNK = 1 << 20


def member_names(data: bytes) -> list[str]:
    """The names of all members; none of an archive that is too damaged to tell."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.namelist()
    except Exception:  # zipfile raises whatever the damage leads to
        return []


def read_members(
    data: bytes, wanted: Callable[[str], bool], where: str, most_bytes: int = MOST_BYTES
) -> dict[str, bytes]:
    """The `wanted` members by name; raises `SpectrumFormatError` for damage, or beyond `most_bytes` together."""
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


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most_bytes: int, where: str) -> bytes:
    """Up to a chunk more than `most_bytes` of a member, by chunks, lest a false size unpack to gigabytes at once."""
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise SpectrumFormatError(f"{where}: {member.filename} is packed in an unusual way; pack it again with deflate")
    unpacked = bytearray()
    with archive.open(member) as stream:
        while len(unpacked) <= most_bytes and (chunk := stream.read(_CHUNK)):
            unpacked += chunk
    return bytes(unpacked)
