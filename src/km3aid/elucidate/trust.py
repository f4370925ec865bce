"""How far to trust proposals: the chance that the right structure is among them, fitted on runs with known answers."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.config import from_dict, to_dict
from km3aid.elucidate.figures import FIT
from km3aid.matching.fusion import probabilities
from km3aid.matching.logistic import Logistic
from km3aid.matching.presence import bounded

_STEEP = 3.0  # log-odds for each nat per peak
FILE = "elucidate.json"  # beside the bundled weights


@dataclass(frozen=True, slots=True)
class Unusual:
    """By how much an atom lowers a score whose surroundings were seen to no bond, to one, to two bonds only.

    Where they were seen to two bonds, `rare` is what an atom costs that was met once; it falls with the root of the
    number. Each nat by which the hetero atoms are unusual costs `composition`.
    """

    unseen: tuple[float, float, float] = (4.5, 1.6, 0.2)
    rare: float = 1.3
    composition: float = 0.0


NOT_UNUSUAL = Unusual((0.0, 0.0, 0.0), 0.0)


@dataclass(frozen=True, slots=True)
class Trust:
    """The constants for spectra whose formula is known, and for others.

    Of right structures one in twenty has a score per peak below `poor_…`; where the best proposal fits worse, it is
    trusted less, by three log-odds for each nat. `sharp_…` is what the difference of two scores is multiplied by to be
    log-odds. `model_sha256` says with which model they were fitted; another one is trusted by the same constants
    until they are fitted again.
    """

    model_sha256: str = ""
    sharp_of_formula: float = 0.5
    sharp_free: float = 0.5
    poor_of_formula: float = -5.0
    poor_free: float = -4.0
    unusual_of_formula: Unusual = field(default_factory=Unusual)
    unusual_free: Unusual = field(default_factory=lambda: Unusual((4.4, 1.6, 0.1), 0.1, 0.45))
    formula: Logistic = field(default_factory=Logistic)
    free: Logistic = field(default_factory=Logistic)

    @classmethod
    def bundled(cls) -> Trust:
        """The constants that come with the bundled model; those of a fresh installation where there are none."""
        return _bundled()

    @classmethod
    def of(cls, values: dict[str, Any]) -> Trust:
        """The inverse of `to_dict`; raises `ConfigError`."""
        return from_dict(cls, values, FILE)

    def unusual(self, formula: bool) -> Unusual:
        """The weights for spectra whose formula is known, or for others."""
        return self.unusual_of_formula if formula else self.unusual_free

    def shares(self, scores: NDArray[np.float64], formula: bool) -> NDArray[np.float64]:
        """The probability (N,) of each proposal by its score (N,), if one of them is right."""
        return probabilities(scores * (self.sharp_of_formula if formula else self.sharp_free))

    def present(self, figures: dict[str, float], formula: bool) -> float:
        """The probability that the right structure is among the proposals."""
        probability = bounded((self.formula if formula else self.free)(figures))
        lacking = max((self.poor_of_formula if formula else self.poor_free) - figures[FIT], 0.0)
        odds = probability / (1 - probability) * math.exp(-_STEEP * lacking)
        return odds / (1 + odds)

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the file."""
        return to_dict(self)


@lru_cache(1)
def _bundled() -> Trust:
    path = Path(str(resources.files("km3aid") / "weights" / FILE))
    if not path.exists():
        return Trust()
    return Trust.of(json.loads(path.read_text(encoding="utf-8")))
