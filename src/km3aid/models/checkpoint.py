"""Weights on disk: safetensors whose header carries the configuration and the origin; nothing is ever unpickled."""

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
from km3aid.models.alignment import AlignmentModel
from km3aid.models.build import build_model
from km3aid.models.config import model_config

_KEY = "km3aid"


class Checkpoint(NamedTuple):
    """A model ready to use, what its header says, and the hash by which a library knows it."""

    model: AlignmentModel
    header: dict[str, Any]
    sha256: str


def write_tensors(path: str | Path, tensors: dict[str, Tensor], header: dict[str, Any]) -> None:
    """Write `tensors` and the JSON `header` to a safetensors file, replacing it in one step."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    save_file({k: v.detach().cpu().contiguous() for k, v in tensors.items()}, part, {_KEY: json.dumps(header)})
    part.replace(target)


def read_tensors(path: str | Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read what `write_tensors` wrote; raises `CheckpointError` where it is missing, damaged or not ours."""
    if not Path(path).is_file():
        raise CheckpointError(f"{path}: no such model file; leave out --model to use the bundled one")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path}: damaged or not a safetensors file ({error}); fetch it again") from error
    if _KEY not in metadata:
        raise CheckpointError(f"{path}: a safetensors file, but not of km3aid; give a file that `km3aid train` wrote")
    return tensors, json.loads(metadata[_KEY])


def write_model(path: str | Path, model: AlignmentModel, header: dict[str, Any], half: bool = False) -> None:
    """Write the weights, in half precision where `half`, with the resolved configuration in the header."""
    state = {k: v.half() if half and v.is_floating_point() else v for k, v in model.state_dict().items()}
    write_tensors(path, state, {**header, "model": model.configuration})


def read_model(path: str | Path, device: str | torch.device = "cpu") -> Checkpoint:
    """Load a model for inference; raises `CheckpointError` where the file does not fit."""
    tensors, header = read_tensors(path)
    try:
        model = build_model(model_config(header["model"]))
        model.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in tensors.items()})
    except (KeyError, RuntimeError, ConfigError, TypeError) as error:
        raise CheckpointError(f"{path}: written by another version of km3aid ({error}); train or fetch anew") from error
    return Checkpoint(model.to(device).eval().requires_grad_(False), header, _digest(tensors, header["model"]))


def _digest(tensors: dict[str, Tensor], config: dict[str, Any]) -> str:
    """SHA-256 of weights and configuration: what embeddings depend on; the constants of matching may change."""
    digest = hashlib.sha256(json.dumps(config, sort_keys=True).encode())
    for name in sorted(tensors):
        digest.update(name.encode() + tensors[name].numpy().tobytes())
    return digest.hexdigest()
