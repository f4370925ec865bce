"""13C spectra as peak lists, and their readers: one file per format. No torch, no RDKit, and NumPy only when needed."""

from km3aid.spectra.dept import add_multiplicities
from km3aid.spectra.formats.json_records import spectrum_from_dict
from km3aid.spectra.formats.nmredata import AssignedSpectrum
from km3aid.spectra.formats.sd_file import read_assigned
from km3aid.spectra.read import FORMATS, iter_spectra, read_spectra
from km3aid.spectra.solvent_lines import set_aside_solvent
from km3aid.spectra.spectrum import (
    MULTIPLICITIES,
    SHIFT_MAX_PPM,
    SHIFT_MIN_PPM,
    LeftOut,
    Multiplicity,
    Peak,
    Spectrum,
)
from km3aid.spectra.text.inline import parse_peaks
from km3aid.spectra.text.journal import parse_journal

__all__ = [
    "FORMATS",
    "MULTIPLICITIES",
    "SHIFT_MAX_PPM",
    "SHIFT_MIN_PPM",
    "AssignedSpectrum",
    "LeftOut",
    "Multiplicity",
    "Peak",
    "Spectrum",
    "add_multiplicities",
    "iter_spectra",
    "parse_journal",
    "parse_peaks",
    "read_assigned",
    "read_spectra",
    "set_aside_solvent",
    "spectrum_from_dict",
]
