"""What of a source is wanted, where it does not say so itself or holds several measurements."""

from __future__ import annotations

from dataclasses import dataclass

from km3aid.spectra.experiment import Experiment


@dataclass(frozen=True, slots=True)
class Wanted:
    """By default the 13C spectrum, a plain one first, of sources that name their nucleus."""

    experiment: str | None = None  # the number, folder or file of one of several
    nucleus: str | None = None  # what it is where the source does not say
    every: bool = False  # of several experiments each that can be used on its own, the usual one first
    kind: Experiment | None = None  # DEPT, which cannot be used on its own; None: what can


ANYTHING = Wanted()
