"""The search for structures: molecules are changed, the changes estimated, the best of them made and scored.

Two things go on side by side: while a batch is encoded, the best molecules so far are changed. Which batch comes next
depends on the batches before the one in hand, never on timing, so that a seed repeats a run as far as it went.
"""

from __future__ import annotations

import heapq
import math
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.elucidate.bank import Bank
from km3aid.elucidate.estimate import Base, Estimator
from km3aid.elucidate.index import Index
from km3aid.elucidate.members import WHOLE, Estimated, Member, Parts, Share, Told, Waiting
from km3aid.elucidate.scoring import Scored, Scorer
from km3aid.elucidate.surroundings import surroundings
from km3aid.elucidate.target import Target
from km3aid.elucidate.trust import NOT_UNUSUAL, Trust
from km3aid.molecules.graphs import Sketch, Sketches, mol_of_sketch, sketch_of_mol, stacked
from km3aid.molecules.graphs.changes import changes
from km3aid.molecules.graphs.edited import edited, edits_of, sketch_of_parent
from km3aid.molecules.isomers.edit import Edit, build
from km3aid.molecules.isomers.parent import Parent

BATCH = 160
_EXPANDED, _EXPANDED_FREE = 4, 3  # parents a batch, where the formula is known and where it is not
_SHORTLIST, _FEW, _MOST_EXPANDED = 8, 3, 6  # times the usual number, or that of a batch
_MOST_MEMBERS = 30_000
_MOST_SEEN = 3_000_000  # structures
_OPEN = 2000  # members kept to be changed
_EDITS = 4000
_NOISE = 0.7
_ALL_GROUPS, _USUAL_GROUPS, _RARE_GROUPS = 400, 18, 12
_COMMONEST = 8
_CROSS_EVERY, _CROSSED, _PAIRS = 6, 12, 1500


