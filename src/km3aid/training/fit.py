"""Fit an alignment model: batches cut from flat arrays, one-cycle AdamW, averaged weights, resume after a kill."""

from __future__ import annotations

import copy
import csv
import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from lightning.fabric import Fabric
from numpy.typing import NDArray
from torch import Tensor, nn

from km3aid.data.batches import NONE, Augmentation, cut_batch
from km3aid.data.dataset import Dataset
from km3aid.data.folds import Split
from km3aid.errors import CheckpointError, ConfigError
from km3aid.models.alignment import AlignmentModel
from km3aid.models.checkpoint import read_tensors, write_model, write_tensors
from km3aid.models.config import ModelConfig
from km3aid.training.config import TrainingConfig

STATE, LAST, BEST, METRICS = "state.safetensors", "last.safetensors", "best.safetensors", "metrics"


class Metrics(NamedTuple):
    """One line of `metrics.csv`; validation is on the averaged weights."""

    epoch: int
    loss: float
    graph_loss: float
    node_loss: float
    shift_loss: float
    validation_mean_error_ppm: float
    validation_median_error_ppm: float
    validation_graph_accuracy: float
    learning_rate: float
    elapsed_s: float


def fit(
    data: Dataset,
    split: Split,
    model_config: ModelConfig,
    config: TrainingConfig,
    out: str | Path,
    *,
    header: dict[str, Any],
    resume: bool = False,
    accelerator: str = "auto",
    report: Callable[[Metrics], None] | None = None,
) -> Path:
    """Train on `split.train`, watch `split.validation`, and return the path of the last weights.

    After every epoch `out` holds everything needed to go on (`resume`): each epoch draws its randomness from the
    seed and its own number, so that a resumed run and an unbroken one see the same batches.
    """
    if len(split.train) < config.batch_size or not len(split.validation):
        raise ConfigError(
            f"{len(split.train)} training and {len(split.validation)} validation molecules; "
            f"expected at least one batch of {config.batch_size} and one molecule"
        )
    out = Path(out)
    torch.manual_seed(config.seed)
    fabric = Fabric(accelerator=accelerator, devices=1, precision="32-true")
    model = AlignmentModel(model_config)
    average = copy.deepcopy(model).eval().to(fabric.device)
    optimiser = torch.optim.AdamW(_groups(model, config.weight_decay), lr=config.learning_rate, betas=(0.9, 0.98))
    model, optimiser = fabric.setup(model, optimiser)
    model.mark_forward_method("losses")
    start = _restore(out / STATE, model, average, optimiser) if resume else 0
    history = _read_history(out)[:start]
    began = time.monotonic()
    for epoch in range(start, config.epochs):
        losses = _epoch(fabric, model, average, optimiser, data, split.train, epoch, config)
        error, median, accuracy = validate(average, data, split.validation, fabric.device)
        rate = optimiser.param_groups[0]["lr"]
        line = Metrics(epoch + 1, *losses, error, median, accuracy, rate, time.monotonic() - began)
        history.append(line._asdict())
        _write_history(out, history)
        write_tensors(out / STATE, _state(model, average, optimiser), {"epoch": epoch + 1})
        write_model(out / LAST, average, header)
        if error <= min(float(h["validation_mean_error_ppm"]) for h in history):
            write_model(out / BEST, average, header)
        if report:
            report(line)
    return out / LAST


def validate(
    model: AlignmentModel, data: Dataset, rows: NDArray[np.int64], device: torch.device, batch_size: int = 128
) -> tuple[float, float, float]:
    """Mean and median absolute error of the shifts (ppm), and spectrum → molecule accuracy in batches."""
    errors, right = [], 0
    rng = np.random.default_rng(0)
    with torch.inference_mode():
        for start in range(0, len(rows), batch_size):
            chosen = rows[start : start + batch_size]
            batch = cut_batch(data, chosen, data.spectrum_offset[chosen], NONE, rng).to(device)
            encoded = model.encode(batch.graph)
            errors.append((encoded.shift_ppm[batch.carbons.atom] - batch.carbons.shift_ppm).abs())
            found = (model.encode_spectra(batch.peaks) @ encoded.graph.T).argmax(1)
            right += int((found == torch.arange(len(chosen), device=device)).sum())
    error = torch.cat(errors)
    return float(error.mean()), float(error.median()), right / len(rows)


