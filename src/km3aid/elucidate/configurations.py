"""Configurations of the best proposals: which relative configuration of a connectivity explains the spectrum best.

Connectivities are sought without configuration. Of the best ones one configuration that has a shape in space is made,
and its centres and double bonds are inverted, fewest first, as long as that leads to better ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from km3aid.elucidate.members import Member
from km3aid.elucidate.scoring import Scorer
from km3aid.models.network import Network
from km3aid.molecules import diastereomers, parse_smiles
from km3aid.molecules.isomers.configured import either_hand, some_configuration
from km3aid.search import Query

CONFIGURED = 12  # connectivities
_AT_ONCE, _ROUNDS = 23, 3  # configurations of each that are scored in a round, beside the first


class Configured(NamedTuple):
    """A configuration of a connectivity."""

    smiles: str
    member: Member


def configure(network: Network, query: Query, best: Sequence[Member]) -> list[list[Configured]]:
    """Configurations of each of some members, best first; none where at most one is possible.

    Mirror images are one. Where there are more than about 70, they are sought step by step.
    """
    found: list[dict[str, Configured]] = [{} for _ in best]
    wanted = [_first(member) for member in best]
    scorer = Scorer(network, query)
    try:
        for _ in range(_ROUNDS):
            fresh = [(n, text) for n, texts in enumerate(wanted) for text in texts if text not in found[n]]
            if not fresh:
                break
            for (n, text), member in zip(fresh, _scored(scorer, best, fresh), strict=True):
                found[n][text] = Configured(text, member)
            wanted = [_next(each) if texts else () for each, texts in zip(found, wanted, strict=True)]
    finally:
        scorer.close()
    return [sorted(each.values(), key=lambda c: -c.member.total) for each in found]


def _first(member: Member) -> tuple[str, ...]:
    smiles = some_configuration(member.mol)
    others = () if smiles is None else diastereomers(smiles, _AT_ONCE)
    return () if smiles is None or not others else _distinct(smiles, *others)


def _next(found: dict[str, Configured]) -> tuple[str, ...]:
    """Those around the best, where not all were made."""
    if len(found) <= _AT_ONCE:
        return ()
    return _distinct(*diastereomers(max(found.values(), key=lambda c: c.member.total).smiles, _AT_ONCE))


def _distinct(*smiles: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(either_hand, smiles)))


def _scored(scorer: Scorer, best: Sequence[Member], fresh: Sequence[tuple[int, str]]) -> list[Member]:
    mols = [parse_smiles(text).mol for _, text in fresh]
    scored = scorer.start(mols).result()
    return [
        best[number]._replace(
            mol=mol,
            total=float(scored.score[n]) - best[number].odd,
            score=float(scored.score[n]),
            graph=float(scored.graph[n]),
            match=float(scored.match[n]),
            shift_ppm=scored.shift_ppm[n],
            scale_ppm=scored.scale_ppm[n],
        )
        for n, ((number, _), mol) in enumerate(zip(fresh, mols, strict=True))
    ]
