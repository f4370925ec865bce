"""What a training leaves on disk after every epoch: its state to resume from, and its history."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from km3aid.errors import CheckpointError
from km3aid.files import write_json, write_text
from km3aid.models.checkpoint import read_tensors, write_tensors

STATE, _METRICS = "state.safetensors", "metrics"


class Metrics(NamedTuple):
    """One line of `metrics.csv`; validation is on the averaged weights."""

    epoch: int
    loss: float
    graph_loss: float
    node_loss: float
    shift_loss: float
    validation_loss: float
    validation_graph_accuracy: float
    validation_node_accuracy: float
    validation_node_released: float
    validation_mean_error_ppm: float
    validation_median_error_ppm: float
    learning_rate: float
    elapsed_s: float


def write_state(
    folder: Path, model: nn.Module, average: nn.Module, optimiser: torch.optim.Optimizer, history: list[dict[str, Any]]
) -> None:
    """Write the history as JSON and CSV, and everything that the next epoch needs."""
    write_json(folder / f"{_METRICS}.json", history, indent=1)
    table = io.StringIO()
    writer = csv.DictWriter(table, Metrics._fields)
    writer.writeheader()
    writer.writerows(history)
    write_text(folder / f"{_METRICS}.csv", table.getvalue())
    tensors = {f"model.{k}": v for k, v in model.state_dict().items()}
    tensors |= {f"average.{k}": v for k, v in average.state_dict().items()}
    for number, state in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{number}.{k}": torch.as_tensor(v) for k, v in state.items()}
    write_tensors(folder / STATE, tensors, {"epoch": len(history)})


def read_state(
    folder: Path, model: nn.Module, average: nn.Module, optimiser: torch.optim.Optimizer
) -> list[dict[str, Any]]:
    """Restore what `write_state` wrote and return the history; raises `CheckpointError` where it does not fit."""
    tensors, header = read_tensors(folder / STATE)
    states: dict[int, dict[str, Tensor]] = {}
    weights: dict[str, dict[str, Tensor]] = {"model": {}, "average": {}}
    for name, tensor in tensors.items():
        kind, rest = name.split(".", 1)
        if kind == "optimiser":
            number, key = rest.split(".", 1)
            states.setdefault(int(number), {})[key] = tensor
        else:
            weights[kind][rest] = tensor
    try:
        model.load_state_dict(weights["model"])
        average.load_state_dict(weights["average"])
        optimiser.load_state_dict({"state": states, "param_groups": optimiser.state_dict()["param_groups"]})
    except (RuntimeError, ValueError) as error:
        raise CheckpointError(
            f"{folder / STATE}: does not fit this configuration ({error}); start without --resume"
        ) from error
    return read_history(folder)[: int(header["epoch"])]


def read_history(folder: Path) -> list[dict[str, Any]]:
    """The lines of `metrics.json`, one for each epoch."""
    history: list[dict[str, Any]] = json.loads((folder / f"{_METRICS}.json").read_text(encoding="utf-8"))
    return history
