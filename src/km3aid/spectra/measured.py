"""Whether a measured spectrum can be used on its own, what its kind of experiment says, and what lies beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.dept import narrowed, pair_lines, signed_list, with_experiments
from km3aid.spectra.experiment import SIGNED, Experiment, note_on, obstacle
from km3aid.spectra.referencing import reference_anew
from km3aid.spectra.signs import possible_hydrogens, upright
from km3aid.spectra.solvent_lines import solvent_reasons
from km3aid.spectra.spectrum import Spectrum
from km3aid.spectra.split_lines import join_multiplets
from km3aid.spectra.wanted import ANYTHING, Wanted

_KNOWN_DEPT = (Experiment.DEPT_45, Experiment.DEPT_90, Experiment.DEPT_135)
_SAME_SAMPLE = 0.7  # of the lines of a DEPT that peaks must explain


class Found(NamedTuple):
    """A spectrum of a source with several."""

    name: str  # of its folder or file within the source
    spectrum: Spectrum

    @property
    def folder(self) -> str:
        """The folder within the source where it lies: that of a sample."""
        return self.name.rpartition("/")[0]


def usable(spectrum: Spectrum, where: str, wanted: Wanted = ANYTHING) -> Spectrum:
    """A spectrum as it can be used: with notes on its experiment, and multiplicities by the signs of its lines.

    Raises `SpectrumFormatError` where the experiment cannot be used on its own, or is not the kind that is wanted.
    """
    if wanted.kind is not None:
        return _of_kind(spectrum, where, wanted.kind)
    if reason := obstacle(spectrum.experiment):
        raise SpectrumFormatError(f"{where}: {reason}")
    note = note_on(spectrum.experiment)
    noted = replace(spectrum, notes=(*spectrum.notes, note)) if note else spectrum
    joined = join_multiplets(reference_anew(noted))
    return _by_signs(joined) if spectrum.experiment in SIGNED else joined


def is_kind(spectrum: Spectrum, kind: Experiment | None) -> bool:
    """Whether a spectrum is of that kind of DEPT; for None, whether it can be used on its own."""
    if kind is None:
        return obstacle(spectrum.experiment) is None
    return spectrum.experiment == kind


def with_others(found: Found, every: Sequence[Found]) -> Spectrum:
    """The spectrum with what DEPT, APT and DEPTQ in its folder say of multiplicities, if their lines are its peaks."""
    used = [
        Found(other.name, ready)
        for other in every
        if other is not found and other.folder == found.folder and other.spectrum.experiment in (*_KNOWN_DEPT, *SIGNED)
        if _same_sample(found.spectrum, ready := upright(other.spectrum))
    ]
    if not used:
        return found.spectrum
    told = with_experiments(found.spectrum, [other.spectrum for other in used])
    note = ", ".join(f"{other.spectrum.experiment.value} is {other.name}" for other in used)
    return replace(told, notes=(*told.notes, note))


def _same_sample(spectrum: Spectrum, dept: Spectrum) -> bool:
    lines = {n for n, line in enumerate(dept) if line.aside is None}
    return len(lines & set(pair_lines(spectrum, dept).values())) >= _SAME_SAMPLE * len(lines)


def _of_kind(spectrum: Spectrum, where: str, kind: Experiment) -> Spectrum:
    if spectrum.experiment == Experiment.PLAIN and spectrum.frequency_mhz is None:
        return signed_list(spectrum, kind)
    if spectrum.experiment != kind:
        raise SpectrumFormatError(f"{where}: {spectrum.experiment.described}; expected {kind.described}")
    return upright(spectrum)


def _by_signs(spectrum: Spectrum) -> Spectrum:
    """The spectrum with C or CH2 and CH or CH3 by the signs of its lines, those of the solvent excepted."""
    name = spectrum.experiment.described
    ready = upright(spectrum)
    if ready.peaks[0].intensity is None:
        note = f"{name}: which sign is that of C and CH2 cannot be told; to say it, give --apt, with these positive"
        return replace(spectrum, notes=(*spectrum.notes, note))
    solvent = solvent_reasons(spectrum.peaks, spectrum.solvent or "", spectrum.frequency_mhz)
    left_out = list(spectrum.left_out)
    allowed = [possible_hydrogens(spectrum.experiment, line) for line in ready]
    peaks = tuple(
        p if i in solvent else narrowed(p, allowed[i], spectrum.experiment.value, left_out)
        for i, p in enumerate(spectrum)
    )
    side = "positive" if ready is spectrum else "negative"
    note = f"{name}: {side} lines are read as C or CH2, the others as CH or CH3"
    return replace(spectrum, peaks=peaks, left_out=tuple(left_out), notes=(*spectrum.notes, note))
