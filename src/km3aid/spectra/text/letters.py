"""What the bare letters s, d, t, q behind the shifts of a list mean: attached hydrogens, or coupling to F, P, ….

Old papers write the multiplicity of the off-resonance (or DEPT) experiment, later ones the coupling pattern that is
left in a proton-decoupled spectrum. The list decides as a whole, for nobody mixes the two.
"""

from __future__ import annotations

from km3aid.spectra.spectrum import LeftOut
from km3aid.spectra.text.peak_text import Draft

# Shifts in ppm beyond which no carbon with so many hydrogens is found; halogen-rich and metal-bound ones aside.
_HIGHEST_PPM = {"T": 165.0, "Q": 68.0}  # C=CH2 and O-CH3
_LOWEST_QUATERNARY_PPM = 24.0  # but for alkynes, nitriles and cyclopropanes, which lie above or are rare


def settle_letters(drafts: list[Draft], left_out: list[LeftOut], notes: list[str], patterns: bool) -> None:
    """Decide for the whole list; the drafts get their multiplicity, or `left_out` their letters, and `notes` why.

    `patterns` says that signs of coupling stand in the list, such as `dd` or `m`.
    """
    lettered = [draft for draft in drafts if draft.letter and draft.multiplicity is None]
    if not lettered:
        return
    against = _against_hydrogens(drafts, lettered, patterns)
    if against is None:
        for draft in lettered:
            draft.multiplicity = draft.letter
        notes.append(
            "the letters s, d, t, q are read as attached hydrogens (C, CH, CH2, CH3): no coupling constant stands in "
            "the list, several letters occur, and each fits its shift"
        )
        return
    notes.append(f"the letters s, d, t, q are not read as attached hydrogens: {against}")
    left_out.extend(
        LeftOut(f"{d.text}: {(d.letter or '').lower()}", f"may be a coupling pattern ({against}); not taken as such")
        for d in lettered
    )


def _against_hydrogens(drafts: list[Draft], lettered: list[Draft], patterns: bool) -> str | None:
    """Why the letters are no attached hydrogens, or None where nothing speaks against it."""
    if any(draft.coupled for draft in drafts):
        return "coupling constants stand in the list"
    if patterns:
        return "coupling patterns stand in the list"
    if len({draft.letter for draft in lettered}) < 2:
        return "only one kind of letter occurs"
    for draft in lettered:
        letter = draft.letter or ""
        if draft.shift_ppm > _HIGHEST_PPM.get(letter, 1e9):
            return f"no CH{'2' if letter == 'T' else '3'} lies at {draft.text} ppm"
        if letter == "S" and draft.shift_ppm < _LOWEST_QUATERNARY_PPM:
            return f"no carbon without hydrogen lies at {draft.text} ppm"
    return None
