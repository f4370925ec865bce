"""What bare letters s, d, t, q after the shifts of a list mean: attached hydrogens, or coupling to F, P, ….

Older papers give the multiplicity of an off-resonance (or DEPT) experiment, later ones the coupling pattern that
remains in a proton-decoupled spectrum. The list is judged as a whole, as nobody mixes the two.
"""

from __future__ import annotations

from km3aid.spectra.spectrum import LeftOut
from km3aid.spectra.text.peak_text import Draft

# Shifts in ppm beyond which no carbon with so many hydrogens lies, except halogen-rich and metal-bound ones.
_HIGHEST_PPM = {"T": 165.0, "Q": 68.0}  # C=CH2 and O-CH3
_LOWEST_QUATERNARY_PPM = 24.0  # alkynes and nitriles lie above, cyclopropanes are rare


def interpret_letters(drafts: list[Draft], left_out: list[LeftOut], notes: list[str], patterns: bool) -> None:
    """Turn the letters of `drafts` into multiplicities, or add them to `left_out`; `notes` get the reason.

    `patterns` says that the list has splittings by several couplings, such as `dd`.
    """
    lettered = [draft for draft in drafts if draft.letter and draft.multiplicity is None]
    if not lettered:
        return
    against = _against_hydrogens(drafts, lettered, patterns)
    if against is None:
        for draft in lettered:
            draft.multiplicity = draft.letter
        notes.append(
            "the letters s, d, t, q are read as attached hydrogens (C, CH, CH2, CH3): the list has several of them and "
            "no coupling constant, and each fits its shift"
        )
        return
    notes.append(f"the letters s, d, t, q are not read as attached hydrogens: {against}")
    left_out.extend(
        LeftOut(
            f"{d.text}: {(d.letter or '').lower()}", f"may be a coupling pattern ({against}); not taken as hydrogens"
        )
        for d in lettered
    )


def _against_hydrogens(drafts: list[Draft], lettered: list[Draft], patterns: bool) -> str | None:
    """Why the letters cannot be attached hydrogens, or None."""
    if any(draft.coupled for draft in drafts):
        return "the list has coupling constants"
    if patterns:
        return "the list has coupling patterns"
    if len({draft.letter for draft in lettered}) < 2:
        return "all letters are the same"
    for draft in lettered:
        letter = draft.letter or ""
        if draft.shift_ppm > _HIGHEST_PPM.get(letter, 1e9):
            return f"no CH{'2' if letter == 'T' else '3'} lies at {draft.text} ppm"
        if letter == "S" and draft.shift_ppm < _LOWEST_QUATERNARY_PPM:
            return f"no quaternary carbon lies at {draft.text} ppm"
    return None
