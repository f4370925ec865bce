"""A run: from the hits of a library to the best molecules that the time allows."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from km3aid.elucidate.explore import Explorer
from km3aid.elucidate.index import Index
from km3aid.elucidate.known import Effort
from km3aid.elucidate.members import EVERY_PART, Member, Parts
from km3aid.elucidate.scoring import Scorer
from km3aid.elucidate.target import Target
from km3aid.errors import MoleculeError
from km3aid.library import Filters
from km3aid.models.network import Network
from km3aid.molecules.graphs import flat_mol, sketch_of_mol
from km3aid.search import NO_FILTERS, Limits, Query, Searchable

_FITTING, _SIMILAR = 300, 400  # hits that satisfy the conditions, and hits of any kind
_PAIRS = 6000
_LOOKED_AROUND = 300  # hits whose changes are estimated before all others, where the formula is open
_KEPT = 400  # members of the answer


class Progress(NamedTuple):
    """How far a run is."""

    batches: int
    scored: int
    best: float  # total of the best so far; minus infinity where there is none
    seconds_left: float


class Starts(NamedTuple):
    """SMILES from which a run starts."""

    given: Sequence[str]
    fitting: Sequence[str]  # hits that satisfy the conditions
    similar: Sequence[str]  # hits of any kind


class Found(NamedTuple):
    """What a run found, best first."""

    members: list[Member]
    scored: int
    estimated: int
    exhausted: bool
    stopped: bool  # by Ctrl-C


def starts_of(query: Query, library: Searchable, target: Target, filters: Filters, given: Sequence[str]) -> Starts:
    """The hits of a library to start from; `filters` are the conditions on proposals as far as a search knows them."""
    limits = Limits(kept=_SIMILAR, sure=_FITTING)
    asked = [filters, NO_FILTERS] if target.formulas else [NO_FILTERS]
    found = library.find_many([query] * len(asked), asked, limits)
    hits = [[smiles for smiles, _ in candidates.entries] for candidates in found]
    return Starts(given, hits[0][:_FITTING], hits[-1][:_SIMILAR])


class Asked(NamedTuple):
    """What a run is asked."""

    query: Query
    chemistry: Index
    target: Target
    starts: Starts
    parts: Parts = EVERY_PART


def run(network: Network, asked: Asked, effort: Effort, progress: Callable[[Progress], None] | None = None) -> Found:
    """Propose molecules for a spectrum until the effort is spent, nothing is left to try, or Ctrl-C."""
    began = time.monotonic()
    scorer = Scorer(network, asked.query)
    explorer = Explorer(scorer, asked.chemistry, asked.target, effort.seed, asked.parts)
    exhausted = stopped = False
    best = -math.inf
    try:
        _begin(explorer, asked.target, asked.starts)
        while True:
            left = effort.seconds - (time.monotonic() - began)
            if effort.molecules is not None:
                left = math.inf if scorer.scored < effort.molecules else 0.0
            best = max((m.total for m in explorer.best(1)), default=best)
            if progress is not None:
                progress(Progress(explorer.batches, scorer.scored, best, max(left, 0.0)))
            if left <= 0:
                break
            if not explorer.step():
                exhausted = True
                break
    except KeyboardInterrupt:
        stopped = True
    finally:
        scorer.close()
    return Found(
        explorer.best(_KEPT),
        scorer.scored,
        explorer.estimator.estimated,
        exhausted,
        stopped,
    )


def _begin(explorer: Explorer, target: Target, starts: Starts) -> None:
    """Score what there is to start from, and join pieces of it."""
    given, fitting, similar = (_mols(part) for part in starts)
    for mols, origin in ((given, "start"), (fitting, "library")):
        known = explorer.add_known([m for m in mols if _satisfies(m, target)], origin)
        if not target.formulas:
            explorer.look_around(known[:_LOOKED_AROUND])
    explorer.add_neighbours([*given, *similar], _PAIRS)


def _mols(smiles: Sequence[str]) -> list[object]:
    found = []
    for text in smiles:
        try:
            found.append(flat_mol(text))
        except MoleculeError:
            continue
    return found


def _satisfies(mol: object, target: Target) -> bool:
    sketch = sketch_of_mol(mol)
    return target.has_formula(sketch) and target.allows(sketch) and target.holds(mol)
