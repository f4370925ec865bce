"""Estimate how well changed molecules explain the spectrum, before any of them is made."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.elucidate.environments import NOTHING_PPM, Estimate
from km3aid.elucidate.index import Index
from km3aid.elucidate.scoring import Scorer
from km3aid.elucidate.surroundings import RADII, Surroundings, class_table, surroundings
from km3aid.elucidate.trust import Unusual
from km3aid.matching.compiled.packed import pack_classes
from km3aid.molecules.graphs import Sketch, Sketches, stacked


class Estimates(NamedTuple):
    """Of M sketches."""

    match: NDArray[np.float64]  # (M,) estimated log-likelihood of the best assignment
    odd: NDArray[np.float64]  # (M,) nats by which its chemistry is less usual than any
    structure: NDArray[np.uint64]  # (M,) equal for one connectivity


class Base(NamedTuple):
    """A molecule from which others are made, its atoms keeping their places, and what the model predicts for it."""

    keys: NDArray[np.uint64]  # (A, 3) surroundings
    shift_ppm: NDArray[np.float32]  # (A,)
    scale_ppm: NDArray[np.float32]  # (A,)
    table_ppm: NDArray[np.float32]  # (A,) what the table says of it
    known: NDArray[np.uint8]  # (A,)
    odd: NDArray[np.float64]  # (A,)


class Estimator:
    """Estimates for one spectrum, by the table of surroundings."""

    def __init__(self, scorer: Scorer, index: Index, unusual: Unusual) -> None:
        self.scorer, self.environments, self._compositions = scorer, index.environments, index.compositions
        self._by_composition = unusual.composition
        self._unseen, self._rare = np.array([*unusual.unseen, 0.0]), unusual.rare
        self.estimated = 0

    def base(self, sketch: Sketch, shift_ppm: NDArray[np.float32], scale_ppm: NDArray[np.float32]) -> Base:
        """A molecule as the base of estimates."""
        keys = surroundings(stacked([sketch])).radius[0]
        told = self.environments.estimate(keys)
        return Base(keys, shift_ppm, scale_ppm, told.shift_ppm, told.known, self._odd(told))

    def estimate(
        self,
        sketches: Sketches,
        around: Surroundings,
        base: Base | None = None,
        source: NDArray[np.int64] | None = None,
    ) -> Estimates:
        """Estimates (M,) of sketches described by `around`; what they leave unchanged of a `base` is known well.

        `source` (M, A) says which of its atoms each atom was, −1: none; without it they have kept their places.
        """
        self.estimated += len(sketches.atoms)
        there = np.arange(sketches.element.shape[1]) < sketches.atoms[:, None]
        shift, scale = np.zeros(there.shape), np.full(there.shape, NOTHING_PPM)
        cost = np.zeros(there.shape)
        new = there
        if base is not None:
            if source is None:
                source = np.broadcast_to(np.arange(there.shape[1]), there.shape)
            new = there & ((source < 0) | (around.radius[:, :, 2] != base.keys[source, 2]))
        told = self.environments.estimate(around.radius[new])
        shift[new], scale[new], cost[new] = told.shift_ppm, told.scale_ppm, self._odd(told)
        if base is not None and source is not None:
            atom, kept = source[new], there & ~new
            shift[kept], scale[kept] = base.shift_ppm[source[kept]], base.scale_ppm[source[kept]]
            cost[kept] = base.odd[source[kept]]
            moved = told.shift_ppm - base.table_ppm[atom]
            both = (atom >= 0) & (told.known > 0) & (base.known[atom] > 0) & np.isfinite(moved)
            shift[new] = np.where(both, base.shift_ppm[atom] + moved, told.shift_ppm)
        shift = np.nan_to_num(shift)
        scale[~np.isfinite(scale)] = NOTHING_PPM
        match = self._matched(sketches, around, shift, scale)
        return Estimates(match, cost.sum(1) + self._composition(sketches), around.structure)

    def odd(self, sketches: Sketches) -> tuple[NDArray[np.float64], NDArray[np.uint64]]:
        """How unusual the chemistry of some molecules is (M,), and their structures (M,)."""
        around = surroundings(sketches)
        there = np.arange(sketches.element.shape[1]) < sketches.atoms[:, None]
        cost = np.zeros(there.shape)
        cost[there] = self._odd(self.environments.estimate(around.radius[there]))
        return cost.sum(1) + self._composition(sketches), around.structure

    def figures(self, sketches: Sketches) -> NDArray[np.float64]:
        """Of each molecule (M, 5): atoms seen to no, one and two bonds only, the rarity of others, the composition."""
        there = np.arange(sketches.element.shape[1]) < sketches.atoms[:, None]
        told = self.environments.estimate(surroundings(sketches).radius[there])
        known, rare = np.full(there.shape, RADII), np.zeros(there.shape)
        known[there], rare[there] = told.known, np.where(told.known > 1, np.exp(-told.log_count / 2), 0.0)
        columns = [*((known == seen).sum(1) for seen in range(RADII)), rare.sum(1), self._compositions.nats(sketches)]
        return np.stack(columns, 1).astype(float)

    def _composition(self, sketches: Sketches) -> NDArray[np.float64] | float:
        return self._by_composition * self._compositions.nats(sketches) if self._by_composition else 0.0

    def _odd(self, told: Estimate) -> NDArray[np.float64]:
        """How unusual each of some atoms (N,) is."""
        rare = np.where(told.known > 1, self._rare * np.exp(-told.log_count / 2), 0.0)
        cost: NDArray[np.float64] = self._unseen[told.known] + rare
        return cost

    def _matched(
        self, sketches: Sketches, around: Surroundings, shift: NDArray[np.float64], scale: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        return self.scorer.matched(pack_classes(class_table(sketches, around.equal, shift, scale)))
