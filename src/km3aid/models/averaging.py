"""Average finished models: what `AveragedModel` holds, from the files of joint models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from km3aid.errors import CheckpointError
from km3aid.models.averaged import AveragedModel
from km3aid.models.checkpoint import Checkpoint, read_model
from km3aid.models.config import AveragedConfig
from km3aid.models.joint.model import JointModel

_ORIGIN = ("fold", "split", "data_sha256", "training_ids_sha256")  # in which all must agree
_OWN = ("preset", "labels_sha256", "start_sha256", "training", "versions")


def average(first: JointModel, others: Sequence[JointModel], disagreement: float = 0.3) -> AveragedModel:
    """The mean of models, for inference; see `AveragedConfig`."""
    model = AveragedModel(AveragedConfig(first.config, tuple(other.config for other in others), disagreement))
    model.first.load_state_dict(first.state_dict())
    for own, other in zip(model.others, others, strict=True):
        own.load_state_dict({name: weight for name, weight in other.state_dict().items() if name in own.state_dict()})
    return model.eval().requires_grad_(False)


def average_files(paths: Sequence[Path], disagreement: float = 0.3) -> tuple[AveragedModel, dict[str, Any]]:
    """The mean of the models in files, and what its own file says of their origin; constants it has none.

    Raises `CheckpointError` where there is one model alone, where a file cannot be read or holds another kind of model,
    and where one trained on other molecules: then nothing would be held out for all of them.
    """
    if len(paths) < 2:
        raise CheckpointError(f"{paths[0]}: one model has no average; name others after it")
    held = [read_model(path) for path in paths]
    origin = {key: held[0].header.get(key) for key in _ORIGIN}
    for path, one in zip(paths, held, strict=True):
        for key, value in origin.items():
            if one.header.get(key) != value:
                raise CheckpointError(
                    f"{path}: {key} differs from that of {paths[0]}; average models of one training set"
                )
    models = [_joint(path, one) for path, one in zip(paths, held, strict=True)]
    told = [{"sha256": one.sha256, **{key: one.header.get(key) for key in _OWN}} for one in held]
    return average(models[0], models[1:], disagreement), {**origin, "averaged": told}


def _joint(path: Path, held: Checkpoint) -> JointModel:
    if not isinstance(held.model, JointModel):
        raise CheckpointError(f"{path}: a model of another kind; expected one that preset best or stereo trains")
    return held.model
