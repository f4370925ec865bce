"""A 13C spectrum as a list of peaks: what every reader returns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from km3aid.drawn import Drawn
from km3aid.errors import SpectrumFormatError
from km3aid.spectra.experiment import Experiment
from km3aid.spectra.trace import Trace

Multiplicity = str  # one of the four below, or several of them: "S/T" is a C or a CH2
MULTIPLICITIES: tuple[Multiplicity, ...] = ("S", "D", "T", "Q")  # the position is the number of attached H
_GROUPS = ("C", "CH", "CH2", "CH3")

SHIFT_MIN_PPM = -50.0
SHIFT_MAX_PPM = 350.0


def multiplicity_of(hydrogens: Iterable[int]) -> Multiplicity | None:
    """The multiplicity of a carbon with one of these numbers of attached H; None for all four, which say nothing.

    >>> multiplicity_of([2]), multiplicity_of([2, 0]), multiplicity_of(range(4))
    ('T', 'S/T', None)
    """
    possible = sorted(set(hydrogens))
    return None if len(possible) == len(MULTIPLICITIES) else "/".join(MULTIPLICITIES[h] for h in possible)


def groups_of(multiplicity: Multiplicity) -> str:
    """The multiplicity as chemists write it.

    >>> groups_of("D/Q")
    'CH/CH3'
    """
    return "/".join(_GROUPS[MULTIPLICITIES.index(letter)] for letter in multiplicity.split("/"))


@dataclass(frozen=True, slots=True)
class Peak:
    """One line of a 13C spectrum."""

    shift_ppm: float
    multiplicity: Multiplicity | None = None  # attached hydrogens: S 0, D 1, T 2, Q 3; S/T: 0 or 2
    count: int | None = None  # carbons that share the line
    intensity: float | None = None  # in the unit of the source
    aside: str | None = None  # why the line is probably not the molecule's, but the solvent's, for instance

    def __post_init__(self) -> None:
        if not SHIFT_MIN_PPM <= self.shift_ppm <= SHIFT_MAX_PPM:  # also catches NaN
            raise SpectrumFormatError(
                f"shift {self.shift_ppm} ppm is outside {SHIFT_MIN_PPM:g}…{SHIFT_MAX_PPM:g} ppm; "
                "check the unit and the decimal point"
            )
        if self.multiplicity is not None and not _is_multiplicity(self.multiplicity):
            raise SpectrumFormatError(
                f"multiplicity {self.multiplicity!r} at {self.shift_ppm} ppm; expected S, D, T or Q "
                "(0, 1, 2 or 3 attached hydrogens), or two or three of them, such as S/T"
            )
        if self.count is not None and self.count < 1:
            raise SpectrumFormatError(f"count {self.count} at {self.shift_ppm} ppm; expected 1 or more")

    @property
    def hydrogens(self) -> int | None:
        """Number of attached hydrogens, or None where it is not known for certain."""
        return MULTIPLICITIES.index(self.multiplicity) if self.multiplicity in MULTIPLICITIES else None

    @property
    def possible_hydrogens(self) -> tuple[int, ...]:
        """The numbers of attached hydrogens that the peak may have; all four where its multiplicity is unknown."""
        if self.multiplicity is None:
            return tuple(range(len(MULTIPLICITIES)))
        return tuple(MULTIPLICITIES.index(letter) for letter in self.multiplicity.split("/"))


def _is_multiplicity(text: str) -> bool:
    letters = text.split("/")
    known = [letter for letter in MULTIPLICITIES if letter in letters]
    return letters == known and len(known) < len(MULTIPLICITIES)


def peak_at(
    where: str,
    shift_ppm: float,
    multiplicity: Multiplicity | None = None,
    count: int | None = None,
    intensity: float | None = None,
) -> Peak:
    """The peak read at `where`; raises `SpectrumFormatError` that begins with it if a value is out of range.

    >>> peak_at("line 3", 21.0, count=0)
    Traceback (most recent call last):
    km3aid.errors.SpectrumFormatError: line 3: count 0 at 21.0 ppm; expected 1 or more
    """
    try:
        return Peak(shift_ppm, multiplicity, count, intensity)
    except SpectrumFormatError as error:
        raise SpectrumFormatError(f"{where}: {error}") from None


class LeftOut(NamedTuple):
    """Something in the input that did not become a peak, and why: nothing is dropped in silence."""

    text: str
    reason: str

    @classmethod
    def range(cls, text: str, middle_ppm: float) -> LeftOut:
        """The note on a range of shifts for which its midpoint stands."""
        return cls(text, f"a range; its midpoint, {middle_ppm:g} ppm, is taken as the peak")


@dataclass(frozen=True, slots=True)
class Spectrum(Drawn):
    """A 13C peak list, in the order of the input.

    `left_out` is what the reader did not take, `notes` what it decided. With `one_per_carbon` the list has one peak
    for every carbon, including each of several equivalent ones.
    """

    peaks: tuple[Peak, ...]
    id: str | None = None
    solvent: str | None = None
    left_out: tuple[LeftOut, ...] = field(default=(), compare=False)
    frequency_mhz: float | None = field(default=None, kw_only=True)  # of 13C
    notes: tuple[str, ...] = field(default=(), compare=False)
    one_per_carbon: bool = field(default=False, kw_only=True)
    experiment: Experiment = field(default=Experiment.PLAIN, kw_only=True)
    trace: Trace | None = field(default=None, compare=False, repr=False, kw_only=True)  # from which peaks were picked

    def __post_init__(self) -> None:
        if not self.peaks:
            raise SpectrumFormatError("the spectrum has no peak; expected at least one shift in ppm")

    @classmethod
    def from_shifts(
        cls, shifts_ppm: Iterable[float], id: str | None = None, *, one_per_carbon: bool = False
    ) -> Spectrum:
        """A spectrum of bare shifts in ppm.

        >>> len(Spectrum.from_shifts([170.2, 21.0]))
        2
        """
        return cls(tuple(Peak(float(s)) for s in shifts_ppm), id=id, one_per_carbon=one_per_carbon)

    def __len__(self) -> int:
        return len(self.peaks)

    def __iter__(self) -> Iterator[Peak]:
        return iter(self.peaks)

    def without_aside(self) -> Spectrum:
        """The spectrum without the peaks that are set aside, and without its trace."""
        kept = tuple(peak for peak in self.peaks if peak.aside is None)
        return self if len(kept) == len(self.peaks) and self.trace is None else replace(self, peaks=kept, trace=None)

    def to_dict(self) -> dict[str, Any]:
        """The spectrum as in a batch record: id, solvent, and the ppm, multiplicity and count of each peak."""
        peaks = [{"ppm": p.shift_ppm, "multiplicity": p.multiplicity, "count": p.count} for p in self.peaks]
        return {"id": self.id, "peaks": peaks, "solvent": self.solvent}
