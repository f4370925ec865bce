"""The model that a configuration describes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from km3aid.models.alignment import AlignmentModel
from km3aid.models.averaged import AveragedModel
from km3aid.models.config import AveragedConfig, JointConfig, KM3AIDConfig, ModelConfig
from km3aid.models.joint.model import JointModel
from km3aid.models.k_m3aid.model import KM3AIDModel

_MODELS: dict[type[ModelConfig], Callable[[Any], AlignmentModel]] = {
    JointConfig: JointModel,
    KM3AIDConfig: KM3AIDModel,
    AveragedConfig: AveragedModel,
}


def build_model(config: ModelConfig) -> AlignmentModel:
    """A model with fresh weights."""
    return _MODELS[type(config)](config)
