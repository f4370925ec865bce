"""An island: one population of molecules, which works on by itself and trades its best with others."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from km3aid.elucidate.explore import Explorer
from km3aid.elucidate.index import Index
from km3aid.elucidate.members import EVERY_PART, WHOLE, Member, Parts, Share
from km3aid.elucidate.scoring import Scorer
from km3aid.elucidate.target import Target
from km3aid.errors import MoleculeError
from km3aid.models.network import Network
from km3aid.molecules.graphs import flat_mol, sketch_of_mol
from km3aid.search import Query

_PAIRS = 6000
_LOOKED_AROUND = 300  # hits whose changes are estimated before all others, where the formula is open
_LOOKING = 0.2  # of the time, at most
_EMIGRANTS = 60  # at once
KEPT = 400  # members of the answer


class Starts(NamedTuple):
    """SMILES from which a run starts."""

    given: Sequence[str]
    fitting: Sequence[str]  # hits that satisfy the conditions
    similar: Sequence[str]  # hits of any kind


class Asked(NamedTuple):
    """What a run is asked."""

    query: Query
    chemistry: Index
    target: Target
    starts: Starts
    parts: Parts = EVERY_PART


class Stint(NamedTuple):
    """How long an island works before it says how far it is: `seconds`, or so many `batches` or `molecules`.

    `left` are the seconds until the run ends, after which it does not even finish its beginning.
    """

    seconds: float = math.inf
    batches: float = math.inf
    molecules: float = math.inf
    left: float = math.inf


class Report(NamedTuple):
    """What an island has done so far, and the members that others shall look after."""

    batches: int
    scored: int
    estimated: int
    best: float  # total of the best so far; minus infinity where there is none
    exhausted: bool
    emigrants: list[Member]
    begun: bool = True  # whether all that there is to start from was looked at


class Island:
    """One population; `share` is what it looks after of all."""

    def __init__(self, network: Network, asked: Asked, seed: int, share: Share = WHOLE) -> None:
        self._target, self._starts = asked.target, asked.starts
        if not asked.parts.parents:
            self._starts = asked.starts._replace(fitting=[])
        self._scorer = Scorer(network, asked.query)
        self._explorer = Explorer(
            self._scorer, asked.chemistry, asked.target, seed + 1000 * share.number, asked.parts, share
        )
        self._begun = self._exhausted = False

    def work(
        self, stint: Stint, arrived: Sequence[Member] = (), told: Callable[[Report], None] | None = None
    ) -> Report:
        """Go on until the stint is over or nothing is left to try; `told` hears of every batch."""
        until = time.monotonic() + stint.seconds
        explorer, batches = self._explorer, self._explorer.batches + stint.batches
        explorer.deadline = time.monotonic() + stint.left
        if not self._begun:
            self._begin(time.monotonic() + _LOOKING * stint.left)
        self._exhausted = self._exhausted and not arrived
        explorer.receive(arrived)
        while not self._exhausted:
            if told is not None:
                told(self.report(0))
            if time.monotonic() >= until or explorer.batches >= batches or self._scorer.scored >= stint.molecules:
                break
            self._exhausted = not explorer.step()
        return self.report(_EMIGRANTS)

    def report(self, emigrants: int) -> Report:
        """How far it is."""
        explorer = self._explorer
        return Report(
            explorer.batches,
            self._scorer.scored,
            explorer.estimator.estimated,
            max((member.total for member in explorer.best(1)), default=-math.inf),
            self._exhausted,
            explorer.emigrants(emigrants) if emigrants else [],
            self._begun and not explorer.cut_short,
        )

    def best(self) -> list[Member]:
        """Its best members, best first."""
        return self._explorer.best(KEPT)

    def close(self) -> None:
        """End its thread."""
        self._scorer.close()

    def _begin(self, until: float) -> None:
        """Score what there is to start from, and join pieces of it; some changes of it are looked at until then."""
        self._begun = True
        given, fitting, similar = (_mols(part) for part in self._starts)
        for mols, origin in ((given, "start"), (fitting, "library")):
            known = self._explorer.add_known([m for m in mols if self._satisfies(m)], origin)
            if not self._target.formulas:
                self._explorer.look_around(known[:_LOOKED_AROUND], until)
        self._explorer.add_neighbours([*given, *similar], _PAIRS)

    def _satisfies(self, mol: Any) -> bool:
        sketch = sketch_of_mol(mol)
        return self._target.has_formula(sketch) and self._target.allows(sketch) and self._target.holds(mol)


def _mols(smiles: Sequence[str]) -> list[Any]:
    found = []
    for text in smiles:
        try:
            found.append(flat_mol(text))
        except MoleculeError:
            continue
    return found
