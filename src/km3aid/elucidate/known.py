"""What is known beside the spectrum, checked before any work: the conditions on proposals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import Ge, Gt

from km3aid.elucidate.formulas import formulas_of_mass, spelt
from km3aid.elucidate.target import ELEMENTS, Counts, Target
from km3aid.errors import ConfigError, MoleculeError, SpectrumFormatError
from km3aid.molecules import check_elements, element_counts, formula_charge, pattern_of
from km3aid.molecules.graphs import atomic_number, symbol
from km3aid.spectra.solvent_lines import solvent_alone
from km3aid.spectra.spectrum import Spectrum

MOST_LINES_FREE = 30  # lines beyond which a formula or a mass is needed
_SPARE_CARBONS = 8
_LARGEST = 60  # heavy atoms
_USUAL = ("C", "H", "N", "O", "F", "S", "Cl", "Br")
_HALOGENS = ("F", "Cl", "Br", "I")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What may be known of a structure; nothing has to be.

    `formula` is that of the whole molecule; otherwise `mass_da` within `mass_tolerance_da`, `elements` and `carbons`
    narrow it down. `rings` is the least and the most number of rings. The SMARTS `substructure` must occur, `without`
    must not. Proposals are sought near the structures `start`, too. Without `usual`, surroundings of atoms and hetero
    atoms together that are rare, or were never met, cost nothing.
    """

    formula: str | None = None
    mass_da: Annotated[float, Gt(0)] | None = None
    mass_tolerance_da: Annotated[float, Ge(0)] = 0.005
    elements: tuple[str, ...] | None = None
    carbons: tuple[int, int] | None = None
    rings: tuple[int, int] | None = None
    substructure: str | None = None
    without: str | None = None
    start: tuple[str, ...] = ()
    usual: bool = True

    def __post_init__(self) -> None:
        check_elements(self.elements or ())
        if self.formula is not None:
            check_formula(self.formula)
        for name in ("carbons", "rings"):
            bounds = getattr(self, name)
            if bounds is not None and not 0 <= bounds[0] <= bounds[1]:
                raise ConfigError(f"{name}: {bounds[0]}-{bounds[1]}; give the lowest and the highest number")
        for smarts in (self.substructure, self.without):
            if smarts is not None:
                pattern_of(smarts)

    def check(self, spectrum: Spectrum) -> None:
        """Raise as `target` does where that can be told without a library, and where all lines are set aside."""
        if all(peak.aside is not None for peak in spectrum):
            raise SpectrumFormatError("no line is left that is the molecule's: all were set aside as a solvent's")
        named = bool(spectrum.solvent)
        if (named or (self.formula is None and self.mass_da is None)) and (solvent := solvent_alone(spectrum)):
            raise SpectrumFormatError(
                f"every line may be one of the solvent {solvent} or of the reference, and none is left for a molecule; "
                f"if they are the molecule's, {'say --one-per-carbon' if named else 'give its --formula'}"
            )
        if self.mass_da is None or self.formula is not None:
            self.target(spectrum.without_aside(), {})

    def target(self, spectrum: Spectrum, common: Mapping[str, int]) -> Target:
        """The conditions on proposals for a spectrum without lines set aside.

        `common` are formulas that molecules of this mass have in a library, and how many. Raises `ConfigError` where
        nothing can have both this spectrum and what is known.
        """
        lines = len(spectrum)
        formulas = self._formulas(lines, common)
        if not formulas and lines > MOST_LINES_FREE:
            raise ConfigError(
                f"{lines} lines and neither formula nor mass: too much is possible; give --formula or --mass"
            )
        for counts in formulas:
            if self.formula is not None:
                self._check_lines(counts, spectrum)
        allowed = None if self.formula is not None else self.elements
        carbons = self.carbons or (max(1, lines - 2), 2 * lines + _SPARE_CARBONS)
        return Target(
            frozenset(formulas),
            frozenset(ELEMENTS) if allowed is None else frozenset(atomic_number(s) for s in (*allowed, "H", "C")),
            self.carbons or (1, 250) if formulas else carbons,
            self.rings,
            () if self.substructure is None else (pattern_of(self.substructure),),
            () if self.without is None else (pattern_of(self.without),),
        )

    def _formulas(self, lines: int, common: Mapping[str, int]) -> list[Counts]:
        if self.formula is not None:
            return [_counts(self.formula)]
        if self.mass_da is None:
            return []
        made = formulas_of_mass(self.mass_da, self.mass_tolerance_da, self.elements or _USUAL)
        ranked = sorted(common, key=lambda text: -common[text])
        within = [_counts(text) for text in ranked if not _problem(text)]
        most = self.carbons or (1, 250)
        found = [c for c in dict.fromkeys([*within, *made]) if max(lines, most[0]) <= c[1] <= most[1]]
        if not found:
            raise ConfigError(
                f"mass {self.mass_da:g} Da: no formula of {', '.join(self.elements or _USUAL)} has it and at least "
                f"{lines} carbons; check mass and adduct, or allow more --elements"
            )
        return found[:60]

    def _check_lines(self, counts: Counts, spectrum: Spectrum) -> None:
        own, carbons = len(spectrum), counts[1]
        if own > carbons:
            raise ConfigError(
                f"{own} lines but {spelt(counts)} has {carbons} carbons; check the formula, or name the --solvent so "
                "that its lines are set aside"
            )
        least = sum(min(peak.possible_hydrogens) for peak in spectrum if peak.multiplicity is not None)
        if least > counts[0]:
            raise ConfigError(
                f"the multiplicities say at least {least} hydrogens on carbon, {spelt(counts)} has {counts[0]}"
            )


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to go on, and with how much.

    It ends after `seconds`, or once so many `molecules` are scored; equal seeds and `cores` then give equal answers.
    Each of several cores has a process with a population of its own. `on_cluster`: there is one for each free processor
    of the Ray cluster that was joined.
    """

    seconds: float = 60.0
    molecules: Annotated[int | None, Ge(1)] = None
    seed: int = 0
    cores: Annotated[int, Ge(1)] = 1
    on_cluster: bool = False


def check_formula(formula: str) -> None:
    """Raise `MoleculeError` where no molecule can have the formula."""
    if problem := _problem(formula):
        raise MoleculeError(f"{formula}: {problem}")


def _problem(formula: str) -> str:
    counts = element_counts(formula)
    foreign = [s for s in counts if atomic_number(s) not in ELEMENTS]
    if foreign:
        return f"structures with {foreign[0]} are not proposed; known are {', '.join(map(symbol, ELEMENTS))}"
    if not counts.get("C"):
        return "no carbon; a 13C spectrum needs one"
    heavy = sum(n for s, n in counts.items() if s != "H")
    if heavy > _LARGEST:
        return f"{heavy} atoms beside hydrogen; up to {_LARGEST} are possible"
    ends = counts.get("H", 0) + sum(counts.get(s, 0) for s in _HALOGENS)
    threes = counts.get("N", 0) + counts.get("P", 0) + counts.get("B", 0)
    rest = 2 * (counts["C"] + counts.get("Si", 0)) + 2 + threes - ends + formula_charge(formula)
    if rest % 2:
        return f"an odd number of hydrogens too many or too few ({ends} hydrogens and halogens); check the formula"
    if rest < 0 and not counts.get("P"):
        return f"too many hydrogens: {ends} hydrogens and halogens, at most {ends + rest} are possible"
    return ""


def _counts(formula: str) -> Counts:
    counts: dict[str, Any] = element_counts(formula)
    return (*(counts.get(symbol(n), 0) for n in ELEMENTS), formula_charge(formula))
