"""Trainings of `km3aid evaluate paper`: one variant without one fold, on a spectrum encoder that the variants share."""

from __future__ import annotations

import json
import platform
import statistics
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

import km3aid
from km3aid.data.dataset import Dataset, in_memory, open_dataset
from km3aid.data.folds import Split, paper_split, read_paper_ids, strict_split
from km3aid.models.checkpoint import read_model, write_model
from km3aid.models.config import JointConfig, PaperConfig
from km3aid.reproduction.plan import Plan
from km3aid.reproduction.variants import Variant
from km3aid.reproduction.workflow import OutOfTimeError
from km3aid.training.config import TrainingConfig
from km3aid.training.fit import fit
from km3aid.training.run import FINAL, ids_hash, resolved
from km3aid.training.state import STATE, Metrics

_WATCHED = ("epoch", "loss", "validation_loss", "validation_graph_accuracy", "validation_node_accuracy")


def settings(variant: Variant, fast: bool, epochs: int | None) -> tuple[JointConfig | PaperConfig, TrainingConfig]:
    """The resolved configuration of a variant."""
    return resolved("paper", variant.changes, fast, epochs)


def train_variant(plan: Plan, variant: Variant, fold: int, out_of_time: Callable[[], bool]) -> dict[str, Any]:
    """Fit the variant, or go on with it; returns its history and cost. Raises `OutOfTimeError` between epochs."""
    model, config = settings(variant, plan.fast, plan.epochs)
    encoder = plan.encoder_folder(variant, fold) / FINAL
    return _fit(plan, variant, fold, model, config, plan.model_folder(variant, fold), encoder, out_of_time)


def pretrain_encoder(plan: Plan, variant: Variant, fold: int, out_of_time: Callable[[], bool]) -> dict[str, Any]:
    """Train the spectrum encoder of a fold by graph-level contrast; see `train_variant`."""
    model, config = settings(Variant("k-m3aid", ""), plan.fast, plan.epochs)
    assert isinstance(model, PaperConfig)
    alone = replace(model, alpha=1.0, frozen_spectrum=False)
    config = replace(config, schedule="one-cycle", epochs=plan.pretrain_epochs or config.pretrain_epochs)
    return _fit(plan, variant, fold, alone, config, plan.encoder_folder(variant, fold), None, out_of_time)


def _fit(
    plan: Plan,
    variant: Variant,
    fold: int,
    model: JointConfig | PaperConfig,
    config: TrainingConfig,
    folder: Path,
    encoder: Path | None,
    out_of_time: Callable[[], bool],
) -> dict[str, Any]:
    data = in_memory(open_dataset(plan.data))
    split = _split(data, plan, variant, fold)
    config = replace(config, batch_size=min(config.batch_size, len(split.train)))
    header = {
        "preset": "paper",
        "variant": variant.name,
        "training": config.to_dict(),
        "fold": fold,
        "split": variant.split,
        "training_ids_sha256": ids_hash(data.record_id[split.train]),
        "versions": versions(),
    }

    def report(line: Metrics) -> None:
        plan.say(
            f"  epoch {line.epoch}: loss {line.loss:.3f}, graph {line.validation_graph_accuracy:.1%}, "
            f"node {line.validation_node_accuracy:.1%}, {line.elapsed_s:.0f} s"
        )
        if line.epoch < config.epochs and out_of_time():
            raise OutOfTimeError

    last = fit(
        data,
        split,
        model,
        config,
        folder,
        header=header,
        spectrum_encoder=encoder,
        resume=(folder / STATE).is_file(),
        accelerator=plan.accelerator,
        report=report,
    )
    final = read_model(last)
    write_model(folder / FINAL, final.model, header, half=True)
    history = _history(folder)
    return {
        "model_sha256": read_model(folder / FINAL).sha256,
        "molecules": {"train": len(split.train), "validation": len(split.validation)},
        "epochs": len(history),
        "seconds_per_epoch": seconds_per_epoch(history),
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else f"CPU, {torch.get_num_threads()} core",
        "matmul_precision": torch.get_float32_matmul_precision(),
        "versions": header["versions"],
        "training_ids_sha256": header["training_ids_sha256"],
        "final": history[-1],
        "history": [{k: h[k] for k in _WATCHED} for h in history],
    }


def _history(folder: Path) -> list[dict[str, Any]]:
    history: list[dict[str, Any]] = json.loads((folder / "metrics.json").read_text())
    return history


def seconds_per_epoch(history: list[dict[str, Any]]) -> float:
    """The median time of an epoch; the clock of a resumed training starts anew, which shows as a step back."""
    clock = [h["elapsed_s"] for h in history]
    steps = [b - a for a, b in zip([0.0, *clock], clock, strict=False) if b > a]
    return float(round(statistics.median(steps), 1))


def _split(data: Dataset, plan: Plan, variant: Variant, fold: int) -> Split:
    """The paper's fold of completely assigned molecules; "strict": less those whose connectivity validates."""
    ids = read_paper_ids(plan.paper_ids)
    split = paper_split(data.record_id, ids, fold)
    train = split.train
    if variant.split == "strict":
        train = np.intersect1d(train, strict_split(data.record_id, data.inchi_key, ids, fold).train)
    complete = data.complete
    return Split(train[complete[train]], split.validation[complete[split.validation]])


def versions() -> dict[str, str]:
    """Of this package and of what computes."""
    return {
        "km3aid": km3aid.__version__,
        "torch": torch.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
