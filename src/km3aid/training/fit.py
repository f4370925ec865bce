"""Fit an alignment model: batches cut from flat arrays, AdamW, averaged weights, resume after a kill."""

from __future__ import annotations

import copy
import time
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from km3aid.data.batches import AS_RECORDED, Augmentation, Batch, cut_batch, cut_peaks
from km3aid.data.dataset import Dataset
from km3aid.errors import ConfigError
from km3aid.models.alignment import AlignmentModel
from km3aid.models.build import build_model
from km3aid.models.checkpoint import read_model, start_from, write_model
from km3aid.models.memory import keep_freed_memory
from km3aid.models.precision import fast_single_precision, multiplies_bfloat16
from km3aid.models.tensors import on_device
from km3aid.optional import require
from km3aid.training.config import TrainingConfig
from km3aid.training.order import epoch_order, molecule_sizes
from km3aid.training.schedule import fixed_rate, one_cycle, progress
from km3aid.training.setup import Hardware, Run, Settings
from km3aid.training.split import Material
from km3aid.training.state import Metrics, read_state, write_state
from km3aid.training.validate import validate

LAST, BEST = "last.safetensors", "best.safetensors"
_HIDE_MULTIPLICITY = 0.3  # share of the augmented batches whose node level sees no multiplicity


def fit(material: Material, settings: Settings, run: Run) -> Path:
    """Train on `split.train`, watch `split.validation`, and return the path of the weights to keep.

    After every epoch the folder holds everything needed to go on: each epoch draws its randomness from the seed and
    its own number, so that a resumed run and an unbroken one see the same batches. Raises `ConfigError` where there is
    too little data, or lightning is not installed, and `CheckpointError` where there is nothing to resume from.
    """
    config = settings.training
    split = material.split
    if len(split.train) < config.batch_size or not len(split.validation):
        raise ConfigError(
            f"{len(split.train)} training and {len(split.validation)} validation molecules; "
            f"expected at least one batch of {config.batch_size} and one molecule"
        )
    keep_freed_memory()
    torch.manual_seed(config.seed)
    fitting = _Fitting(material, settings, run)
    history = fitting.read(run.folder) if run.resume else []
    began = fitting.began = time.monotonic()
    for epoch in range(len(history), config.epochs):
        if fitting.progress(epoch) >= 1:
            break
        losses = fitting.epoch(epoch, [line["validation_loss"] for line in history])
        watched = validate(fitting.average, material.data, split.validation, fitting.fabric.device)
        line = Metrics._make((epoch + 1, *losses, *watched, fitting.rate, time.monotonic() - began))
        history.append(line._asdict())
        if fitting.fabric.is_global_zero:
            write_model(run.folder / LAST, fitting.average, dict(run.header))
            if watched.loss <= min(line["validation_loss"] for line in history):
                write_model(run.folder / BEST, fitting.average, dict(run.header))
            fitting.write(run.folder, history)
            if run.report:
                run.report(line)
    return run.folder / (BEST if config.keep == "best" else LAST)


