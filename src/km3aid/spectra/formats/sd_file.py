"""Spectra of an SD file, record by record NMReDATA or nmrshiftdb2: the peaks, and the assignment for whom wants it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, cast

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.formats.mol_block import atom_base
from km3aid.spectra.formats.nmredata import AssignedSpectrum, is_nmredata, read_nmredata_record
from km3aid.spectra.formats.nmrshiftdb2 import SdEntry, SdRecord, SdSpectrum, read_sd_records
from km3aid.spectra.spectrum import LeftOut, Peak, Spectrum
from km3aid.spectra.text.remarks import parse_multiplicity


def read_sd_spectra(lines: Iterable[str], where: str) -> Iterator[Spectrum | SpectrumFormatError]:
    """Stream the 13C spectra of an SD file, one peak per recorded entry (equivalent carbons repeat their shift).

    A spectrum bears the id of its record, with `/n` behind it where the record holds several. A record without a
    readable 13C peak comes as an error in its place.
    """
    for item in _read(lines, where):
        yield item if isinstance(item, SpectrumFormatError) else item.spectrum


def read_assigned(source: str | Path | IO[str]) -> Iterator[AssignedSpectrum | SpectrumFormatError]:
    """The same with the structure and the carbons of each peak, which the record itself assigns."""
    yield from _read(source, str(source) if isinstance(source, str | Path) else "text stream")


def _read(source: Iterable[str] | str | Path | IO[str], where: str) -> Iterator[AssignedSpectrum | SpectrumFormatError]:
    for record in read_sd_records(cast(IO[str], source)):
        at = f"{where}, record {record.id or 'without an id'} (line {record.line})"
        if not record.complete:
            yield SpectrumFormatError(f"{at}: the file ends within the record; it is cut off, get it again")
            continue
        if is_nmredata(record):
            try:
                yield from read_nmredata_record(record, at)
            except SpectrumFormatError as error:
                yield error
            continue
        if not record.spectra:
            yield SpectrumFormatError(
                f"{at}: no 'Spectrum 13C n' property (shift;intensity;atom|…) and none of NMReDATA"
            )
        for spectrum in record.spectra:
            yield _spectrum(record, spectrum, f"{at}, Spectrum 13C {spectrum.number}")


def _spectrum(record: SdRecord, spectrum: SdSpectrum, where: str) -> AssignedSpectrum | SpectrumFormatError:
    peaks: list[Peak] = []
    atoms: list[int | None] = []
    left_out = [LeftOut(entry, "not of the form shift;intensity;atom") for entry in spectrum.bad_entries]
    for entry in spectrum.entries:
        multiplicity = parse_multiplicity(entry.multiplicity or "")
        if entry.multiplicity and multiplicity is None:
            reason = "not one of S, D, T, Q; the multiplicity stays unknown"
            left_out.append(LeftOut(f"{entry.shift_ppm:g}: {entry.multiplicity}", reason))
        try:
            peaks.append(Peak(entry.shift_ppm, multiplicity, intensity=entry.intensity))
            atoms.append(entry.atom)
        except SpectrumFormatError as error:
            left_out.append(LeftOut(_text(entry), str(error)))
    if not peaks:
        return SpectrumFormatError(f"{where}: no readable peak; expected shift;intensity;atom|…")
    name = record.id
    if name is not None and len(record.spectra) > 1:
        name = f"{name}/{spectrum.number}"
    base = atom_base(record.mol_block, [a for a in atoms if a is not None])
    notes = ("its atom numbers count from 1, as the elements of the structure show",) if base == 1 else ()
    return AssignedSpectrum(
        Spectrum(tuple(peaks), name, spectrum.solvent, tuple(left_out), notes),
        record.mol_block,
        tuple(() if a is None else (a - (base or 0),) for a in atoms),
    )


def _text(entry: SdEntry) -> str:
    return f"{entry.shift_ppm:g};{entry.intensity or 0:g}{entry.multiplicity or ''}"
