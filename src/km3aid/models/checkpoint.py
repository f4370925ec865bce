"""Models of torch ↔ model files."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from km3aid.errors import CheckpointError, ConfigError
from km3aid.models.alignment import AlignmentModel
from km3aid.models.build import build_model
from km3aid.models.config import model_config
from km3aid.models.weights import ModelFile, read_arrays, read_model_file, write_arrays, write_model_file


class Checkpoint(NamedTuple):
    """A model that is ready to use, the header of its file, and the hash by which a library knows it."""

    model: AlignmentModel
    header: dict[str, Any]
    sha256: str


def write_tensors(path: str | Path, tensors: dict[str, Tensor], header: dict[str, Any]) -> None:
    """Write `tensors` and the JSON `header` to a safetensors file, making its folder."""
    write_arrays(path, {k: v.detach().cpu().numpy() for k, v in tensors.items()}, header)


def read_tensors(path: str | Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read what `write_tensors` wrote; raises `CheckpointError` where it is missing, damaged or of another program."""
    arrays, header = read_arrays(path)
    return {name: torch.from_numpy(array) for name, array in arrays.items()}, header


def write_model(path: str | Path, model: AlignmentModel, header: dict[str, Any]) -> None:
    """Write the weights, and the configuration with the rest of the header."""
    write_tensors(path, model.state_dict(), {**header, "model": model.config.to_dict()})


def write_finished(path: str | Path, model: AlignmentModel, header: dict[str, Any]) -> None:
    """Write a model for use: its weights in half precision, and the graphs by which it runs without torch."""
    from km3aid.models.export import export_graphs

    weights = {name: tensor.detach().cpu().numpy() for name, tensor in model.state_dict().items()}
    half = {name: w.astype(np.float16) if w.dtype.kind == "f" else w for name, w in weights.items()}
    graphs = export_graphs(model)
    header = {**header, "model": model.config.to_dict(), "graphs": {name: g.weights for name, g in graphs.items()}}
    write_model_file(path, ModelFile(Path(path), half, header, {name: g.onnx for name, g in graphs.items()}, ""))


def read_model(path: str | Path) -> Checkpoint:
    """Load a model; raises `CheckpointError` where the file cannot be read or does not fit."""
    file = read_model_file(path)
    return Checkpoint(model_of(file), file.header, file.sha256)


def model_of(file: ModelFile) -> AlignmentModel:
    """The model in a file, for inference; raises `CheckpointError` where it does not fit."""
    try:
        model = build_model(model_config(file.header["model"]))
        model.load_state_dict({name: torch.as_tensor(file.single(name)) for name in file.weights})
    except (RuntimeError, ConfigError, TypeError) as error:
        raise CheckpointError(
            f"{file.path}: written by another version of km3aid ({error}); train the model again"
        ) from error
    return model.eval().requires_grad_(False)


def start_from(model: AlignmentModel, path: str | Path) -> None:
    """Give `model` the weights of another of the same sizes; what that one lacks stays, and changes nothing at first.

    Raises `CheckpointError` where the weights do not fit.
    """
    old, new = read_model(path).model.state_dict(), model.state_dict()
    for name in (name for name in old if name in new):
        found, expected = (tuple(weights[name].shape) for weights in (old, new))
        if found != expected:
            raise CheckpointError(
                f"{path}: weights of another size: {name} is {found}, not {expected}; start from others, or from none"
            )
    lacking = model.load_state_dict(old, strict=False)
    if lacking.unexpected_keys:
        raise CheckpointError(f"{path}: {lacking.unexpected_keys[0]}: the new model lacks it; start from other weights")
