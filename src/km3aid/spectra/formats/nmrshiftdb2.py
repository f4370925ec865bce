"""The SD format of nmrshiftdb2 ("withsignals"): mol block, properties and `Spectrum 13C n` peak lists.

A peak list reads `shift;intensity+multiplicity;atom|…`, with atoms counted from 0 in the mol block, explicit hydrogens
included.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from operator import itemgetter
from typing import NamedTuple

from km3aid.sd import Record, split_records
from km3aid.spectra.source import Source, name_of, open_lines

_SPECTRUM = re.compile(r"Spectrum 13C (\d+)")
_INTENSITY = re.compile(r"([-+]?\d*\.?\d*(?:[eE][-+]?\d+)?)\s*(\S*)")


class SdEntry(NamedTuple):
    """One peak as recorded."""

    shift_ppm: float
    intensity: float | None
    multiplicity: str | None  # the letter(s), in capitals
    atom: int | None  # 0-based in the mol block


class SdSpectrum(NamedTuple):
    """One 13C spectrum of a record."""

    number: int
    solvent: str | None
    entries: tuple[SdEntry, ...]
    bad_entries: tuple[str, ...]  # those that cannot be read


class SdRecord(Record):
    """One record of the file."""

    @property
    def id(self) -> str | None:
        """The number of the record in nmrshiftdb2, or None."""
        return self.fields.get("nmrshiftdb2 ID", "").strip() or None

    @property
    def spectra(self) -> tuple[SdSpectrum, ...]:
        """The 13C spectra by number."""
        solvents = _by_number(self.fields.get("Solvent", ""))
        texts = [(int(match[1]), text) for key, text in self.fields.items() if (match := _SPECTRUM.fullmatch(key))]
        return tuple(SdSpectrum(n, solvents.get(n), *_entries(text)) for n, text in sorted(texts, key=itemgetter(0)))


def read_sd_records(source: Source) -> Iterator[SdRecord]:
    """Stream the records of an SD file, plain or gzipped; raises `SpectrumFormatError` where it cannot be read at all.

    Damage within a record is contained: `SdSpectrum.bad_entries` lists unreadable entries, and a record cut off by the
    end of the file is not `complete`.
    """
    with ExitStack() as stack:
        yield from map(SdRecord._make, split_records(open_lines(source, name_of(source), stack)))


def _by_number(text: str) -> dict[int, str]:
    """The values of `0:first 1:second` by spectrum number."""
    parts = re.split(r"(?:^|\s)(\d+):", text)
    return {int(n): value.strip() for n, value in zip(parts[1::2], parts[2::2], strict=True)}


def _entries(text: str) -> tuple[tuple[SdEntry, ...], tuple[str, ...]]:
    entries, bad = [], []
    for part in text.replace("\n", "").split("|"):
        if not part.strip():
            continue
        fields = part.split(";")
        try:
            strength, letters = _INTENSITY.match(fields[1].strip()).groups()  # type: ignore[union-attr]
            intensity, atom = float(strength) if strength else None, fields[2].strip()
            entries.append(SdEntry(float(fields[0]), intensity, letters.upper() or None, int(atom) if atom else None))
        except (ValueError, IndexError):
            bad.append(part)
    return tuple(entries), tuple(bad)
