"""How a model is fitted: schedule, rate, batch size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Le, Lt

from km3aid.training.split import SplitKind

FAST: dict[str, Any] = {"schedule": "one-cycle", "epochs": 40}  # for machines without a GPU

Share = Annotated[float, Ge(0), Le(1)]


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """AdamW on one of three schedules, with an exponential moving average of the weights."""

    split: SplitKind = "strict"
    schedule: Literal["one-cycle", "plateau", "constant"] = "one-cycle"  # plateau: halve it where no loss is better
    keep: Literal["last", "best"] = "last"  # which weights are the outcome; best: of the lowest validation loss
    epochs: Annotated[int, Ge(1)] = 40
    minutes: Annotated[float, Ge(0)] = 0  # one-cycle: end by then, whatever the epochs; 0: no limit
    pretrain_epochs: Annotated[int, Ge(0)] = 0  # of a spectrum encoder that is frozen afterwards
    passes: Annotated[int, Ge(1)] = 1  # of the molecules in an epoch
    batch_size: Annotated[int, Ge(2)] = 128
    learning_rate: Annotated[float, Gt(0)] = 2e-3
    weight_decay: Annotated[float, Ge(0)] = 1e-2
    decay_all: bool = False  # of all weights, not of the matrices of linear layers alone
    beta2: Annotated[float, Gt(0), Lt(1)] = 0.98  # of AdamW
    warm_up: Annotated[float, Gt(0), Lt(1)] = 0.15  # one-cycle: share of the steps in which the rate rises
    patience: Annotated[int, Ge(0)] = 2  # plateau: epochs without a better validation loss that are forgiven
    precision: Literal["auto", "single"] = "auto"  # auto: rounded products where they are faster
    shapes: Literal["auto", "fixed", "free"] = "auto"  # of batches; auto: fixed, and a CUDA graph, on one GPU
    alike: Share = 0.0  # of the batches: their molecules have nearly the same formula
    augment: bool = True  # vary the spectra as people record them
    average: Annotated[float, Ge(0), Lt(1)] = 0.999  # of the moving average of the weights, per step; 0: none
    clip_norm: Annotated[float, Ge(0)] = 1.0  # 0: none
    taught: Annotated[float, Ge(0)] = 0.5  # molecules of a teacher for each measured one in an epoch, if there are any
    seed: Annotated[int, Ge(0)] = 42
