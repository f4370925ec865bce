"""How many errors the verdict on a structure may make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Le

from km3aid.errors import ConfigError
from km3aid.matching.verdict import LEAST_RATE, MOST_RATE

Rate = Annotated[float, Ge(LEAST_RATE), Le(MOST_RATE)]


@dataclass(frozen=True, slots=True)
class ErrorRates:
    """How often a close wrong structure may be found consistent, and a right one inconsistent."""

    false_accept: Rate = 0.05
    false_reject: Rate = 0.05

    def __post_init__(self) -> None:
        for name in ("false_accept", "false_reject"):
            if not LEAST_RATE <= getattr(self, name) <= MOST_RATE:
                raise ConfigError(f"{name} {getattr(self, name):g}; expected {LEAST_RATE:g} to {MOST_RATE:g}")


USUAL_RATES = ErrorRates()
