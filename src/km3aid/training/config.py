"""How a model is fitted: schedule, rate, batch size; an unknown key is an error."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from km3aid.errors import ConfigError

SCHEDULES = {"one-cycle", "plateau"}
SPLITS = {"strict", "paper"}
PRECISIONS = {"auto", "single"}
FAST: dict[str, Any] = {"schedule": "one-cycle", "epochs": 40}  # for machines without a GPU


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """AdamW on one of two schedules, with an exponential moving average of the weights."""

    split: str = "strict"  # or "paper": its molecules alone, stereoisomers on both sides
    schedule: str = "one-cycle"  # or "plateau": halve the rate where the validation loss stands still
    epochs: int = 40
    pretrain_epochs: int = 0  # of a spectrum encoder that is frozen afterwards
    batch_size: int = 128
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    warm_up: float = 0.15  # one-cycle: share of the steps in which the rate rises
    patience: int = 2  # plateau: epochs without a better validation loss before the rate is halved
    precision: str = "auto"  # or "single"; auto rounds the encoders' products to bfloat16 where that is faster
    alike: float = 0.0  # share of the batches whose molecules have nearly the same formula
    augment: bool = True  # vary the spectra as people record them
    average: float = 0.999  # of the moving average of the weights, per step; 0: none
    clip_norm: float = 1.0  # 0: none
    seed: int = 42

    def __post_init__(self) -> None:
        if self.schedule not in SCHEDULES:
            raise ConfigError(f"schedule {self.schedule!r}; expected {' or '.join(sorted(SCHEDULES))}")
        if self.split not in SPLITS:
            raise ConfigError(f"split {self.split!r}; expected {' or '.join(sorted(SPLITS))}")
        if self.precision not in PRECISIONS:
            raise ConfigError(f"precision {self.precision!r}; expected {' or '.join(sorted(PRECISIONS))}")
        if not 0 <= self.alike <= 1:
            raise ConfigError(f"alike {self.alike}; expected 0 to 1")
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