def _epoch(
    fabric: Fabric,
    model: Any,
    average: AlignmentModel,
    optimiser: Any,
    data: Dataset,
    rows: NDArray[np.int64],
    epoch: int,
    config: TrainingConfig,
) -> list[float]:
    """One pass over `rows`, each with one of its spectra; returns the mean losses."""
    rng = np.random.default_rng([config.seed, epoch])
    torch.manual_seed(config.seed * 100_003 + epoch)
    order = rng.permutation(rows)
    number = data.spectrum_offset[order + 1] - data.spectrum_offset[order]
    spectra = data.spectrum_offset[order] + (rng.random(len(order)) * number).astype(np.int64)
    steps = len(order) // config.batch_size
    sums = torch.zeros(4, device=fabric.device)
    model.train()
    for step in range(steps):
        rate = _one_cycle((epoch * steps + step) / (config.epochs * steps), config)
        for group in optimiser.param_groups:
            group["lr"] = rate
        part = slice(step * config.batch_size, (step + 1) * config.batch_size)
        batch = cut_batch(data, order[part], spectra[part], Augmentation(), rng).to(fabric.device)
        losses = model.losses(batch, hide_multiplicity=rng.random() < 0.3)
        optimiser.zero_grad(set_to_none=True)
        fabric.backward(losses.total)
        fabric.clip_gradients(model, optimiser, max_norm=config.clip_norm, error_if_nonfinite=False)
        optimiser.step()
        _follow(average, model, min(config.average, 1 - 1 / (2 + epoch * steps + step)))
        sums += torch.stack(losses).detach()
    return [float(x) for x in sums / max(steps, 1)]


def _one_cycle(progress: float, config: TrainingConfig) -> float:
    """Linear rise to the full rate, then a cosine to a thousandth of it."""
    if progress < config.warm_up:
        return config.learning_rate * max(progress / config.warm_up, 0.02)
    angle = math.pi * (progress - config.warm_up) / (1 - config.warm_up)
    return config.learning_rate * (0.001 + 0.999 * 0.5 * (1 + math.cos(angle)))


def _groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Weight decay for the matrices of linear layers alone."""
    decayed = {id(m.weight) for m in model.modules() if isinstance(m, nn.Linear)}
    every = list(model.parameters())
    return [
        {"params": [p for p in every if id(p) in decayed], "weight_decay": weight_decay},
        {"params": [p for p in every if id(p) not in decayed], "weight_decay": 0.0},
    ]


@torch.no_grad()
def _follow(average: nn.Module, model: nn.Module, keep: float) -> None:
    old, new = list(average.parameters()), [p.detach() for p in model.parameters()]
    torch._foreach_lerp_(old, new, 1 - keep)


def _state(model: nn.Module, average: nn.Module, optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    tensors = {f"model.{k}": v for k, v in model.state_dict().items()}
    tensors |= {f"average.{k}": v for k, v in average.state_dict().items()}
    for number, state in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{number}.{k}": torch.as_tensor(v) for k, v in state.items()}
    return tensors


def _restore(path: Path, model: nn.Module, average: nn.Module, optimiser: torch.optim.Optimizer) -> int:
    tensors, header = read_tensors(path)
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
        raise CheckpointError(f"{path}: does not fit this configuration ({error}); start without --resume") from error
    return int(header["epoch"])


def _read_history(out: Path) -> list[dict[str, Any]]:
    file = out / f"{METRICS}.json"
    return json.loads(file.read_text()) if file.is_file() else []


def _write_history(out: Path, history: list[dict[str, Any]]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{METRICS}.json").write_text(json.dumps(history, indent=1) + "\n")
    with open(out / f"{METRICS}.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, Metrics._fields)
        writer.writeheader()
        writer.writerows(history)
