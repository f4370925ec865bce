"""Pieces of molecules, and which two of them together have the formula and explain the spectrum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.elucidate.scoring import Scorer
from km3aid.elucidate.target import Counts, counts_of
from km3aid.molecules.graphs import Sketch
from km3aid.molecules.graphs.pieces import joined, piece, sides, with_hydrogens

_AT_CUT = 0.7  # how far the prediction of a carbon beside an open bond is trusted
_MOST = 60_000  # pieces
_PER_PIECE = 24  # partners of one piece
_MOST_FREE, _PARTNERS_FREE, _GROUPS_FREE = 300, 1500, 40  # where the formula is not known
_UNSEEN = 0.6  # of a carbon of which nothing is known


class Pair(NamedTuple):
    """Two pieces that fit together."""

    value: float
    sketch: Sketch
    graph: float  # the cosine of the better parent


class _Half(NamedTuple):
    sketch: Sketch  # its open atom is the first
    anchor: int
    counts: Counts
    graph: float


class Bank:
    """Pieces with one open bond, by their formula."""

    def __init__(self, scorer: Scorer, formulas: frozenset[Counts]) -> None:
        self._spectrum, self._config = scorer.query.spectrum, scorer.query.config
        self._formulas = formulas
        self._halves: list[_Half] = []
        self._explained: list[NDArray[np.float64]] = []
        self._misfit: list[float] = []
        self._of: dict[Counts, list[int]] = {}
        self._groups = 0
        self._any: NDArray[np.int64] = np.zeros(0, np.int64)

    def __len__(self) -> int:
        return len(self._halves)

    def add_groups(self, groups: Iterable[Sketch]) -> None:
        """Take groups of which no shifts are known."""
        for sketch in groups:
            self._put(
                _Half(sketch, 0, counts_of(sketch), 0.0),
                np.zeros(len(self._spectrum)),
                _UNSEEN * int((sketch.element == 6).sum()),
            )
            self._groups += 1

    def add(
        self, sketch: Sketch, shift_ppm: NDArray[np.float32], scale_ppm: NDArray[np.float32], graph: float
    ) -> list[int]:
        """Take all pieces of a molecule, and itself with one hydrogen less; returns their numbers.

        A bank that is full takes nothing.
        """
        if len(self) >= _MOST:
            return []
        near = self._near(sketch, shift_ppm, scale_ppm)
        carbon = sketch.element == 6
        found = []
        for both in sides(sketch):
            for atoms in both:
                part = piece(sketch, atoms)
                own = near[atoms]
                own[0] *= _AT_CUT
                found.append(self._put(_Half(part, 0, counts_of(part), graph), *_summary(own, carbon[atoms])))
        summary = _summary(near, carbon)
        sites: dict[tuple[int, float], int] = {}
        for atom in np.flatnonzero(sketch.hydrogens).tolist():
            sites.setdefault((int(sketch.element[atom]), float(shift_ppm[atom])), atom)
        for atom in sites.values():
            open_one = with_hydrogens(sketch, atom, -1)
            found.append(self._put(_Half(open_one, atom, counts_of(open_one), graph), *summary))
        return found

    def pairs(self, numbers: Iterable[int], most: int) -> list[Pair]:
        """The best pairs of one of the pieces `numbers` with any other."""
        found: list[tuple[float, int, int]] = []
        done: set[tuple[int, int]] = set()
        explained, misfit = np.stack(self._explained), np.array(self._misfit)
        if not self._formulas:
            self._any = self._shortlist(explained, misfit)
            numbers = sorted(numbers, key=lambda n: misfit[n] - explained[n].sum())[:_MOST_FREE]
        for n in numbers:
            for at in self._partners(n):
                value = np.maximum(self._explained[n], explained[at]).sum(1) - self._misfit[n] - misfit[at]
                for place in np.argsort(-value, kind="stable")[:_PER_PIECE].tolist():
                    key = (n, int(at[place]))
                    if key[::-1] not in done and key not in done:
                        done.add(key)
                        found.append((float(value[place]), *key))
        found.sort(key=lambda pair: -pair[0])
        return [self._pair(*pair) for pair in found[:most]]

    def _partners(self, n: int) -> Iterator[NDArray[np.int64]]:
        """The pieces that make a wanted formula with piece `n`; any, where none is wanted."""
        if not self._formulas:
            yield self._any
        for formula in self._formulas:
            partners = self._of.get(tuple(a - b for a, b in zip(formula, self._halves[n].counts, strict=True)))
            if partners:
                yield np.array(partners)

    def _shortlist(self, explained: NDArray[np.float64], misfit: NDArray[np.float64]) -> NDArray[np.int64]:
        """Pieces for any partner: the most frequent groups, and those whose carbons have a peak most often."""
        known = np.argsort(misfit - explained.sum(1), kind="stable")[:_PARTNERS_FREE]
        return np.union1d(np.arange(min(self._groups, _GROUPS_FREE)), known)

    def _pair(self, value: float, n: int, m: int) -> Pair:
        one, other = self._halves[n], self._halves[m]
        if other.anchor:
            one, other = other, one
        best = max(one, other, key=lambda half: half.graph)
        if other.anchor:  # both are whole molecules
            order = [other.anchor, *(a for a in range(len(other.sketch.element)) if a != other.anchor)]
            other = other._replace(sketch=piece(other.sketch, order), anchor=0)
        return Pair(value, joined(one.sketch, one.anchor, other.sketch), best.graph)

    def _put(self, half: _Half, explained: NDArray[np.float64], misfit: float) -> int:
        self._of.setdefault(half.counts, []).append(len(self._halves))
        self._halves.append(half)
        self._explained.append(explained)
        self._misfit.append(misfit)
        return len(self._halves) - 1

    def _near(
        self, sketch: Sketch, shift_ppm: NDArray[np.float32], scale_ppm: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        """How near each peak is to each atom (A, P), 0 to 1."""
        scale = self._config.trusted_scale(np.maximum(scale_ppm.astype(np.float64), 0.3))[:, None]
        peaks = np.array([p.shift_ppm for p in self._spectrum])
        near = np.exp(-np.maximum(np.abs(shift_ppm[:, None] - peaks) - scale, 0) / (2 * scale))
        for p, peak in enumerate(self._spectrum):
            if peak.multiplicity is not None:
                near[~np.isin(sketch.hydrogens, list(peak.possible_hydrogens)), p] *= 0.2
        near[sketch.element != 6] = 0
        return np.asarray(near, np.float64)


def _summary(near: NDArray[np.float64], carbon: NDArray[np.bool_]) -> tuple[NDArray[np.float64], float]:
    """What a piece explains of each peak (P,), and how many of its carbons have no peak."""
    if not carbon.any():
        return np.zeros(near.shape[1]), 0.0
    own = near[carbon]
    return own.max(0), float((1 - own.max(1)).sum())
