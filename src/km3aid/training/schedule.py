"""The learning rate over a training."""

from __future__ import annotations

import math
from collections.abc import Sequence

from km3aid.training.config import TrainingConfig


def one_cycle(progress: float, config: TrainingConfig) -> float:
    """Linear rise to the full rate, then a cosine to a thousandth of it; `progress` runs from 0 to 1."""
    if progress < config.warm_up:
        return config.learning_rate * max(progress / config.warm_up, 0.02)
    angle = math.pi * (progress - config.warm_up) / (1 - config.warm_up)
    return config.learning_rate * (0.001 + 0.999 * 0.5 * (1 + math.cos(angle)))


def progress(steps: float, elapsed_s: float, config: TrainingConfig) -> float:
    """How much of a training is over, from 0 to 1: by its steps (their share), or by the clock where that is ahead."""
    return max(steps, elapsed_s / (60 * config.minutes)) if config.minutes else steps


def fixed_rate(validation_losses: Sequence[float], config: TrainingConfig) -> float | None:
    """The rate of the epoch after these, or None where it changes within an epoch."""
    if config.schedule == "one-cycle":
        return None
    return plateau(validation_losses, config) if config.schedule == "plateau" else config.learning_rate


def plateau(validation_losses: Sequence[float], config: TrainingConfig) -> float:
    """The rate after these epochs: halved once more than `patience` epochs in a row brought no better loss.

    It follows from the history alone, so that a resumed run goes on where it was.
    """
    rate, best, waited = config.learning_rate, math.inf, 0
    for loss in validation_losses:
        if loss < best:
            best, waited = loss, 0
        else:
            waited += 1
        if waited > config.patience:
            rate, waited = rate / 2, 0
    return rate
