"""The model that a configuration describes."""

from __future__ import annotations

from km3aid.models.alignment import AlignmentModel
from km3aid.models.config import JointConfig, PaperConfig
from km3aid.models.joint.model import JointModel
from km3aid.models.k_m3aid.model import KM3AIDModel


def build_model(config: JointConfig | PaperConfig) -> AlignmentModel:
    """A model with fresh weights."""
    return KM3AIDModel(config) if isinstance(config, PaperConfig) else JointModel(config)
