"""A 13C spectrum as a list of peaks: the one representation that every reader makes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from km3aid.errors import SpectrumFormatError

Multiplicity = Literal["S", "D", "T", "Q"]
MULTIPLICITIES: tuple[Multiplicity, ...] = ("S", "D", "T", "Q")  # position = number of attached H

SHIFT_MIN_PPM = -50.0
SHIFT_MAX_PPM = 350.0


@dataclass(frozen=True, slots=True)
class Peak:
    """One line of a 13C spectrum.

    `shift_ppm` in ppm; `multiplicity` is the number of attached hydrogens as S (0), D (1), T (2), Q (3);
    `count` is how many carbons the line stands for; `intensity` is in the unit of its source. `aside` says why the
    line is probably none of the molecule (the solvent's, for instance).
    """

    shift_ppm: float
    multiplicity: Multiplicity | None = None
    count: int | None = None
    intensity: float | None = None
    aside: str | None = None

    def __post_init__(self) -> None:
        if not SHIFT_MIN_PPM <= self.shift_ppm <= SHIFT_MAX_PPM:  # also catches NaN
            raise SpectrumFormatError(
                f"shift {self.shift_ppm} ppm is outside {SHIFT_MIN_PPM:g}…{SHIFT_MAX_PPM:g} ppm; "
                "check the unit and the decimal point"
            )
        if self.multiplicity is not None and self.multiplicity not in MULTIPLICITIES:
            raise SpectrumFormatError(
                f"multiplicity {self.multiplicity!r} at {self.shift_ppm} ppm; expected S, D, T or Q "
                "(0, 1, 2 or 3 attached hydrogens)"
            )
        if self.count is not None and self.count < 1:
            raise SpectrumFormatError(f"count {self.count} at {self.shift_ppm} ppm; expected 1 or more")

    @property
    def hydrogens(self) -> int | None:
        """Number of attached hydrogens, or None where the multiplicity is unknown."""
        return None if self.multiplicity is None else MULTIPLICITIES.index(self.multiplicity)


class LeftOut(NamedTuple):
    """Something in the input that did not become a peak, with the reason (nothing is dropped in silence)."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Spectrum:
    """A 13C peak list in the order of the input, with what the reader left out and what it decided (`notes`).

    `one_per_carbon` says that the list holds one peak for every carbon, equivalent carbons each with their own.
    """

    peaks: tuple[Peak, ...]
    id: str | None = None
    solvent: str | None = None
    left_out: tuple[LeftOut, ...] = field(default=(), compare=False)
    frequency_mhz: float | None = field(default=None, kw_only=True)  # of the carbon
    notes: tuple[str, ...] = field(default=(), compare=False)
    one_per_carbon: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        if not self.peaks:
            raise SpectrumFormatError("the spectrum holds no peak; expected at least one shift in ppm")

    @classmethod
    def from_shifts(
        cls, shifts_ppm: Iterable[float], id: str | None = None, *, one_per_carbon: bool = False
    ) -> Spectrum:
        """Make a spectrum from bare shifts in ppm.

        >>> len(Spectrum.from_shifts([170.2, 21.0]))
        2
        """
        return cls(tuple(Peak(float(s)) for s in shifts_ppm), id=id, one_per_carbon=one_per_carbon)

    def __len__(self) -> int:
        return len(self.peaks)

    def __iter__(self) -> Iterator[Peak]:
        return iter(self.peaks)

    def without_aside(self) -> Spectrum:
        """The spectrum without the peaks that are set aside."""
        kept = tuple(peak for peak in self.peaks if peak.aside is None)
        return self if len(kept) == len(self.peaks) else replace(self, peaks=kept)

    def to_dict(self) -> dict[str, Any]:
        """The `peaks` form of the batch contract: ppm, multiplicity and count of each peak."""
        peaks = [{"ppm": p.shift_ppm, "multiplicity": p.multiplicity, "count": p.count} for p in self.peaks]
        return {"id": self.id, "peaks": peaks, "solvent": self.solvent}
