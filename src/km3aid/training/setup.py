"""What a training is asked to do: which model, how it is fitted, where it writes, on what it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from km3aid.config import from_dict
from km3aid.models.config import ModelConfig, model_config, read_preset
from km3aid.training.config import FAST, TrainingConfig
from km3aid.training.state import Metrics


@dataclass(frozen=True, slots=True)
class Hardware:
    """The processors of one training."""

    accelerator: str = "auto"  # or cpu, gpu
    devices: int | str = 1  # how many GPUs, or auto


@dataclass(frozen=True, slots=True)
class Preset:
    """A configuration by name, and what is changed in it."""

    name: str = "best"  # or paper, or a TOML file
    changes: tuple[str, ...] = ()  # such as `model.tau2=1.0`
    fast: bool = False  # the short schedule
    epochs: int | None = None  # instead of the schedule's

    def resolve(self) -> Settings:
        """The configuration of the training; raises `ConfigError`."""
        values = read_preset(self.name, self.changes)
        training = from_dict(TrainingConfig, values.get("training", {}), f"preset {self.name}: training")
        short = {**(FAST if self.fast else {}), **({} if self.epochs is None else {"epochs": self.epochs})}
        return Settings(model_config(values.get("model", {})), replace(training, **short))


class Settings(NamedTuple):
    """Which model, and how it is fitted."""

    model: ModelConfig
    training: TrainingConfig


@dataclass(frozen=True, slots=True)
class Run:
    """Where a training writes, and what it starts from."""

    folder: Path
    header: Mapping[str, Any] = field(default_factory=dict)  # of the weights: preset, fold, …
    spectrum_encoder: Path | None = None  # weights whose spectrum encoder is taken over and frozen
    start: Path | None = None  # weights to go on from, of a model of the same sizes
    resume: bool = False  # go on after the last finished epoch, where there is one
    hardware: Hardware = field(default_factory=Hardware)
    report: Callable[[Metrics], None] | None = None  # called after every epoch
