"""Fit an alignment model: batches cut from flat arrays, AdamW, averaged weights, resume after a kill."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning.fabric import Fabric
from numpy.typing import NDArray
from torch import Tensor, nn

from km3aid.data.batches import NONE, Augmentation, cut_batch, cut_peaks
from km3aid.data.dataset import Dataset
from km3aid.data.folds import Split
from km3aid.errors import ConfigError
from km3aid.models.alignment import AlignmentModel
from km3aid.models.build import build_model
from km3aid.models.checkpoint import read_model, write_model
from km3aid.models.config import JointConfig, PaperConfig
from km3aid.models.memory import keep_freed_memory
from km3aid.models.precision import fast_single_precision, multiplies_bfloat16
from km3aid.training.config import TrainingConfig
from km3aid.training.order import epoch_order, molecule_sizes
from km3aid.training.schedule import one_cycle, plateau
from km3aid.training.state import Metrics, read_state, write_state
from km3aid.training.validate import validate

LAST, BEST = "last.safetensors", "best.safetensors"
_HIDE_MULTIPLICITY = 0.3  # share of the augmented batches whose node level sees no multiplicity


def fit(
    data: Dataset,
    split: Split,
    model_config: JointConfig | PaperConfig,
    config: TrainingConfig,
    out: str | Path,
    *,
    header: dict[str, Any],
    spectrum_encoder: Path | None = None,
    resume: bool = False,
    accelerator: str = "auto",
    devices: int | str = 1,
    report: Callable[[Metrics], None] | None = None,
) -> Path:
    """Train on `split.train`, watch `split.validation`, and return the path of the last weights.

    After every epoch `out` holds everything needed to go on (`resume`): each epoch draws its randomness from the
    seed and its own number, so that a resumed run and an unbroken one see the same batches. `spectrum_encoder` names
    weights whose spectrum encoder is taken over.
    """
    if len(split.train) < config.batch_size or not len(split.validation):
        raise ConfigError(
            f"{len(split.train)} training and {len(split.validation)} validation molecules; "
            f"expected at least one batch of {config.batch_size} and one molecule"
        )
    keep_freed_memory()
    out = Path(out)
    torch.manual_seed(config.seed)
    fabric = _fabric(accelerator, devices, config.precision)
    plain = build_model(model_config)
    if spectrum_encoder is not None:
        source = read_model(spectrum_encoder).model.get_submodule("spectrum")
        plain.get_submodule("spectrum").load_state_dict(source.state_dict())
    average = copy.deepcopy(plain).eval().to(fabric.device)
    optimiser = torch.optim.AdamW(_groups(plain, config.weight_decay), lr=config.learning_rate, betas=(0.9, 0.98))
    model, optimiser = fabric.setup(plain, optimiser)
    model.mark_forward_method("losses")
    sizes = molecule_sizes(data)[split.train]
    history = read_state(out, plain, average, optimiser) if resume else []
    frozen = _frozen_features(plain, data, fabric.device)
    began = time.monotonic()
    for epoch in range(len(history), config.epochs):
        rate = plateau([h["validation_loss"] for h in history], config) if config.schedule == "plateau" else None
        losses = _epoch(fabric, model, average, optimiser, data, split, sizes, epoch, config, rate, frozen)
        watched = validate(average, data, split.validation, fabric.device)
        rest = (optimiser.param_groups[0]["lr"], time.monotonic() - began)
        line = Metrics._make((epoch + 1, *losses, *watched, *rest))
        history.append(line._asdict())
        if fabric.is_global_zero:
            write_model(out / LAST, average, header)
            if watched.loss <= min(h["validation_loss"] for h in history):
                write_model(out / BEST, average, header)
            write_state(out, plain, average, optimiser, history)
            if report:
                report(line)
    return out / LAST


def _fabric(accelerator: str, devices: int | str, precision: str) -> Fabric:
    """`auto`: bfloat16 for the matrices of the encoders where the processor multiplies it, else single precision."""
    on_gpu = accelerator in ("gpu", "cuda") or (accelerator == "auto" and torch.cuda.is_available())
    half = precision == "auto" and multiplies_bfloat16(torch.device("cuda" if on_gpu else "cpu"))
    fast_single_precision()
    fabric = Fabric(accelerator=accelerator, devices=devices, precision="bf16-mixed" if half else "32-true")
    fabric.launch()
    return fabric


def _epoch(
    fabric: Fabric,
    model: Any,
    average: AlignmentModel,
    optimiser: Any,
    data: Dataset,
    split: Split,
    sizes: NDArray[np.int64],
    epoch: int,
    config: TrainingConfig,
    rate: float | None,
    frozen: Tensor | None,
) -> list[float]:
    """One pass over `split.train`, each molecule with one of its spectra; returns the mean losses."""
    rng = np.random.default_rng([config.seed, epoch])
    torch.manual_seed(config.seed * 100_003 + epoch)
    mine = rng.permutation(len(split.train))[fabric.global_rank :: fabric.world_size]  # every process its own molecules
    mine = mine[: len(split.train) // fabric.world_size]
    order = epoch_order(split.train[mine], sizes[mine], config.batch_size, config.alike, rng)
    number = data.spectrum_offset[order + 1] - data.spectrum_offset[order]
    spectra = data.spectrum_offset[order] + (rng.random(len(order)) * number).astype(np.int64)
    steps = len(order) // config.batch_size
    how = Augmentation() if config.augment else NONE
    sums = torch.zeros(4, device=fabric.device)
    model.train()
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = rate or one_cycle((epoch * steps + step) / (config.epochs * steps), config)
        part = slice(step * config.batch_size, (step + 1) * config.batch_size)
        batch = cut_batch(data, order[part], spectra[part], how, rng).to(fabric.device)
        hide = config.augment and rng.random() < _HIDE_MULTIPLICITY
        known = None if frozen is None else frozen[torch.from_numpy(spectra[part]).to(fabric.device)]
        losses = model.losses(batch, hide_multiplicity=hide, frozen=known)
        optimiser.zero_grad(set_to_none=True)
        fabric.backward(losses.total)
        if config.clip_norm:
            fabric.clip_gradients(model, optimiser, max_norm=config.clip_norm, error_if_nonfinite=False)
        optimiser.step()
        _follow(average, model, min(config.average, 1 - 1 / (2 + epoch * steps + step)))
        sums += torch.stack(losses).detach()
    return [float(x) for x in sums / max(steps, 1)]


@torch.inference_mode()
def _frozen_features(model: AlignmentModel, data: Dataset, device: torch.device) -> Tensor | None:
    """What a frozen spectrum encoder says of every spectrum of the data (S, D), or None where none is frozen."""
    owners = np.repeat(np.arange(len(data)), np.diff(data.spectrum_offset))
    parts = []
    for spectra in np.array_split(np.arange(len(owners)), max(len(owners) // 1024, 1)):
        features = model.frozen_features(cut_peaks(data, owners[spectra], spectra).to(device))
        if features is None:
            return None
        parts.append(features)
    return torch.cat(parts).clone()


def _groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Weight decay for the matrices of linear layers alone; what is frozen is left out."""
    decayed = {id(m.weight) for m in model.modules() if isinstance(m, nn.Linear)}
    every = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": [p for p in every if id(p) in decayed], "weight_decay": weight_decay},
        {"params": [p for p in every if id(p) not in decayed], "weight_decay": 0.0},
    ]


@torch.no_grad()
def _follow(average: nn.Module, model: nn.Module, keep: float) -> None:
    torch._foreach_lerp_(list(average.parameters()), [p.detach() for p in model.parameters()], 1 - keep)
    for old, new in zip(average.buffers(), model.buffers(), strict=True):
        old.copy_(new)
