"""Trainings of the reproduction: one variant without one fold, on a spectrum encoder that the variants share."""

from __future__ import annotations

import statistics
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset
from km3aid.data.folds import Split, read_paper_ids, strict_split
from km3aid.models.checkpoint import read_model
from km3aid.reproduction.plan import Plan
from km3aid.reproduction.variants import K_M3AID, Variant
from km3aid.reproduction.workflow import Clock, Log, OutOfTimeError
from km3aid.training.config import TrainingConfig
from km3aid.training.run import encoder_settings, ids_hash, processor, train, versions
from km3aid.training.setup import Hardware, Preset, Run, Settings
from km3aid.training.split import Material, Source
from km3aid.training.state import Metrics, read_history

RICH_EPOCHS = 80
_WATCHED = (
    "epoch",
    "loss",
    "validation_loss",
    "validation_graph_accuracy",
    "validation_node_accuracy",
    "validation_node_released",
)


def settings(variant: Variant, plan: Plan) -> Settings:
    """The resolved configuration of a variant."""
    text = ("training.schedule='plateau'", "training.keep='last'") if plan.plateau else ()
    return Preset("paper", (*variant.changes, *text), plan.fast, plan.epochs).resolve()


def pretraining(plan: Plan, variant: Variant) -> TrainingConfig:
    """How the spectrum encoder of a variant is trained; the rich one longer, on spectra that are varied."""
    config = settings(variant, plan).training
    rich = variant.encoder == "rich"
    usual = RICH_EPOCHS if rich else config.pretrain_epochs
    seed = Preset("paper").resolve().training.seed  # one encoder for all seeds
    return replace(config, pretrain_epochs=plan.pretrain_epochs or usual, augment=rich, seed=seed)


def train_variant(plan: Plan, variant: Variant, fold: int, out_of_time: Clock, log: Log) -> dict[str, Any]:
    """Fit the variant, or go on with it; returns its history and cost. Raises `OutOfTimeError` between epochs."""
    run = Run(plan.model_folder(variant, fold), spectrum_encoder=plan.encoder_file(variant, fold))
    return _train(plan, (variant, fold), settings(variant, plan), run, out_of_time, log)


def pretrain_encoder(plan: Plan, variant: Variant, fold: int, out_of_time: Clock, log: Log) -> dict[str, Any]:
    """Train the spectrum encoder of a fold by graph-level contrast; see `train_variant`."""
    model = settings(K_M3AID, plan).model
    run = Run(plan.encoder_folder(variant, fold))
    wanted = encoder_settings(Settings(model, pretraining(plan, variant)))
    return _train(plan, (variant, fold), wanted, run, out_of_time, log, rich=variant.encoder == "rich")


def _train(
    plan: Plan, of: tuple[Variant, int], wanted: Settings, run: Run, out_of_time: Clock, log: Log, rich: bool = False
) -> dict[str, Any]:
    variant, fold = of
    material = _material(plan, variant, fold, rich)
    config = replace(wanted.training, batch_size=min(wanted.training.batch_size, len(material.split.train)))

    def report(line: Metrics) -> None:
        log(
            f"  epoch {line.epoch}: loss {line.loss:.3f}, graph {line.validation_graph_accuracy:.1%}, "
            f"node {line.validation_node_accuracy:.1%}, {line.elapsed_s:.0f} s"
        )
        if line.epoch < config.epochs and out_of_time():
            raise OutOfTimeError

    header = {"preset": "paper", "variant": variant.name, "fold": fold, "split": variant.split}
    run = replace(run, header=header, resume=True, hardware=Hardware(plan.accelerator), report=report)
    weights = train(material, Settings(wanted.model, config), run)
    return _outcome(material, weights)


def _outcome(material: Material, weights: Path) -> dict[str, Any]:
    """What is kept of a training."""
    history, split = read_history(weights.parent), material.split
    best = min(history, key=lambda line: float(line["validation_loss"]))
    return {
        "model_sha256": read_model(weights).sha256,
        "molecules": {"train": len(split.train), "validation": len(split.validation)},
        "epochs": len(history),
        "seconds_per_epoch": seconds_per_epoch(history),
        **processor(),
        "versions": versions(),
        "training_ids_sha256": ids_hash(material.data.record_id[split.train]),
        "best_epoch": best["epoch"],
        "best": {k: best[k] for k in _WATCHED},
        "final": history[-1],
        "history": [{k: h[k] for k in _WATCHED} for h in history],
    }


def seconds_per_epoch(history: list[dict[str, Any]]) -> float:
    """The median time of an epoch; the clock of a resumed training starts anew, which shows as a step back."""
    clock = [h["elapsed_s"] for h in history]
    steps = [b - a for a, b in zip([0.0, *clock], clock, strict=False) if b > a]
    return float(round(statistics.median(steps), 1))


def rich_rows(plan: Plan, data: Dataset, fold: int) -> NDArray[np.int64]:
    """All molecules with a shift that share no connectivity with the validation block, listed by the paper or not."""
    strict = strict_split(data.record_id, data.inchi_key, read_paper_ids(plan.paper_ids), fold)
    first = data.value_offset[data.spectrum_offset[strict.train]]
    sizes = data.atom_offset[strict.train + 1] - data.atom_offset[strict.train]
    seen = [bool((~np.isnan(data.shift_ppm[a : a + n])).any()) for a, n in zip(first, sizes, strict=True)]
    rows: NDArray[np.int64] = strict.train[np.array(seen)]
    return rows


def _material(plan: Plan, variant: Variant, fold: int, rich: bool) -> Material:
    """The paper's fold of completely assigned molecules; "strict": less those whose connectivity validates."""
    material = Source(plan.data, plan.paper_ids, fold).open("paper")
    data, split = material.data, material.split
    if rich:
        return Material(data, Split(rich_rows(plan, data, fold), split.validation))
    if variant.split == "strict":
        strict = strict_split(data.record_id, data.inchi_key, read_paper_ids(plan.paper_ids), fold)
        split = Split(np.intersect1d(split.train, strict.train), split.validation)
    return Material(data, split)
