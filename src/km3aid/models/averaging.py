"""Average finished models: what `AveragedModel` holds, from the files of joint models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from km3aid.errors import CheckpointError
from km3aid.models.averaged import AveragedModel, ShiftModel
from km3aid.models.checkpoint import Checkpoint, read_model
from km3aid.models.config import AveragedConfig
from km3aid.models.joint.model import JointModel

_ORIGIN = ("fold", "split", "data_sha256", "training_ids_sha256")  # in which all must agree
_OWN = ("preset", "labels_sha256", "start_sha256", "training", "versions")


def average(first: JointModel, others: Sequence[JointModel | ShiftModel], disagreement: float = 0.3) -> AveragedModel:
    """The mean of models, for inference; see `AveragedConfig`."""
    model = AveragedModel(AveragedConfig(first.config, tuple(other.config for other in others), disagreement))
    model.first.load_state_dict(first.state_dict())
    for own, other in zip(model.others, others, strict=True):
        own.load_state_dict({name: weight for name, weight in other.state_dict().items() if name in own.state_dict()})
    return model.eval().requires_grad_(False)


def average_files(paths: Sequence[Path], disagreement: float = 0.3) -> tuple[AveragedModel, dict[str, Any]]:
    """The mean of the models in files, and what its own file says of their origin; constants it has none.

    Of a file that holds an average itself, each of its models counts as one. Raises `CheckpointError` where there is
    one model alone, where one comes twice, where a file cannot be read or holds another kind of model, and where one
    trained on other molecules: then nothing would be held out for all of them.
    """
    if not paths:
        raise CheckpointError("no model to average; name at least two")
    held = [read_model(path) for path in paths]
    origin = {key: held[0].header.get(key) for key in _ORIGIN}
    models: list[JointModel | ShiftModel] = []
    told: dict[str, dict[str, Any]] = {}
    for path, one in zip(paths, held, strict=True):
        for key, value in origin.items():
            if one.header.get(key) != value:
                raise CheckpointError(
                    f"{path}: {key} differs from that of {paths[0]}; average models of one training set"
                )
        for model, about in _parts(path, one):
            if about["sha256"] in told:
                raise CheckpointError(f"{path}: model {about['sha256'][:12]} comes twice; name it once")
            models.append(model)
            told[about["sha256"]] = about
    first, *others = models
    if not others or not isinstance(first, JointModel):
        raise CheckpointError(f"{paths[0]}: one model has no average; name others after it")
    return average(first, others, disagreement), {**origin, "averaged": [*told.values()]}


def _parts(path: Path, held: Checkpoint) -> list[tuple[JointModel | ShiftModel, dict[str, Any]]]:
    """The models in a file, each with what is told of it."""
    if isinstance(held.model, JointModel):
        return [(held.model, {"sha256": held.sha256, **{key: held.header.get(key) for key in _OWN}})]
    if not isinstance(held.model, AveragedModel):
        raise CheckpointError(f"{path}: a model of another kind; expected one that preset best or stereo trains")
    return list(zip(held.model.models(), held.header["averaged"], strict=True))