class _Fitting:
    """A model with its optimiser and its averaged weights, trained epoch by epoch."""

    def __init__(self, material: Material, settings: Settings, run: Run) -> None:
        self.data, self.rows, self.taught = material.data, material.split.train, material.taught
        self.config = settings.training
        self.fabric = _fabric(run.hardware, self.config.precision)
        self.plain = build_model(settings.model)
        if run.spectrum_encoder is not None:
            source = read_model(run.spectrum_encoder).model.get_submodule("spectrum")
            self.plain.get_submodule("spectrum").load_state_dict(source.state_dict())
        if run.start is not None:
            start_from(self.plain, run.start)
        self.average = copy.deepcopy(self.plain).eval().to(self.fabric.device)
        optimiser = torch.optim.AdamW(
            _groups(self.plain, self.config), lr=self.config.learning_rate, betas=(0.9, self.config.beta2)
        )
        self.model, self.optimiser = self.fabric.setup(self.plain, optimiser)
        self.model.mark_forward_method("losses")
        self.sizes = molecule_sizes(material.data)
        self.began = time.monotonic()
        if self.config.minutes and self.fabric.world_size > 1:
            raise ConfigError("training.minutes: several processes have no common clock; train on one device")

    @cached_property
    def frozen(self) -> Tensor | None:
        """What a frozen spectrum encoder says of every spectrum of the data (S, D), or None where none is frozen."""
        return _frozen_features(self.plain, self.data, self.fabric.device)

    @property
    def rate(self) -> float:
        """The learning rate of the last step."""
        return float(self.optimiser.param_groups[0]["lr"])

    def progress(self, epochs: float) -> float:
        """How much of the training is over after so many epochs, from 0 to 1."""
        return progress(epochs / self.config.epochs, time.monotonic() - self.began, self.config)

    def read(self, folder: Path) -> list[dict[str, Any]]:
        """Restore the state in the folder and return its history."""
        return read_state(folder, self.plain, self.average, self.optimiser)

    def write(self, folder: Path, history: list[dict[str, Any]]) -> None:
        """Write what `read` restores."""
        write_state(folder, self.plain, self.average, self.optimiser, history)

    def epoch(self, number: int, validation_losses: list[float]) -> list[float]:
        """One pass over the training molecules; returns the mean losses. Unless varied, spectra are the fullest."""
        data, config, fabric, frozen = self.data, self.config, self.fabric, self.frozen
        fixed = fixed_rate(validation_losses, config)
        rng = np.random.default_rng([config.seed, number])
        torch.manual_seed(config.seed * 100_003 + number)
        rows = self._rows(rng)
        mine = rng.permutation(rows)[fabric.global_rank :: fabric.world_size]  # every process its own
        mine = mine[: len(rows) // fabric.world_size]
        order = epoch_order(mine, self.sizes[mine], config.batch_size, config.alike, rng)
        spectra_of_each = data.spectrum_offset[order + 1] - data.spectrum_offset[order] if config.augment else 1
        spectra = data.spectrum_offset[order] + (rng.random(len(order)) * spectra_of_each).astype(np.int64)
        steps = len(order) // config.batch_size
        how = Augmentation() if config.augment else AS_RECORDED
        sums, taken = torch.zeros(4, device=fabric.device), 0
        self.model.train()
        for step in range(steps):
            now = self.progress(number + step / steps)
            if now >= 1:
                break
            done = number * steps + step
            part = slice(step * config.batch_size, (step + 1) * config.batch_size)
            rate = one_cycle(now, config) if fixed is None else fixed
            known = None if frozen is None else frozen[torch.from_numpy(spectra[part]).to(fabric.device)]
            batch = on_device(cut_batch(data, order[part], spectra[part], how, rng), fabric.device)
            hide = config.augment and rng.random() < _HIDE_MULTIPLICITY
            sums += self._step(batch, rate, hide, known)
            _follow(self.average, self.model, min(config.average, 1 - 1 / (2 + done)))
            taken += 1
        return [float(x) for x in sums / max(taken, 1)]

    def _rows(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """The measured molecules of an epoch, and its share of the teacher's."""
        if not len(self.taught):
            return self.rows
        return np.concatenate([self.rows, rng.permutation(self.taught)[: int(self.config.taught * len(self.rows))]])

    def _step(self, batch: Batch, rate: float, hide_multiplicity: bool, frozen: Tensor | None) -> Tensor:
        """One step of the optimiser; returns the losses (4,)."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        losses = self.model.losses(batch, hide_multiplicity=hide_multiplicity, frozen=frozen)
        self.optimiser.zero_grad(set_to_none=True)
        self.fabric.backward(losses.total)
        if limit := self.config.clip_norm:
            self.fabric.clip_gradients(self.model, self.optimiser, max_norm=limit, error_if_nonfinite=False)
        self.optimiser.step()
        return torch.stack(losses).detach()


def require_lightning() -> Any:
    """The module `lightning.fabric`; raises `ConfigError` that names the extra to install."""
    return require("lightning.fabric", "train", "training")


def _fabric(hardware: Hardware, precision: str) -> Any:
    """`auto`: bfloat16 for the matrices of the encoders where the processor multiplies it, else single precision."""
    lightning, name = require_lightning(), hardware.accelerator
    on_gpu = name in ("gpu", "cuda") or (name == "auto" and torch.cuda.is_available())
    half = precision == "auto" and multiplies_bfloat16(torch.device("cuda" if on_gpu else "cpu"))
    fast_single_precision()
    fabric = lightning.Fabric(accelerator=name, devices=hardware.devices, precision="bf16-mixed" if half else "32-true")
    fabric.launch()
    return fabric


@torch.inference_mode()
def _frozen_features(model: AlignmentModel, data: Dataset, device: torch.device) -> Tensor | None:
    owners = np.repeat(np.arange(len(data)), np.diff(data.spectrum_offset))
    parts = []
    for spectra in np.array_split(np.arange(len(owners)), max(len(owners) // 1024, 1)):
        features = model.frozen_features(on_device(cut_peaks(data, owners[spectra], spectra), device))
        if features is None:
            return None
        parts.append(features)
    return torch.cat(parts).clone()


def _groups(model: nn.Module, config: TrainingConfig) -> list[dict[str, Any]]:
    """Weight decay for the matrices of linear layers alone, or for everything; what is frozen is left out."""
    matrices = {id(m.weight) for m in model.modules() if isinstance(m, nn.Linear)}
    decayed = {id(p) for p in model.parameters()} if config.decay_all else matrices
    every = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": [p for p in every if id(p) in decayed], "weight_decay": config.weight_decay},
        {"params": [p for p in every if id(p) not in decayed], "weight_decay": 0.0},
    ]


@torch.no_grad()
def _follow(average: nn.Module, model: nn.Module, keep: float) -> None:
    torch._foreach_lerp_(list(average.parameters()), [p.detach() for p in model.parameters()], 1 - keep)
    for old, new in zip(average.buffers(), model.buffers(), strict=True):
        old.copy_(new)
