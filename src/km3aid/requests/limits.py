"""How large a request may be: the web service sets limits, the command line none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from km3aid.errors import ConfigError, MoleculeError, SpectrumFormatError
from km3aid.molecules import Molecule, parse_structure
from km3aid.spectra.spectrum import Spectrum


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds of one request."""

    peaks: float = math.inf
    atoms: float = math.inf  # without hydrogens
    candidates: float = math.inf
    hits: float = math.inf
    seconds: float = math.inf  # of an elucidation

    def check_spectrum(self, spectrum: Spectrum) -> Spectrum:
        """The spectrum; raises `SpectrumFormatError` where it has too many peaks."""
        if len(spectrum) > self.peaks:
            raise SpectrumFormatError(f"{len(spectrum)} peaks; at most {self.peaks} are allowed")
        return spectrum

    def read_structure(self, structure: str) -> Molecule:
        """The molecule of a SMILES or mol block; raises `MoleculeError` where it has too many atoms."""
        molecule = parse_structure(structure)
        if len(molecule.input_atoms) > self.atoms:
            raise MoleculeError(f"{len(molecule.input_atoms)} atoms; at most {self.atoms} are allowed")
        return molecule

    def check_candidates(self, candidates: Sequence[str]) -> None:
        """Raise `ConfigError` where there are too many candidates."""
        if len(candidates) > self.candidates:
            raise ConfigError(f"{len(candidates)} candidates; at most {self.candidates} are allowed")

    def check_seconds(self, seconds: float) -> None:
        """Raise `ConfigError` where an elucidation would take too long."""
        if seconds > self.seconds:
            raise ConfigError(f"seconds: {seconds:g}; at most {self.seconds:g} are given to one request")

    def check_hits(self, top: int | None) -> None:
        """Raise `ConfigError` where too many hits are asked for."""
        if top is not None and top > self.hits:
            raise ConfigError(f"top: {top}; at most {self.hits} hits are given")


NO_LIMITS = Limits()
