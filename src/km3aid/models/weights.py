"""Model files: safetensors whose header holds configuration and origin; nothing is ever unpickled.

A finished model's file also holds its graphs in the format of ONNX, by which it runs without torch. They name the
weights, which stand in the file once.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from km3aid.errors import CheckpointError
from km3aid.files import replacing

_KEY = "km3aid"
_GRAPH = "onnx/"  # begins the names of the tensors of bytes that are graphs


class ModelFile(NamedTuple):
    """What a model file holds, and the hash by which a library knows the model."""

    path: Path
    weights: dict[str, NDArray[Any]]
    header: dict[str, Any]
    graphs: dict[str, bytes]
    sha256: str

    def graph_weights(self, name: str) -> list[str]:
        """The weights that a graph names."""
        names: list[str] = self.header["graphs"][name]
        return names

    def single(self, name: str) -> NDArray[Any]:
        """A weight in single precision."""
        weight = self.weights[name]
        return weight.astype(np.float32) if weight.dtype.kind == "f" else weight


def read_model_file(path: str | Path) -> ModelFile:
    """Read a model file; raises `CheckpointError` where it is missing, damaged or of another program or version."""
    arrays, header = read_arrays(path)
    if not isinstance(header.get("model"), dict):
        raise CheckpointError(f"{path}: written by another version of km3aid (no 'model'); train the model again")
    graphs = {name.removeprefix(_GRAPH): arrays.pop(name).tobytes() for name in [*arrays] if name.startswith(_GRAPH)}
    return ModelFile(Path(path), arrays, header, graphs, _digest(arrays, header["model"]))


def write_model_file(path: str | Path, file: ModelFile) -> None:
    """Write weights, header and graphs."""
    graphs = {_GRAPH + name: np.frombuffer(graph, np.uint8) for name, graph in file.graphs.items()}
    write_arrays(path, {**file.weights, **graphs}, file.header)


def write_arrays(path: str | Path, arrays: dict[str, NDArray[Any]], header: dict[str, Any]) -> None:
    """Write `arrays` and the JSON `header` to a safetensors file, making its folder."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with replacing(Path(path)) as part:
        save_file({k: np.asarray(v, order="C") for k, v in arrays.items()}, part, {_KEY: json.dumps(header)})


def read_arrays(path: str | Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Read what `write_arrays` wrote; raises `CheckpointError` where it is missing, damaged or of another program."""
    if not Path(path).is_file():
        raise CheckpointError(f"{path}: no such model file; leave out --model to use the bundled one")
    try:
        with safe_open(path, framework="np") as file:
            header = json.loads((file.metadata() or {}).get(_KEY, "null"))
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        raise CheckpointError(f"{path}: damaged or not a safetensors file ({error}); fetch it again") from error
    if not isinstance(header, dict):
        raise CheckpointError(f"{path}: a safetensors file of another program; give one that `km3aid train` wrote")
    return arrays, header


def _digest(weights: dict[str, NDArray[Any]], config: dict[str, Any]) -> str:
    """SHA-256 of weights and configuration, on which embeddings depend; the constants of matching may change."""
    digest = hashlib.sha256(json.dumps(config, sort_keys=True).encode())
    for name in sorted(weights):
        digest.update(name.encode() + weights[name].tobytes())
    return digest.hexdigest()
