"""Weights on disk: safetensors whose header holds configuration and origin; nothing is ever unpickled."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from km3aid.errors import CheckpointError, ConfigError
from km3aid.files import replacing
from km3aid.models.alignment import AlignmentModel
from km3aid.models.build import build_model
from km3aid.models.config import model_config

_KEY = "km3aid"


class Checkpoint(NamedTuple):
    """A model that is ready to use, the header of its file, and the hash by which a library knows it."""

    model: AlignmentModel
    header: dict[str, Any]
    sha256: str


def write_tensors(path: str | Path, tensors: dict[str, Tensor], header: dict[str, Any]) -> None:
    """Write `tensors` and the JSON `header` to a safetensors file, making its folder."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with replacing(Path(path)) as part:
        save_file({k: v.detach().cpu().contiguous() for k, v in tensors.items()}, part, {_KEY: json.dumps(header)})


def read_tensors(path: str | Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read what `write_tensors` wrote; raises `CheckpointError` where it is missing, damaged or of another program."""
    if not Path(path).is_file():
        raise CheckpointError(f"{path}: no such model file; leave out --model to use the bundled one")
    try:
        with safe_open(path, framework="pt") as file:
            header = json.loads((file.metadata() or {}).get(_KEY, "null"))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
    except (SafetensorError, OSError, ValueError) as error:
        raise CheckpointError(f"{path}: damaged or not a safetensors file ({error}); fetch it again") from error
    if not isinstance(header, dict):
        raise CheckpointError(f"{path}: a safetensors file of another program; give one that `km3aid train` wrote")
    return tensors, header


def write_model(path: str | Path, model: AlignmentModel, header: dict[str, Any], half: bool = False) -> None:
    """Write the weights, where `half` in half precision, and the configuration with the rest of the header."""
    state = {k: v.half() if half and v.is_floating_point() else v for k, v in model.state_dict().items()}
    write_tensors(path, state, {**header, "model": model.config.to_dict()})


def read_model(path: str | Path, device: str | torch.device = "cpu") -> Checkpoint:
    """Load a model for inference; raises `CheckpointError` where the file cannot be read or does not fit."""
    tensors, header = read_tensors(path)
    try:
        model = build_model(model_config(header["model"]))
        model.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in tensors.items()})
    except (KeyError, RuntimeError, ConfigError, TypeError) as error:
        raise CheckpointError(
            f"{path}: written by another version of km3aid ({error}); train the model again"
        ) from error
    return Checkpoint(model.to(device).eval().requires_grad_(False), header, _digest(tensors, header["model"]))


def start_from(model: AlignmentModel, path: str | Path) -> None:
    """Give `model` the weights of another of the same sizes; what that one lacks stays, and changes nothing at first.

    Raises `CheckpointError` where the weights do not fit.
    """
    old = read_model(path).model
    try:
        lacking = model.load_state_dict(old.state_dict(), strict=False)
    except RuntimeError as error:
        raise CheckpointError(f"{path}: weights of another size ({error}); start from others, or from none") from error
    if lacking.unexpected_keys:
        raise CheckpointError(f"{path}: {lacking.unexpected_keys[0]}: the new model lacks it; start from other weights")


def _digest(tensors: dict[str, Tensor], config: dict[str, Any]) -> str:
    """SHA-256 of weights and configuration, on which embeddings depend; the constants of matching may change."""
    digest = hashlib.sha256(json.dumps(config, sort_keys=True).encode())
    for name in sorted(tensors):
        digest.update(name.encode() + tensors[name].numpy().tobytes())
    return digest.hexdigest()
