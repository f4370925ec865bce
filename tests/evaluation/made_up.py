"""Cases made up by hand, and a matcher that needs no model: the predicted shifts alone decide."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from km3aid.evaluation.cases import Case
from km3aid.matching.assign import assign
from km3aid.matching.classes import CarbonClasses
from km3aid.matching.config import MatchConfig


@dataclass(frozen=True)
class ByShift:
    """Assigns as the engine does, without the evidence of a node level."""

    matching: MatchConfig = field(default_factory=MatchConfig)

    def with_matching(self, config):
        return ByShift(config)

    def match(self, node, classes, spectrum):
        return assign(spectrum, classes, self.matching)


def case(predicted, recorded, *, row=0, scale=1.0, hydrogens=None, splits=False, groups=None) -> Case:
    """A molecule of carbons alone; `groups` are the atoms of each class, by default each carbon its own."""
    predicted, recorded = np.array(predicted, np.float64), np.array(recorded, np.float32)
    groups = groups or [(i,) for i in range(len(recorded))]
    classes = CarbonClasses(
        tuple(groups),
        np.array([predicted[list(g)].mean() for g in groups]),
        np.full(len(groups), scale),
        np.zeros(len(groups), np.int64),
        np.full(len(groups), splits),
    )
    carbons = np.argsort(recorded, kind="stable")
    unknown = np.full(len(recorded), 255, np.uint8)
    none = np.zeros((len(recorded), 1), np.float32)
    return Case(row, none[0], none, classes, carbons, recorded, unknown, predicted.astype(np.float32))
