"""Spectra of an SD file, each record NMReDATA or nmrshiftdb2: the peaks, with or without their assignment."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace

from km3aid.errors import SpectrumFormatError
from km3aid.sd import split_records
from km3aid.spectra.formats.archive import member_names, read_text
from km3aid.spectra.formats.atom_table import first_atom_number
from km3aid.spectra.formats.nmredata import AssignedSpectrum, has_nmredata, read_nmredata_record
from km3aid.spectra.formats.nmrshiftdb2 import SdEntry, SdRecord, SdSpectrum
from km3aid.spectra.instruments.experiments import has_packed_experiments, read_packed_experiments
from km3aid.spectra.source import Source, name_of, open_lines
from km3aid.spectra.spectrum import LeftOut, Peak, Spectrum
from km3aid.spectra.text.remarks import parse_multiplicity


def is_sd_file(head: list[str]) -> bool:
    """Whether the lines have the marks of a mol block or of an SD record."""
    return any(re.search(r"V[23]000\s*$|^\$\$\$\$|^>\s.*<.+>|^M  END", line) for line in head)


def is_sd_archive(names: list[str]) -> bool:
    """Whether a zip archive has exactly one SD file, as a packed NMReDATA record does beside its raw data."""
    return len(_sd_files(names)) == 1


def read_sd_spectra(lines: Iterable[str], where: str) -> Iterator[Spectrum | SpectrumFormatError]:
    """Stream the 13C spectra of an SD file, one peak per recorded entry (equivalent carbons repeat their shift).

    A spectrum has the id of its record, followed by `/n` where the record has several. A record without a readable 13C
    peak yields an error in its place.
    """
    for item in _read(lines, where):
        yield item if isinstance(item, SpectrumFormatError) else item.spectrum


def read_sd_archive(data: bytes, where: str) -> Iterator[Spectrum | SpectrumFormatError]:
    """Read the SD file of a zip archive or, where that has no 13C peaks, the spectra that lie beside it."""
    names = member_names(data)
    (name,) = _sd_files(names)
    found = list(read_sd_spectra(io.StringIO(read_text(data, name, where)), f"{where}, {name}"))
    if any(isinstance(item, Spectrum) for item in found) or not has_packed_experiments(names):
        yield from found
        return
    for spectrum in read_packed_experiments(data, where):
        yield replace(spectrum, notes=(*spectrum.notes, f"{name} has no 13C peaks; read from the spectra beside it"))


def read_assigned(source: Source) -> Iterator[AssignedSpectrum | SpectrumFormatError]:
    """Stream the 13C spectra of an SD file with the structure and the carbons that each record assigns to the peaks."""
    where = name_of(source)
    with ExitStack() as stack:
        yield from _read(open_lines(source, where, stack), where)


def _sd_files(names: list[str]) -> list[str]:
    return [n for n in names if re.search(r"(?:^|/)(?!\.)[^/]+\.sdf?$", n) and not n.startswith("__MACOSX")]


def _read(lines: Iterable[str], where: str) -> Iterator[AssignedSpectrum | SpectrumFormatError]:
    for record in map(SdRecord._make, split_records(lines)):
        at = f"{where}, record {record.id or 'without an id'} (line {record.line})"
        if not record.complete and not record.fields and "M  END" in record.mol_block:
            yield SpectrumFormatError(f"{at}: a structure without a spectrum (a MOL file); give the spectrum")
            continue
        if not record.complete:
            yield SpectrumFormatError(f"{at}: the file ends within the record; it is cut off, get it again")
            continue
        if has_nmredata(record):
            try:
                yield from read_nmredata_record(record, at)
            except SpectrumFormatError as error:
                yield error
            continue
        spectra = record.spectra
        if not spectra:
            yield SpectrumFormatError(
                f"{at}: no 'Spectrum 13C n' property (shift;intensity;atom|…) and none of NMReDATA"
            )
        for spectrum in spectra:
            name = f"{record.id}/{spectrum.number}" if record.id and len(spectra) > 1 else record.id
            yield _spectrum(record.mol_block, spectrum, name, f"{at}, Spectrum 13C {spectrum.number}")


def _spectrum(
    mol_block: str, spectrum: SdSpectrum, name: str | None, where: str
) -> AssignedSpectrum | SpectrumFormatError:
    peaks: list[Peak] = []
    atoms: list[int | None] = []
    left_out = [LeftOut(entry, "not of the form shift;intensity;atom") for entry in spectrum.bad_entries]
    for entry in spectrum.entries:
        multiplicity = parse_multiplicity(entry.multiplicity or "")
        if entry.multiplicity and multiplicity is None:
            reason = "not S, D, T or Q; the multiplicity stays unknown"
            left_out.append(LeftOut(f"{entry.shift_ppm:g}: {entry.multiplicity}", reason))
        try:
            peaks.append(Peak(entry.shift_ppm, multiplicity, intensity=entry.intensity))
            atoms.append(entry.atom)
        except SpectrumFormatError as error:
            left_out.append(LeftOut(_text(entry), str(error)))
    if not peaks:
        return SpectrumFormatError(f"{where}: no readable peak; expected shift;intensity;atom|…")
    first = first_atom_number(mol_block, [a for a in atoms if a is not None]) or 0
    notes = ("the atom numbers count from 1, as the elements of the structure show",) if first else ()
    return AssignedSpectrum(
        Spectrum(tuple(peaks), name, spectrum.solvent, tuple(left_out), notes),
        mol_block,
        tuple(() if a is None else (a - first,) for a in atoms),
    )


def _text(entry: SdEntry) -> str:
    return f"{entry.shift_ppm:g};{entry.intensity or 0:g}{entry.multiplicity or ''}"
