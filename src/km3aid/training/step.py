"""One step of the optimiser: on batches of any size, or on batches of fixed sizes as one CUDA graph."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from km3aid.data.batches import Batch, CarbonBatch, GraphBatch, PeakBatch, cut_peaks
from km3aid.data.dataset import Dataset
from km3aid.data.filled import Field, FixedSizes, fields
from km3aid.models.alignment import AlignmentModel
from km3aid.models.joint.graph_encoder import SumOfEmbeddings
from km3aid.models.tensors import on_device
from km3aid.training.stream import Cut

_WARM_UP = 3  # steps before the capture: they make the optimiser's state and choose kernels
_COPIES = 4  # batches on their way to the device at once


class FreeStep:
    """A step on batches as they are cut, through Fabric, which brings its precision and several processes."""

    def __init__(self, fabric: Any, model: Any, average: nn.Module, optimiser: Any, clip_norm: float) -> None:
        self.fabric, self.model, self.average, self.optimiser = fabric, model, average, optimiser
        self.clip_norm = clip_norm
        self.sums = torch.zeros(4, device=fabric.device)
        self.data: Dataset | None = None
        self.frozen: Tensor | None = None  # what a frozen spectrum encoder says of every spectrum of the data (S, D)

    def look(self, data: Dataset) -> None:
        """Prepare for batches of `data`."""
        if data is not self.data:
            self.data, self.frozen = data, _frozen_features(self.model.module, data, self.fabric.device)

    def __call__(self, cut: Cut, rate: float, keep: float) -> None:
        """Learn from the batch at this rate; `keep` is the weight of the averaged weights so far."""
        device = self.fabric.device
        set_rate(self.optimiser, rate)
        frozen = None if self.frozen is None else self.frozen[torch.from_numpy(cut.spectra).to(device)]
        with self.fabric.autocast():  # which on one device only a call of the module itself would bring
            losses = self.model.losses(on_device(cut.batch, device), frozen=frozen)
        self.optimiser.zero_grad(set_to_none=True)
        self.fabric.backward(losses.total)
        if self.clip_norm:
            self.fabric.clip_gradients(self.model, self.optimiser, max_norm=self.clip_norm, error_if_nonfinite=False)
        self.optimiser.step()
        self.sums += torch.stack(losses).detach()
        _follow(self.average, self.model, keep)


class FixedStep:
    """A step on packed batches of fixed sizes.

    On a GPU it is captured as a CUDA graph after a few steps: one launch instead of some thousands, whose preparation
    takes most of the time of a step. A batch that comes unpacked, too large for the sizes, is computed without it.
    """

    def __init__(
        self,
        model: AlignmentModel,
        average: nn.Module,
        optimiser: torch.optim.Optimizer,
        clip_norm: float,
        sizes: FixedSizes,
    ) -> None:
        self.model, self.average, self.optimiser = model, average, optimiser
        self.clip_norm, self.sizes = clip_norm, sizes
        for module in model.modules():
            if isinstance(module, SumOfEmbeddings):
                module.as_product = True
        self.parameters = [p for p in model.parameters() if p.requires_grad]
        for p in self.parameters:
            p.grad = torch.zeros_like(p)
        self.device = device = self.parameters[0].device
        length = sum(math.prod(field.shape) for field in _fields(sizes))
        self.packed = torch.zeros(length, dtype=torch.int32, device=device)
        self.keep, self.sums = torch.zeros((), device=device), torch.zeros(4, device=device)
        self.on_gpu, self.taken = device.type == "cuda", 0
        self.graph: torch.cuda.CUDAGraph | None = None
        self.copies: list[tuple[Tensor, Any]] = []
        for _ in range(_COPIES if self.on_gpu else 0):
            copied = torch.cuda.Event()  # type: ignore[no-untyped-call]
            self.copies.append((torch.zeros(length, dtype=torch.int32, pin_memory=True), copied))

    def __call__(self, batch: Batch | NDArray[np.int32], rate: float, keep: float) -> None:
        """Learn from the batch at this rate; `keep` is the weight of the averaged weights so far."""
        set_rate(self.optimiser, rate)
        self.keep.fill_(keep)
        if isinstance(batch, Batch):
            self._compute(on_device(batch, self.device))
        elif not self.on_gpu:
            self.packed.copy_(torch.from_numpy(batch))
            self._compute(unpack(self.packed, self.sizes))
        else:
            self._on_gpu(batch)

    def _on_gpu(self, batch: NDArray[np.int32]) -> None:
        pinned, copied = self.copies[self.taken % _COPIES]
        copied.synchronize()
        pinned.copy_(torch.from_numpy(batch))
        self.packed.copy_(pinned, non_blocking=True)
        copied.record()
        if self.taken < _WARM_UP:
            aside: Any = torch.cuda.Stream()  # type: ignore[no-untyped-call]
            here = torch.cuda.current_stream()
            aside.wait_stream(here)
            with torch.cuda.stream(aside):
                self._compute(unpack(self.packed, self.sizes))
            here.wait_stream(aside)
        else:
            if self.graph is None:
                self.graph = torch.cuda.CUDAGraph()
                with torch.cuda.graph(self.graph):
                    self._compute(unpack(self.packed, self.sizes))
            self.graph.replay()
        self.taken += 1

    def _compute(self, batch: Batch) -> None:
        """The step itself, without a look at any number on the device."""
        self.optimiser.zero_grad(set_to_none=False)
        losses = self.model.losses(batch)
        losses.total.backward()  # type: ignore[no-untyped-call]
        if self.clip_norm:
            torch.nn.utils.clip_grad_norm_(self.parameters, self.clip_norm)
        self.optimiser.step()
        with torch.no_grad():
            averaged, now = ([p.detach() for p in m.parameters()] for m in (self.average, self.model))
            torch._foreach_mul_(averaged, self.keep)
            torch._foreach_add_(averaged, list(torch._foreach_mul(now, 1 - self.keep)))
            self.sums += torch.stack(losses).detach()


def unpack(packed: Tensor, sizes: FixedSizes) -> Batch:
    """The batch whose arrays `packed` holds as `pack` of `km3aid.data.filled` wrote them."""
    of = _fields(sizes)
    lengths = [math.prod(field.shape) for field in of]
    cut = packed.split(lengths)  # type: ignore[no-untyped-call]
    tensors: list[Any] = [_tensor(part, field) for part, field in zip(cut, of, strict=True)]
    tensors.insert(len(GraphBatch._fields) - 1, sizes.molecules + 1)
    graph, spectrum = len(GraphBatch._fields), len(GraphBatch._fields) + len(PeakBatch._fields)
    return Batch(
        GraphBatch._make(tensors[:graph]),
        PeakBatch._make(tensors[graph:spectrum]),
        CarbonBatch._make(tensors[spectrum:]),
    )


def set_rate(optimiser: Any, rate: float) -> None:
    """Set the learning rate, in its place where it lies on a device: a captured graph reads it there."""
    for group in optimiser.param_groups:
        if isinstance(group["lr"], Tensor):
            group["lr"].fill_(rate)
        else:
            group["lr"] = rate


def _fields(sizes: FixedSizes) -> list[Field]:
    graph, peaks, carbons = fields(sizes)
    return [*graph[:-1], *peaks, *carbons]


def _tensor(part: Tensor, field: Field) -> Tensor:
    part = part.view(torch.float32) if field.kind == "float" else part.bool() if field.kind == "bool" else part.long()
    return part.view(field.shape)


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


@torch.no_grad()
def _follow(average: nn.Module, model: nn.Module, keep: float) -> None:
    torch._foreach_lerp_(list(average.parameters()), [p.detach() for p in model.parameters()], 1 - keep)
    for old, new in zip(average.buffers(), model.buffers(), strict=True):
        old.copy_(new)
