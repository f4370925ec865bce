"""The units of the paper's reproduction, the most telling first."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

from km3aid.cli.paper_training import pretrain_encoder, settings, train_variant
from km3aid.data.dataset import read_meta
from km3aid.evaluation.paper.plan import Plan
from km3aid.evaluation.paper.sweep import Unit
from km3aid.evaluation.paper.variants import (
    SHAPES,
    STRICT,
    TABLE_1,
    TEMPERATURES,
    Variant,
    shape_variant,
    temperature_variant,
)

Clock = Callable[[], bool]


def deadline(hours: float | None) -> Clock:
    """Whether so many hours have passed since now; without a number, never."""
    end = None if hours is None else time.monotonic() + 3600 * hours
    return lambda: end is not None and time.monotonic() >= end


def training_units(plan: Plan, folds: list[int], out_of_time: Clock) -> list[Unit]:
    """Fold by fold the six variants of table 1, the strict split, then the ablations on the first fold."""
    found: dict[str, Unit] = {}
    wanted = [(v, f) for f in folds for v in TABLE_1]
    wanted += [(STRICT, folds[0])]
    wanted += [(shape_variant(*shape), folds[0]) for shape in SHAPES]
    wanted += [(temperature_variant(*pair), folds[0]) for pair in TEMPERATURES]
    data = {
        "data_sha256": read_meta(plan.data)["source_sha256"],
        "paper_ids_sha256": hashlib.sha256(plan.paper_ids.read_bytes()).hexdigest(),
    }
    for variant, fold in wanted:
        for unit in _trainings(plan, variant, fold, data, out_of_time):
            found.setdefault(unit.name, unit)
    return list(found.values())


def _trainings(plan: Plan, variant: Variant, fold: int, data: dict[str, str], out_of_time: Clock) -> list[Unit]:
    model, config = settings(variant, plan.fast, plan.epochs)
    encoder_name = plan.encoder_unit(variant, fold)
    known = {**data, "fold": fold, "split": variant.split}
    pretraining = {**known, "epochs": plan.pretrain_epochs or config.pretrain_epochs, "seed": config.seed}
    training = {**known, "model": model.to_dict(), "training": config.to_dict(), "spectrum_encoder": pretraining}
    return [
        Unit(encoder_name, lambda: pretraining, lambda: pretrain_encoder(plan, variant, fold, out_of_time)),
        Unit(
            plan.unit(variant, fold, "training"),
            lambda: training,
            lambda: train_variant(plan, variant, fold, out_of_time),
            (encoder_name,),
        ),
    ]