class Explorer:
    """A population of molecules for one spectrum, and what may come of them; `share` is what this one looks after."""

    def __init__(
        self, scorer: Scorer, index: Index, target: Target, seed: int, parts: Parts, share: Share = WHOLE
    ) -> None:
        self.scorer, self.target, self.parts, self.share = scorer, target, parts, share
        self.estimator = Estimator(
            scorer, index, Trust.bundled().unusual(len(target.formulas) == 1) if parts.usual else NOT_UNUSUAL
        )
        self.bank = Bank(scorer, target.formulas)
        self.bank.add_groups(index.groups.one(m) for m in range(len(index.groups.atoms)))
        self.members: list[Member] = []
        self.batches = 0
        self._groups = [index.groups.one(m) for m in range(min(_ALL_GROUPS, len(index.frequency)))]
        self._rng = np.random.default_rng(seed)
        self._seen: set[int] = set()
        self._waiting = Waiting()
        self.deadline = math.inf  # of the beginning, on the monotonic clock
        self.cut_short = False  # whether the deadline came first
        self._taken: set[int] = set()  # structures that came from other populations
        self._foreign: list[int] = []  # members that another population looks after
        self._open: list[int] = []  # members not expanded yet
        self._crossed: set[int] = set()
        self._expanded_rings: dict[tuple[int, ...], int] = {}
        self._bias: dict[str, list[float]] = {}

    def add_known(self, mols: Sequence[Any], origin: str) -> list[int]:
        """Score some molecules at once and take those of the wanted formulas as members; returns their numbers."""
        fresh, structures, odds = [], [], []
        for first in range(0, len(mols), BATCH):
            part = list(mols[first : first + BATCH])
            odd, structure = self.estimator.odd(stacked([sketch_of_mol(mol) for mol in part]))
            for mol, o, s in zip(part, odd.tolist(), structure.tolist(), strict=True):
                if s not in self._seen:
                    self._seen.add(s)
                    fresh.append(mol)
                    structures.append(s)
                    odds.append(o)
        found = []
        for first in range(0, len(fresh), BATCH):
            if self._is_late():
                break
            own = slice(first, first + BATCH)
            scored = self.scorer.start(fresh[own]).result()
            told = [Told(s, o, origin) for s, o in zip(structures[own], odds[own], strict=True)]
            found += self._take_in(fresh[own], told, scored)
        return found

    def add_neighbours(self, mols: Sequence[Any], most: int) -> None:
        """Cut molecules of other formulas into pieces, and make of these what has a wanted formula."""
        pieces: list[int] = []
        for first in range(0, len(mols), BATCH):
            if self._is_late():
                return
            part = list(mols[first : first + BATCH])
            scored = self.scorer.start(part).result()
            for n, mol in enumerate(part):
                pieces += self.bank.add(
                    sketch_of_mol(mol), scored.shift_ppm[n], scored.scale_ppm[n], float(scored.graph[n])
                )
        self._pair(pieces, most)

    def step(self) -> bool:
        """Score one batch and change the best molecules meanwhile; False where nothing is left to be done."""
        mols, told = self._next_batch()
        if not mols and not self._open:
            return False
        future = self.scorer.start(mols) if mols else None
        self._expand()
        if self.batches % _CROSS_EVERY == 0:
            self._cross()
        self.batches += 1
        self._forget()
        if future is not None:
            found = self._take_in(mols, told, future.result())
            self._foreign += [n for n in found if not self.share.owns(self.members[n].structure)]
        return True

    def emigrants(self, most: int) -> list[Member]:
        """The best members since the last time that another population looks after."""
        found = heapq.nlargest(most, (self.members[n] for n in self._foreign), key=lambda member: member.total)
        self._foreign = []
        return found

    def receive(self, members: Sequence[Member]) -> None:
        """Take in what other populations have scored."""
        for member in members:
            if member.structure not in self._taken and self.share.owns(member.structure):
                self._taken.add(member.structure)
                self._seen.add(member.structure)
                self._open.append(len(self.members))
                self.members.append(member)

    def _forget(self) -> None:
        """Keep of a long run what matters: the best members and those to be changed, and what was met lately."""
        if len(self._seen) > _MOST_SEEN:
            self._seen = {member.structure for member in self.members}
        if len(self.members) < _MOST_MEMBERS:
            return
        best = heapq.nlargest(_MOST_MEMBERS // 3, range(len(self.members)), key=lambda n: self.members[n].total)
        kept = sorted({*best, *self._open, *self._foreign})
        place = {number: n for n, number in enumerate(kept)}
        self.members = [self.members[n] for n in kept]
        self._open = [place[n] for n in self._open]
        self._foreign = [place[n] for n in self._foreign]

    def best(self, count: int) -> list[Member]:
        """The best members."""
        return heapq.nlargest(count, self.members, key=lambda member: member.total)

    def _next_batch(self) -> tuple[list[Any], list[Told]]:
        mols: list[Any] = []
        told: list[Told] = []
        while len(self._waiting) and len(mols) < BATCH:
            candidate = self._waiting.take()
            mol = None if candidate.told.structure in self._taken else candidate.make()
            if mol is not None and self.target.holds(mol):
                mols.append(mol)
                told.append(candidate.told)
        return mols, told

    def _take_in(self, mols: Sequence[Any], told: Sequence[Told], scored: Scored) -> list[int]:
        found = []
        for n, (mol, known) in enumerate(zip(mols, told, strict=True)):
            score = float(scored.score[n])
            if not math.isnan(known.estimate):
                sums = self._bias.setdefault(known.origin, [0.0, 0.0])
                sums[0] = 0.995 * sums[0] + score - known.odd - known.estimate
                sums[1] = 0.995 * sums[1] + 1
            found.append(len(self.members))
            if self.share.owns(known.structure):
                self._open.append(len(self.members))
            self.members.append(
                Member(
                    mol,
                    known.structure,
                    score - known.odd,
                    score,
                    float(scored.graph[n]),
                    float(scored.match[n]),
                    known.odd,
                    scored.shift_ppm[n],
                    scored.scale_ppm[n],
                    known.origin,
                    self.batches,
                )
            )
        return found

    def _expand(self) -> None:
        """Change the best members that were not changed yet, of ring systems that had their turn later ones.

        More of them are changed where few candidates wait.
        """
        usual = _EXPANDED if self.target.formulas else _EXPANDED_FREE
        totals = np.array([self.members[n].total for n in self._open])
        shortlist = np.argsort(-totals, kind="stable")[: _SHORTLIST * usual].tolist()
        chosen: list[int] = []
        while shortlist and (
            len(chosen) < usual or (len(self._waiting) < _FEW * BATCH and len(chosen) < _MOST_EXPANDED * usual)
        ):
            best = max(shortlist, key=lambda place: totals[place] - self._turn(self._open[place]))
            shortlist.remove(best)
            chosen.append(best)
            rings = self._rings(self._open[best])
            self._expanded_rings[rings] = self._expanded_rings.get(rings, 0) + 1
            self._change(self._open[best])
        done = set(chosen)
        self._open = [n for place, n in enumerate(self._open) if place not in done]
        if len(self._open) > 2 * _OPEN:
            self._open = sorted(self._open, key=lambda n: -self.members[n].total)[:_OPEN]

    def _turn(self, number: int) -> float:
        return 0.8 * math.log1p(self._expanded_rings.get(self._rings(number), 0))

    def _rings(self, number: int) -> tuple[int, ...]:
        return tuple(sorted(len(ring) for ring in self.members[number].mol.GetRingInfo().AtomRings()))

    def _change(self, number: int) -> None:
        """Estimate all isomers near a member."""
        if not self.parts.moves:
            return
        member = self.members[number]
        parent = Parent.of(member.mol)
        edits = edits_of(parent, _EDITS)
        if not edits:
            return
        own = sketch_of_parent(parent)
        base = self.estimator.base(own, member.shift_ppm, member.scale_ppm)
        sketches = edited(own, edits)
        self._judge(sketches, (base, None), member.graph, "moves", lambda n: _maker(parent, edits[n]))
        if not self.target.formulas:
            self._change_formula(number, own, base, self.some_groups())

    def look_around(self, numbers: Sequence[int], until: float) -> None:
        """Estimate what the commonest groups make of some members, before any of them has its turn, as time allows."""
        for number in (n for n in numbers if self.share.owns(self.members[n].structure)):
            if time.monotonic() >= until:
                return
            own = sketch_of_mol(self.members[number].mol)
            base = self.estimator.base(own, self.members[number].shift_ppm, self.members[number].scale_ppm)
            self._change_formula(number, own, base, self._groups[:_COMMONEST])

    def some_groups(self) -> list[Sketch]:
        """The usual groups, and some of the rarer ones."""
        usual, rare = self._groups[:_USUAL_GROUPS], self._groups[_USUAL_GROUPS:]
        some = self._rng.permutation(len(rare))[:_RARE_GROUPS].tolist()
        return [*usual, *(rare[g] for g in some)]

    def _change_formula(self, number: int, own: Sketch, base: Base, groups: Sequence[Sketch]) -> None:
        """Estimate what comes of a member by changes of its formula."""
        found = list(changes(own, groups, surroundings(stacked([own])).equal[0].tolist()))
        for first in range(0, len(found), 1024):
            part = found[first : first + 1024]
            sketches = stacked([change.sketch for change in part])
            source = np.full(sketches.element.shape, -1)
            for m, change in enumerate(part):
                source[m, : len(change.source)] = change.source
            graph = self.members[number].graph
            self._judge(sketches, (base, source), graph, "moves", _makers([change.sketch for change in part]))

    def _cross(self) -> None:
        """Cut the best members that were not cut yet, and join their pieces with others."""
        pieces: list[int] = []
        for member_number in heapq.nlargest(
            4 * _CROSSED, range(len(self.members)), key=lambda n: self.members[n].total
        ):
            member = self.members[member_number]
            if member.structure not in self._crossed and len(self._crossed) < 10**6:
                self._crossed.add(member.structure)
                pieces += self.bank.add(sketch_of_mol(member.mol), member.shift_ppm, member.scale_ppm, member.graph)
                if len(pieces) > 40 * _CROSSED:
                    break
        self._pair(pieces, _PAIRS)

    def _pair(self, pieces: list[int], most: int) -> None:
        pairs = self.bank.pairs(pieces, most) if self.parts.pieces else []
        for first in range(0, len(pairs), 512):
            part = pairs[first : first + 512]
            sketches = stacked([pair.sketch for pair in part])
            graph = np.array([pair.graph for pair in part])
            self._judge(sketches, None, graph, "pieces", _makers([pair.sketch for pair in part]))

    def _is_late(self) -> bool:
        self.cut_short = self.cut_short or time.monotonic() >= self.deadline
        return self.cut_short

    def _new(self, rows: NDArray[np.int64], structure: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Those of some rows whose structure was not met before, each once; from now on they were."""
        kept = []
        for row, number in zip(rows.tolist(), structure[rows].tolist(), strict=True):
            if number not in self._seen:
                self._seen.add(number)
                kept.append(row)
        return np.array(kept, np.int64)

    def _judge(
        self,
        sketches: Sketches,
        base: tuple[Base, NDArray[np.int64] | None] | None,
        graph: float | NDArray[np.float64],
        origin: str,
        maker: Callable[[int], Callable[[], Any]],
    ) -> None:
        """Estimate what may become of some sketches, and let those that are new wait.

        What is joined of pieces is made by the population that will look after it, for all have much the same pieces.
        """
        around = surroundings(sketches)
        fitting = self.target.fits(sketches)
        if origin == "pieces":
            fitting &= self.share.owned(around.structure)
        fits = self._new(np.flatnonzero(fitting), around.structure)
        if not len(fits):
            return
        if base is not None and base[1] is not None:
            base = base[0], base[1][fits]
        told = self.estimator.estimate(sketches.some(fits), around.some(fits), *(base or ()))
        fusion = self.scorer.query.fusion
        estimate = (
            fusion.match_weight * told.match
            + fusion.graph_weight * (graph if isinstance(graph, float) else graph[fits])
            - told.odd
        )
        sums = self._bias.get(origin, [0.0, 0.0])
        if not self.parts.steered:
            estimate = np.zeros(len(estimate))
        rank = -(estimate + sums[0] / max(sums[1], 1.0)) + _NOISE * self._rng.gumbel(size=len(estimate))
        kept = fits.tolist()
        self._waiting.put(
            rank.tolist(),
            Estimated(told.structure.tolist(), told.odd.tolist(), estimate.tolist(), origin, lambda n: maker(kept[n])),
        )


def _maker(parent: Parent, edit: Edit) -> Callable[[], Any]:
    return lambda: build(parent, edit)


def _makers(sketches: Sequence[Sketch]) -> Callable[[int], Callable[[], Any]]:
    return lambda n: partial(mol_of_sketch, sketches[n])
