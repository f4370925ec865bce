"""What a search found as hits: one for each connectivity, with probabilities that leave room for none of them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.engine.results import By, Hit, Member
from km3aid.matching.configurations import Configurations
from km3aid.matching.fit import fit_of
from km3aid.matching.fusion import fuse, probabilities
from km3aid.matching.presence import Compared, Presence
from km3aid.molecules import connectivity, is_smiles
from km3aid.search.query import Candidates, Entry, Query

_MORE = 50  # candidates after the hits wanted among which members of their groups are looked for


class Told(NamedTuple):
    """The constants behind the probabilities of hits."""

    presence: Presence | None
    configurations: Configurations


def hits_of(
    found: Candidates, query: Query, entries: Sequence[Entry], told: Told, top: int | None, by: By
) -> tuple[tuple[Hit, ...], float | None]:
    """The hits among candidates that `entries` (R,) name, and the probability that the right one is among them all."""
    if not len(found.rows):
        return (), None if told.presence is None else 0.0
    grouped = group(found, query, entries, top)
    form = query.spectrum.one_per_carbon
    present = None if told.presence is None else told.presence.probability(compared(found, query, grouped), form)
    shares = [told.configurations.shares(grouped.score[places], form) for places in grouped.groups[:top]]
    return make_hits(found, grouped, entries, shares, present, top, by), present


def shown_smiles(given: str, canonical: str) -> str:
    """A candidate as a SMILES: as it was given, or canonical where that was a mol block or an InChI."""
    return given.strip() if is_smiles(given) else canonical


def elapsed_ms(began: float) -> float:
    """Milliseconds since `began` by the performance counter."""
    return round((time.perf_counter() - began) * 1000, 1)


class Grouped(NamedTuple):
    """Candidates by connectivity."""

    score: NDArray[np.float64]  # (R,) of each candidate, fused
    groups: list[list[int]]  # the candidates of each connectivity; both best first


def group(found: Candidates, query: Query, entries: Sequence[Entry], top: int | None) -> Grouped:
    """Candidates of one connectivity together, best first, equal ones in order; `entries` (R,) name them.

    Far behind the `top` hits wanted (None: all) each candidate is by itself.
    """
    score = fuse(found.graph, found.match, query.fusion)
    order = np.argsort(-score, kind="stable").tolist()
    near = order if top is None else order[: top + _MORE]
    groups: dict[str, list[int]] = {}
    for place in near:
        groups.setdefault(connectivity(entries[place][0]), []).append(place)
    return Grouped(score, [*groups.values(), *([place] for place in order[len(near) :])])


def compared(found: Candidates, query: Query, grouped: Grouped) -> Compared:
    """What the best candidate shows of whether the right structure is there; there has to be one."""
    best = grouped.groups[0][0]
    return Compared(
        grouped.score[[places[0] for places in grouped.groups]],
        float(found.graph[best]),
        float(found.match[best]),
        fit_of(query.spectrum, found.classes[best], query.config),
        found.passed,
    )


def make_hits(
    found: Candidates,
    grouped: Grouped,
    entries: Sequence[Entry],
    shares: Sequence[NDArray[np.float64]],
    present: float | None,
    top: int | None,
    by: By,
) -> tuple[Hit, ...]:
    """The `top` hits (None: all), best first.

    By connectivity stereoisomers, salts and duplicates are one hit. It has the score of its best structure, so that it
    gains nothing by being listed twice, and its members share its probability: `shares` has an array for each group
    that is shown. The probabilities of all candidates add up to `present`, or to 1 where that is not known.
    """
    score, groups = grouped
    every = probabilities(score[[places[0] for places in groups]]) * (1.0 if present is None else present)
    shown: list[tuple[int, float, tuple[Member, ...]]] = []  # candidate, probability, members
    for places, probability, share in zip(groups[:top], every[:top].tolist(), shares, strict=True):
        parts = (share * probability).tolist()
        if by == "structure":
            shown += [(place, part, ()) for place, part in zip(places, parts, strict=True)]
        elif len(places) == 1:
            shown.append((places[0], probability, ()))
        else:
            members = [Member(*entries[i], float(score[i]), part) for i, part in zip(places, parts, strict=True)]
            shown.append((places[0], probability, tuple(members)))
    shown.sort(key=lambda hit: -score[hit[0]])
    return tuple(
        Hit(n, *entries[i], float(score[i]), probability, float(found.graph[i]), float(found.match[i]), members)
        for n, (i, probability, members) in enumerate(shown[:top], 1)
    )
