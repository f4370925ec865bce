"""How a model is fitted: schedule, rate, batch size; an unknown key is an error."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from km3aid.errors import ConfigError


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """One-cycle AdamW with an exponential moving average of the weights."""

    schedule: str = "one-cycle"
    epochs: int = 40
    batch_size: int = 128
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    warm_up: float = 0.15  # share of the steps in which the rate rises
    average: float = 0.999  # of the moving average of the weights, per step
    clip_norm: float = 1.0
    seed: int = 42

    def __post_init__(self) -> None:
        if self.schedule != "one-cycle":
            raise ConfigError(f"schedule {self.schedule!r}; expected 'one-cycle'")
        if self.epochs < 1 or self.batch_size < 2 or self.learning_rate <= 0:
            raise ConfigError("epochs ≥ 1, batch_size ≥ 2 and learning_rate > 0 are needed")

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TrainingConfig:
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(values) - known):
            raise ConfigError(f"unknown training setting {unknown[0]!r}; known are {', '.join(sorted(known))}")
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)
