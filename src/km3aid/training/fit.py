"""Fit an alignment model: AdamW, averaged weights, resume after a kill."""

from __future__ import annotations

import copy
import time
from pathlib import Path
from typing import Any

import torch
from torch import nn

from km3aid.errors import ConfigError
from km3aid.models.alignment import AlignmentModel
from km3aid.models.build import build_model
from km3aid.models.checkpoint import read_model, start_from, write_model
from km3aid.models.memory import keep_freed_memory
from km3aid.models.precision import fast_single_precision, multiplies_bfloat16
from km3aid.optional import require
from km3aid.training.config import TrainingConfig
from km3aid.training.feeder import Feeder
from km3aid.training.schedule import fixed_rate, one_cycle, progress
from km3aid.training.setup import Hardware, Run, Settings
from km3aid.training.split import Material
from km3aid.training.state import Metrics, read_state, write_state
from km3aid.training.step import FixedStep, FreeStep
from km3aid.training.stream import Stream, sizes_of_batches
from km3aid.training.validate import validate

LAST, BEST = "last.safetensors", "best.safetensors"


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
    try:
        _fit(fitting, material, config.epochs, run)
    finally:
        fitting.close()
    return run.folder / (BEST if config.keep == "best" else LAST)


def _fit(fitting: _Fitting, material: Material, epochs: int, run: Run) -> None:
    history = fitting.read(run.folder) if run.resume else []
    began = fitting.began = time.monotonic()
    for epoch in range(len(history), epochs):
        if fitting.progress(epoch) >= 1:
            break
        losses = fitting.epoch(epoch, [line["validation_loss"] for line in history])
        watched = validate(fitting.average, material.data, material.split.validation, fitting.fabric.device)
        line = Metrics._make((epoch + 1, *losses, *watched, fitting.rate, time.monotonic() - began))
        history.append(line._asdict())
        if fitting.fabric.is_global_zero:
            write_model(run.folder / LAST, fitting.average, dict(run.header))
            if watched.loss <= min(line["validation_loss"] for line in history):
                write_model(run.folder / BEST, fitting.average, dict(run.header))
            fitting.write(run.folder, history)
            if run.report:
                run.report(line)


class _Fitting:
    """A model with its optimiser and its averaged weights, trained epoch by epoch."""

    def __init__(self, material: Material, settings: Settings, run: Run) -> None:
        self.config = config = settings.training
        self.fabric = _fabric(run.hardware, config.precision)
        device, processes = self.fabric.device, self.fabric.world_size
        if config.minutes and processes > 1:
            raise ConfigError("training.minutes: several processes have no common clock; train on one device")
        self.plain = build_model(settings.model)
        if run.spectrum_encoder is not None:
            source = read_model(run.spectrum_encoder).model.get_submodule("spectrum")
            self.plain.get_submodule("spectrum").load_state_dict(source.state_dict())
        if run.start is not None:
            start_from(self.plain, run.start)
        self.average = copy.deepcopy(self.plain).eval().to(device)
        self.step: FixedStep | FreeStep
        self.stream: Feeder | Stream
        if _fixed(self.plain, config, device, processes):
            if device.type == "cuda" and config.precision == "auto":
                torch.set_float32_matmul_precision("high")
            sizes = sizes_of_batches(material, config.batch_size, self.plain.carbon_group)
            self.optimiser = _adamw(self.plain.to(device), config, device)
            self.step = FixedStep(self.plain, self.average, self.optimiser, config.clip_norm, sizes)
            self.stream = Feeder(material, config, sizes)
        else:
            model, self.optimiser = self.fabric.setup(self.plain, _adamw(self.plain, config))
            model.mark_forward_method("losses")
            self.step = FreeStep(self.fabric, model, self.average, self.optimiser, config.clip_norm)
            self.stream = Stream(material, config, (self.fabric.global_rank, processes))
        self.began = time.monotonic()

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
        """One pass over the training molecules, each with one of its spectra; returns the mean losses."""
        config, step, stream = self.config, self.step, self.stream
        fixed = fixed_rate(validation_losses, config)
        steps, batches = stream.epoch(number)
        if isinstance(step, FreeStep) and isinstance(stream, Stream):
            step.look(stream.material.data)
        torch.manual_seed(config.seed * 100_003 + number)
        step.sums.zero_()
        taken = 0
        self.plain.train()
        for batch in batches:
            now = self.progress(number + taken / steps)
            if now >= 1:
                break
            rate = one_cycle(now, config) if fixed is None else fixed
            keep = min(config.average, 1 - 1 / (2 + number * steps + taken))
            step(batch, rate, keep)
            taken += 1
        return [float(x) for x in step.sums / max(taken, 1)]

    def close(self) -> None:
        """End the process that cuts batches, where there is one."""
        if isinstance(self.stream, Feeder):
            self.stream.close()


def _fixed(model: AlignmentModel, config: TrainingConfig, device: torch.device, processes: int) -> bool:
    """Whether the batches have fixed sizes; raises `ConfigError` where they should and cannot."""
    able = model.takes_filled and processes == 1
    if config.shapes == "fixed" and not able:
        raise ConfigError("training.shapes: 'fixed' is for the joint model on one device; expected auto or free")
    return able and (config.shapes == "fixed" or (config.shapes == "auto" and device.type == "cuda"))


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


def _adamw(model: nn.Module, config: TrainingConfig, device: torch.device | None = None) -> torch.optim.AdamW:
    """The optimiser; on the GPU `device` a captured graph may run it, for which its rate lies there too."""
    groups, betas = _groups(model, config), (0.9, config.beta2)
    if device is None or device.type != "cuda":
        return torch.optim.AdamW(groups, lr=config.learning_rate, betas=betas, fused=True)
    rate = torch.tensor(config.learning_rate, device=device)
    return torch.optim.AdamW(groups, lr=rate, betas=betas, capturable=True, fused=True)


def _groups(model: nn.Module, config: TrainingConfig) -> list[dict[str, Any]]:
    """Weight decay for the matrices of linear layers alone, or for everything; what is frozen is left out."""
    matrices = {id(m.weight) for m in model.modules() if isinstance(m, nn.Linear)}
    decayed = {id(p) for p in model.parameters()} if config.decay_all else matrices
    every = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": [p for p in every if id(p) in decayed], "weight_decay": config.weight_decay},
        {"params": [p for p in every if id(p) not in decayed], "weight_decay": 0.0},
    ]
