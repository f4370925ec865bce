"""The SD format of nmrshiftdb2 ("withsignals"): mol block, properties and `Spectrum 13C n` peak lists.

A peak list reads `shift;intensity+multiplicity;atom|…`, the atom counted from 0 into the mol block, explicit
hydrogens included. The mol block is handed on as text: what it means is a matter of `km3aid.molecules`.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from km3aid.errors import SpectrumFormatError

_SPECTRUM = re.compile(r"Spectrum 13C (\d+)")
_INTENSITY = re.compile(r"([-+]?\d*\.?\d*(?:[eE][-+]?\d+)?)\s*(\S*)")


@dataclass(frozen=True, slots=True)
class SdEntry:
    """One peak as recorded: `multiplicity` is the raw letter(s), `atom` the 0-based index in the mol block."""

    shift_ppm: float
    intensity: float | None
    multiplicity: str | None
    atom: int | None


@dataclass(frozen=True, slots=True)
class SdSpectrum:
    """One 13C spectrum of a record; `bad_entries` are the entries that could not be read."""

    number: int
    solvent: str | None
    entries: tuple[SdEntry, ...]
    bad_entries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SdRecord:
    """One record of the file, which began at `line` (from 1); `complete` is false where the file ends within it."""

    line: int
    id: str | None
    mol_block: str
    properties: dict[str, str]
    spectra: tuple[SdSpectrum, ...]
    complete: bool = True


def read_sd_records(source: str | Path | IO[str]) -> Iterator[SdRecord]:
    """Stream the records of an SD file, plain or gz; raises `SpectrumFormatError` where it cannot be read at all.

    Damage within a record stays within it: entries that cannot be read are listed in `SdSpectrum.bad_entries`, and a
    record that the end of the file cuts off is marked as not `complete`.
    """
    with _open(source) if isinstance(source, str | Path) else nullcontext(source) as stream:
        first = 1
        lines: list[str] = []
        number = 0
        try:
            for number, line in enumerate(stream, 1):
                if line.startswith("$$$$"):
                    yield _record(lines, first)
                    first, lines = number + 1, []
                else:
                    lines.append(line.rstrip("\r\n"))
        except (EOFError, gzip.BadGzipFile, UnicodeDecodeError) as error:
            raise SpectrumFormatError(
                f"{source}: line {number + 1}: the file is damaged or cut off ({error}); download it again"
            ) from error
        if any(line.strip() for line in lines):
            yield _record(lines, first, complete=False)


def _open(path: str | Path) -> IO[str]:
    try:
        with open(path, "rb") as probe:
            packed = probe.read(2) == b"\x1f\x8b"
        return gzip.open(path, "rt", encoding="utf-8") if packed else open(path, encoding="utf-8")
    except OSError as error:
        raise SpectrumFormatError(f"{path}: cannot be opened: {error.strerror or error}") from error


def _record(lines: list[str], first: int, complete: bool = True) -> SdRecord:
    end = next((i for i, line in enumerate(lines) if line.startswith("M  END")), len(lines) - 1)
    properties = _properties(lines[end + 1 :])
    solvents = _numbered(properties.get("Solvent", ""))
    spectra = []
    for key, text in properties.items():
        if match := _SPECTRUM.fullmatch(key):
            entries, bad = _entries(text)
            spectra.append(SdSpectrum(int(match[1]), solvents.get(int(match[1])), entries, bad))
    spectra.sort(key=lambda spectrum: spectrum.number)
    name = properties.get("nmrshiftdb2 ID", "").strip() or None
    return SdRecord(first, name, "\n".join(lines[: end + 1]) + "\n", properties, tuple(spectra), complete)


def _properties(lines: list[str]) -> dict[str, str]:
    properties: dict[str, str] = {}
    key = None
    for line in lines:
        if line.startswith(">") and "<" in line:
            key = line[line.index("<") + 1 : line.rindex(">")] if line.rstrip().endswith(">") else None
            if key is not None:
                properties[key] = ""
        elif key is not None and line.strip():
            properties[key] += ("\n" if properties[key] else "") + line
    return properties


def _numbered(text: str) -> dict[int, str]:
    """The values of `0:first 1:second`, by spectrum number."""
    parts = re.split(r"(?:^|\s)(\d+):", text)
    return {int(n): value.strip() for n, value in zip(parts[1::2], parts[2::2], strict=True)}


def _entries(text: str) -> tuple[tuple[SdEntry, ...], tuple[str, ...]]:
    entries, bad = [], []
    for part in text.replace("\n", "").split("|"):
        if not part.strip():
            continue
        fields = part.split(";")
        try:
            intensity, multiplicity = _INTENSITY.match(fields[1].strip()).groups()  # type: ignore[union-attr]
            atom = fields[2].strip()
            entries.append(
                SdEntry(
                    float(fields[0]),
                    float(intensity) if intensity else None,
                    multiplicity.upper() or None,
                    int(atom) if atom else None,
                )
            )
        except (ValueError, IndexError):
            bad.append(part)
    return tuple(entries), tuple(bad)
