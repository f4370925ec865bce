"""Spectra: peak lists and their readers, one file per format. No torch, no RDKit."""

from km3aid.spectra.spectrum import MULTIPLICITIES, LeftOut, Multiplicity, Peak, Spectrum

__all__ = ["MULTIPLICITIES", "LeftOut", "Multiplicity", "Peak", "Spectrum"]
