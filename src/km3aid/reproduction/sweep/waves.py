"""Which models a sweep trains, the most telling first: in waves, each of stacks that train at the same time."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from km3aid.data.dataset import Dataset
from km3aid.data.folds import FOLDS, read_paper_ids
from km3aid.models.config import KM3AIDConfig
from km3aid.reproduction.plan import Plan
from km3aid.reproduction.trainings import rich_rows, settings
from km3aid.reproduction.variants import (
    BY_KIND,
    BY_KIND_RICH,
    CONDITIONED,
    CONDITIONED_RICH,
    EQUATION_5,
    GUIDED,
    K_M3AID,
    NO_CHANNEL,
    NO_CHANNEL_RICH,
    RELEASED,
    RICH,
    SEEDS,
    SHAPES,
    SP_RELEASED,
    UNLIKE_STRONG_PAIRS,
    VARIANTS,
    WP_ID,
    Variant,
    seeded,
    shape_variant,
    temperature_variant,
)
from km3aid.training.split import training_split
from km3aid.training.stacked.stack import Member

PRETRAINED = {False: 0.08, True: 0.2}  # the share of the time by which encoders, and the rich ones, have to be ready
RICH_NOISE = (0.1, 0.04)  # standard deviation in ppm, and share of lost peaks
_WEAK = tuple(v for v in VARIANTS if v.name.startswith("wp-id"))

Of = tuple[Variant, int]  # a variant without a fold


class Wave(NamedTuple):
    """Stacks that train at the same time, until `end`, a share of the whole time."""

    stacks: tuple[tuple[Of, ...], ...]
    end: float
    judged: bool = True  # one-to-one as well, which takes seconds for each model
    fused: int = 0  # how many stacks are worth compiling, the first ones


_OTHERS = range(1, FOLDS)
FIRST = (*((v, 0) for v in (K_M3AID, SP_RELEASED, *_WEAK, CONDITIONED, CONDITIONED_RICH, GUIDED[0], BY_KIND)),)
WITHOUT_CHANNEL = (*((NO_CHANNEL, fold) for fold in range(FOLDS)), (NO_CHANNEL_RICH, 0))
OTHER_FOLDS = (*((v, fold) for v in (K_M3AID, SP_RELEASED) for fold in _OTHERS), (seeded(K_M3AID, SEEDS[0]), 0))
OTHER_TARGETS = (
    *((v, 0) for v in (*GUIDED[1:4], RICH, BY_KIND_RICH, temperature_variant(*UNLIKE_STRONG_PAIRS[0]), RELEASED[1])),
    *((v, 0) for v in (EQUATION_5, seeded(K_M3AID, SEEDS[1]))),
)
MORE_FOLDS = (*((v, fold) for v in (CONDITIONED_RICH, WP_ID) for fold in _OTHERS), (seeded(SP_RELEASED, SEEDS[0]), 0))
OTHER_SHAPES = tuple((v, 0) for v in (shape_variant(*shape) for shape in SHAPES) if v != K_M3AID)
WAVES = (
    Wave((FIRST, WITHOUT_CHANNEL), 0.62, fused=2),
    Wave((OTHER_FOLDS, OTHER_TARGETS), 0.84, fused=2),
    Wave((MORE_FOLDS,), 0.92, fused=1),
    Wave(tuple((of,) for of in OTHER_SHAPES), 1.0, judged=False),
)
SMOKE = (
    Wave((FIRST, WITHOUT_CHANNEL[:2]), 0.6, judged=False, fused=1),
    Wave(tuple((of,) for of in OTHER_SHAPES[:2]), 1.0, judged=False),
)
WEIGHTS_KEPT: tuple[Of, ...] = (  # as far as there is room
    *((v, 0) for v in (K_M3AID, NO_CHANNEL, SP_RELEASED, WP_ID, CONDITIONED_RICH, BY_KIND_RICH, NO_CHANNEL_RICH)),
)


def unit_of(plan: Plan, of: Of) -> str:
    """The name of a model in the files of a sweep."""
    return f"{plan.schedule}/fold-{of[1]}/{of[0].name}"


def member(plan: Plan, data: Dataset, of: Of) -> Member:
    """A model of the published schedule; its validation molecules stand in the order of `match_in_batches`."""
    variant, fold = of
    model, config = settings(variant, plan)
    split = training_split(data, read_paper_ids(plan.paper_ids), fold, "paper")
    checked = np.random.default_rng(0).permutation(split.validation)
    if not isinstance(model, KM3AIDConfig):
        raise TypeError("only the paper's models can be stacked")
    return Member(unit_of(plan, of), model, split.train, checked, encoder_name(variant, fold), config.seed)


def encoder_member(plan: Plan, data: Dataset, rich: bool, fold: int) -> Member:
    """The pretraining of a fold's spectrum encoder."""
    variant = RICH if rich else K_M3AID
    own = member(plan, data, (variant, fold))
    train = rich_rows(plan, data, fold) if rich else own.train
    config = replace(own.config, alpha=1.0, frozen_spectrum=False)
    return Member(encoder_name(variant, fold), config, train, own.validation, "", own.seed)


def encoder_name(variant: Variant, fold: int) -> str:
    """The name of the spectrum encoder that a variant uses."""
    return f"encoders/{variant.encoder}-{fold}"
