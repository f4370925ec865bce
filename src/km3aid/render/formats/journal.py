"""The line of an experimental section, with its assignments: `13C NMR (101 MHz, CDCl3) δ 170.2 (C-8), 21.0 (C-1).`

`C-8` is an atom of the structure as given: all its atoms are counted, from 1.
"""

from __future__ import annotations

from collections.abc import Sequence

from km3aid.engine.results import Assignment, Prediction
from km3aid.render.numbering import atoms_from_1
from km3aid.requests.answers import Case, Reading
from km3aid.spectra.spectrum import Peak, Spectrum, groups_of


def write_journal(cases: Sequence[Case]) -> bytes:
    """A line for each answer; peaks in their order, with multiplicity and count where they were given."""
    return "".join(_line(case) + "\n" for case in cases).encode()


def _line(case: Case) -> str:
    if isinstance(case.answer, Prediction):
        carbons = sorted(case.answer.carbons, key=lambda c: -c.shift_ppm)
        peaks = [(Peak(c.shift_ppm), _named(c.atoms)) for c in carbons]
        return f"13C NMR (predicted) δ {_listed(peaks)}."
    if isinstance(case.answer, Reading):
        kept = case.answer.spectrum.without_aside()
        return f"13C NMR{_conditions(kept)} δ {_listed([(peak, '') for peak in kept])}."
    assert isinstance(case.answer, Assignment)
    assert case.spectrum is not None
    atoms = {a.peak: a.atoms for a in case.answer.assignments}
    peaks = [(peak, _named(atoms.get(n, ()))) for n, peak in enumerate(case.spectrum)]
    return f"13C NMR{_conditions(case.spectrum)} δ {_listed(peaks)}."


def _conditions(spectrum: Spectrum) -> str:
    frequency = None if spectrum.frequency_mhz is None else f"{spectrum.frequency_mhz:g} MHz"
    known = [text for text in (frequency, spectrum.solvent) if text]
    return f" ({', '.join(known)})" if known else ""


def _listed(peaks: Sequence[tuple[Peak, str]]) -> str:
    return ", ".join(f"{peak.shift_ppm}{_remark(peak, carbons)}" for peak, carbons in peaks)


def _named(atoms: Sequence[int]) -> str:
    return atoms_from_1(atoms, "C-", ", ")


def _remark(peak: Peak, carbons: str) -> str:
    group = groups_of(peak.multiplicity) if peak.multiplicity else ""
    group = "Cq" if group == "C" else group  # C alone would be a label
    if peak.count is not None:
        group = f"{peak.count}{group or 'C'}"
    remarks = [text for text in (group, carbons) if text]
    return f" ({', '.join(remarks)})" if remarks else ""
