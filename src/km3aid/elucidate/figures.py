"""The figures of a run by which its proposals are trusted."""

from __future__ import annotations

from km3aid.elucidate.explore import Member
from km3aid.elucidate.run import Found
from km3aid.matching.presence import Compared, presence_figures


def figures_of(compared: Compared, best: Member, found: Found) -> dict[str, float]:
    """The figures by which trust is told."""
    figures = presence_figures(compared)
    return {
        name: figures[name]
        for name in ("log_peaks", "match_per_peak", "ahead", "root_ahead", "worst_line", "dissimilarity", "surprise")
    } | {
        "total_per_peak": max(best.total / compared.fit.peaks, -5.0),
        "unusual": min(best.odd, 20.0),
        "from_library": float(best.origin == "library"),
        "last_gain": found.last_gain,
        "exhausted": float(found.exhausted),
    }
