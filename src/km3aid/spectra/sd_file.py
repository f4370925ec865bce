"""Spectra of an SD file of nmrshiftdb2: the peak lists alone, without the structures and assignments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO, cast

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.nmrshiftdb2 import SdEntry, SdRecord, SdSpectrum, read_sd_records
from km3aid.spectra.remarks import parse_multiplicity
from km3aid.spectra.spectrum import LeftOut, Peak, Spectrum


def read_sd_spectra(lines: Iterable[str], where: str) -> Iterator[Spectrum | SpectrumFormatError]:
    """Stream the 13C spectra of an SD file, one peak per recorded entry (equivalent carbons repeat their shift).

    A spectrum bears the id of its record, with `/n` behind it where the record holds several. The assigned atoms are
    no part of a spectrum. A spectrum without a readable peak comes as an error in its place.
    """
    for record in read_sd_records(cast(IO[str], lines)):
        at = f"{where}, record {record.id or 'without an id'} (line {record.line})"
        if not record.complete:
            yield SpectrumFormatError(f"{at}: the file ends within the record; it is cut off, get it again")
            continue
        if not record.spectra:
            yield SpectrumFormatError(f"{at}: no 'Spectrum 13C n' property; expected shift;intensity;atom|…")
        for spectrum in record.spectra:
            yield _spectrum(record, spectrum, f"{at}, Spectrum 13C {spectrum.number}")


def _spectrum(record: SdRecord, spectrum: SdSpectrum, where: str) -> Spectrum | SpectrumFormatError:
    peaks: list[Peak] = []
    left_out = [LeftOut(entry, "not of the form shift;intensity;atom") for entry in spectrum.bad_entries]
    for entry in spectrum.entries:
        multiplicity = parse_multiplicity(entry.multiplicity or "")
        if entry.multiplicity and multiplicity is None:
            reason = "not one of S, D, T, Q; the multiplicity stays unknown"
            left_out.append(LeftOut(f"{entry.shift_ppm:g}: {entry.multiplicity}", reason))
        try:
            peaks.append(Peak(entry.shift_ppm, multiplicity, intensity=entry.intensity))
        except SpectrumFormatError as error:
            left_out.append(LeftOut(_text(entry), str(error)))
    if not peaks:
        return SpectrumFormatError(f"{where}: no readable peak; expected shift;intensity;atom|…")
    name = record.id
    if name is not None and len(record.spectra) > 1:
        name = f"{name}/{spectrum.number}"
    return Spectrum(tuple(peaks), id=name, solvent=spectrum.solvent, left_out=tuple(left_out))


def _text(entry: SdEntry) -> str:
    return f"{entry.shift_ppm:g};{entry.intensity or 0:g}{entry.multiplicity or ''}"
