"""13C spectra as peak lists, and their readers: one file per format. No torch, no RDKit, and NumPy only when needed.

Each name is loaded when it is first used: the readers of all formats take long to import.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from km3aid.spectra.dept import add_multiplicities
    from km3aid.spectra.formats.json_records import spectrum_from_dict
    from km3aid.spectra.formats.nmredata import AssignedSpectrum
    from km3aid.spectra.formats.sd_file import read_assigned
    from km3aid.spectra.read import FORMATS, iter_spectra, read_spectra, text_formats
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
    "text_formats",
]

_HOME = {
    "dept": ("add_multiplicities",),
    "formats.json_records": ("spectrum_from_dict",),
    "formats.nmredata": ("AssignedSpectrum",),
    "formats.sd_file": ("read_assigned",),
    "read": (
        "FORMATS",
        "iter_spectra",
        "read_spectra",
        "text_formats",
    ),
    "solvent_lines": ("set_aside_solvent",),
    "spectrum": (
        "MULTIPLICITIES",
        "SHIFT_MAX_PPM",
        "SHIFT_MIN_PPM",
        "LeftOut",
        "Multiplicity",
        "Peak",
        "Spectrum",
    ),
    "text.inline": ("parse_peaks",),
    "text.journal": ("parse_journal",),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOME.items():
        if name in names:
            return getattr(import_module(f"km3aid.spectra.{module}"), name)
    raise AttributeError(f"module 'km3aid.spectra' has no attribute {name!r}")
