"""How sure the configuration is, once the connectivity is: what a difference in score counts between stereoisomers.

Two structures of one connectivity share most errors of the prediction, and what tells them apart is small: the same
difference in score says less than it does between two connectivities.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.config import from_dict, to_dict
from km3aid.matching.fusion import probabilities


@dataclass(frozen=True, slots=True)
class Configurations:
    """What the difference of two scores is multiplied by to be their log-odds, by the form of the spectrum."""

    per_carbon: float = 1.0
    distinct: float = 1.0

    @classmethod
    def of_header(cls, header: dict[str, Any]) -> Configurations:
        """What the header of a model file holds; where it holds nothing, differences count in full."""
        return from_dict(cls, header.get("configurations", {}), "configurations")

    def to_dict(self) -> dict[str, Any]:
        """All constants, as they stand in the header of the weights."""
        return to_dict(self)

    def shares(self, score: NDArray[np.float64], one_per_carbon: bool) -> NDArray[np.float64]:
        """The probability (N,) of each structure of a connectivity by its score (N,), if one of them is right.

        >>> Configurations(distinct=0.5).shares(np.array([0.0, -2.0]), one_per_carbon=False).round(3).tolist()
        [0.731, 0.269]
        """
        return probabilities(score * (self.per_carbon if one_per_carbon else self.distinct))
