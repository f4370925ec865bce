"""From a configuration to the model that it describes."""

from __future__ import annotations

from km3aid.models.alignment import AlignmentModel
from km3aid.models.config import JointConfig, PaperConfig
from km3aid.models.joint import JointModel
from km3aid.models.paper import PaperModel


def build_model(config: JointConfig | PaperConfig) -> AlignmentModel:
    """A freshly initialised model."""
    return PaperModel(config) if isinstance(config, PaperConfig) else JointModel(config)
