"""Models that train side by side: one graph of kernels does a step of all of them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from km3aid.models.build import build_model
from km3aid.models.config import KM3AIDConfig
from km3aid.models.k_m3aid.model import KM3AIDModel
from km3aid.training.config import TrainingConfig
from km3aid.training.schedule import one_cycle
from km3aid.training.stacked.network import Features, StackedNetwork
from km3aid.training.stacked.pieces import PLAIN, Pieces
from km3aid.training.stacked.tables import Batches, Sizes, Tables, cut_batches, fits, sizes_for

_WARM_UP = 3  # steps before a graph is captured
LOSSES = ("total", "graph", "node")


class Member(NamedTuple):
    """One model of a stack."""

    name: str
    config: KM3AIDConfig
    train: NDArray[np.int64]  # rows of the data
    validation: NDArray[np.int64]  # rows in the order in which they are put into batches
    encoder: str = ""  # name of the frozen spectrum encoder
    seed: int = 42


class Checked(NamedTuple):
    """Figures of all members on their validation molecules, V in batches of B, what is padded at the end."""

    loss: Tensor  # (M,)
    spectrum_to_molecule: Tensor  # (M, V) 1 where right
    molecule_to_spectrum: Tensor  # (M, V)
    alone: Tensor  # (M, V) share of the peaks whose best carbon is right
    released: Tensor  # (M, V) the same after a softmax over the peaks of each carbon


class Stack:
    """Trains its members; `weights_of` gives what each was at its lowest validation loss."""

    def __init__(
        self,
        members: Sequence[Member],
        tables: Tables,
        config: TrainingConfig,
        *,
        features: Features | None = None,
        pieces: Pieces = PLAIN,
        noise: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        self.members, self.tables, self.config = list(members), tables, config
        self.device, self.dtype = tables.kinds.device, tables.kinds.dtype
        self.net = StackedNetwork([_built(m) for m in members], tables, features)
        self.net.fast, (self.net.noise_ppm, self.net.lost) = pieces, noise
        self.steps = min(len(m.train) for m in members) // config.batch_size
        self.epochs = 0
        every = [sizes_for(tables, m.train, config.batch_size) for m in members]
        self.sizes = Sizes._make(max(column) for column in zip(*every, strict=True))
        self.buffers = self._drawn()
        self.checks = self._validation_batches()
        shape = (len(self.checks.rows), len(members), config.batch_size)
        self._flags = [torch.zeros(shape, device=self.device, dtype=self.dtype) for _ in range(4)]
        self._loss = torch.zeros(len(members), device=self.device, dtype=self.dtype)
        self.sums = torch.zeros(len(LOSSES), len(members), device=self.device, dtype=self.dtype)
        self._number = torch.zeros(1, dtype=torch.long, device=self.device)  # of the batch
        self._done = torch.zeros(1, dtype=torch.long, device=self.device)  # steps since the beginning
        self._rates = torch.tensor(_rates(config, self.steps), device=self.device, dtype=torch.float32)
        self.rate = self._rates[0].clone()
        self.optimiser = self._optimiser()
        self.best_loss = torch.full_like(self._loss, float("inf"))
        self.best_epoch = [0] * len(members)
        self.best = {n: t.detach().clone() for n, t in self._all().items()}
        self._step = self._captured(self._train_step, restore=True)
        self._check = self._captured(self._check_step)

    def epoch(self) -> Callable[[], None]:
        """Prepare one epoch; each call of what is returned does one of its `steps`."""
        self.epochs += 1
        for old, new in zip(self.buffers, self._drawn(), strict=True):
            old.copy_(new)
        self._number.zero_()
        self.sums.zero_()
        return self._step

    def hurry(self, share: float) -> None:
        """Go on at least at this share of the schedule, so that one cycle ends by the clock."""
        self._done.clamp_(min=int(share * self.config.epochs * self.steps))

    def check(self) -> Checked:
        """Validate all members as they are."""
        self._number.zero_()
        self._loss.zero_()
        for _ in range(len(self.checks.rows)):
            self._check()
        known = torch.tensor([len(m.validation) for m in self.members], device=self.device, dtype=self.dtype)
        return Checked(self._loss / known, *(f.transpose(0, 1).flatten(1).clone() for f in self._flags))

    def keep(self, loss: Tensor) -> None:
        """Remember the weights of the members whose validation `loss` (M,) has never been lower."""
        better = loss < self.best_loss
        self.best_loss = torch.where(better, loss, self.best_loss)
        for name, now in self._all().items():
            wide = better.view(-1, *[1] * (now.dim() - 1))
            self.best[name].copy_(torch.where(wide, now.detach(), self.best[name]))
        for number, is_better in enumerate(better.tolist()):
            self.best_epoch[number] = self.epochs if is_better else self.best_epoch[number]

    def take_best(self) -> None:
        """Go back to the remembered weights."""
        with torch.no_grad():
            for name, now in self._all().items():
                now.copy_(self.best[name])

    def weights_of(self, member: int) -> dict[str, NDArray[np.float32]]:
        """The remembered weights of one model, without those of a frozen spectrum encoder."""
        return {n: t[member].float().cpu().numpy() for n, t in self.best.items()}

    def _all(self) -> dict[str, Tensor]:
        return {**self.net.weights, **self.net.running}

    def _drawn(self) -> Batches:
        """The batches of an epoch, drawn again where one is too large for its room."""
        size, attempt = self.config.batch_size, 0
        while True:
            orders = [
                np.random.default_rng([m.seed, self.epochs, attempt]).permutation(m.train)[: self.steps * size]
                for m in self.members
            ]
            rows = torch.from_numpy(np.stack([o.reshape(self.steps, size) for o in orders], 1)).to(self.device)
            if fits(self.tables, rows, self.sizes):
                return cut_batches(self.tables, rows, self.sizes)
            attempt += 1

    def _validation_batches(self) -> Batches:
        size = self.config.batch_size
        steps = -(-max(len(m.validation) for m in self.members) // size)
        rows = np.full((len(self.members), steps * size), self.tables.empty)
        for number, member in enumerate(self.members):
            rows[number, : len(member.validation)] = member.validation
        every = [sizes_for(self.tables, m.validation, size, whole=True) for m in self.members]
        sizes = Sizes._make(max(column) for column in zip(*every, strict=True))
        ordered = torch.from_numpy(rows.reshape(len(self.members), steps, size).swapaxes(0, 1).copy())
        return cut_batches(self.tables, ordered.to(self.device), sizes)

    def _optimiser(self) -> torch.optim.Optimizer:
        c, gpu = self.config, self.device.type == "cuda"
        return torch.optim.AdamW(
            list(self.net.weights.values()),
            lr=self.rate,
            betas=(0.9, c.beta2),
            weight_decay=c.weight_decay,
            fused=gpu,
            capturable=gpu,
            foreach=False,
        )

    def _train_step(self) -> None:
        self.net.training = True
        batch = Batches._make(field.index_select(0, self._number).squeeze(0) for field in self.buffers)
        self.optimiser.zero_grad(set_to_none=True)
        self.rate.copy_(self._rates.index_select(0, self._done.clamp(max=len(self._rates) - 1)).squeeze(0))
        out = self.net(batch)
        out.total.sum().backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        self.sums.add_(torch.stack([out.total, out.graph_loss, out.node_loss]).detach())
        self._number.add_(1).remainder_(self.steps)
        self._done.add_(1)

    @torch.no_grad()
    def _check_step(self) -> None:
        self.net.training = False
        batch = Batches._make(field.index_select(0, self._number).squeeze(0) for field in self.checks)
        out = self.net(batch)
        valid = batch.rows < self.tables.empty
        self._loss.add_(out.total * valid.sum(1))
        own = torch.arange(valid.shape[1], device=self.device)
        held = out.similarity.masked_fill(~(valid.unsqueeze(1) & valid.unsqueeze(2)), float("-inf"))
        right = [(held.argmax(2) == own) & valid, (held.argmax(1) == own) & valid]
        if out.logits is not None:
            right += node_shares(out.logits, batch)
        for flags, values in zip(self._flags, right, strict=False):
            flags.index_copy_(0, self._number, values.to(self.dtype).unsqueeze(0))
        self._number.add_(1).remainder_(len(self.checks.rows))

    def _captured(self, step: Callable[[], None], restore: bool = False) -> Callable[[], None]:
        """The step as one graph of kernels on a GPU; with `restore` the weights are as before."""
        if self.device.type != "cuda":
            return step
        before = {n: t.detach().clone() for n, t in self._all().items()}
        side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(_WARM_UP):
                step()
        torch.cuda.current_stream().wait_stream(side)
        torch.cuda.empty_cache()
        graph, replayed = torch.cuda.CUDAGraph(), True
        try:
            with torch.cuda.graph(graph):
                step()
        except RuntimeError as error:
            warnings.warn(f"no graph of kernels, slower without: {str(error)[:300]}", stacklevel=1)
            torch.cuda.synchronize()
            replayed = False
        if restore:
            with torch.no_grad():
                for name, now in self._all().items():
                    now.copy_(before[name])
                for state in self.optimiser.state.values():
                    for value in state.values():
                        value.zero_()
        self._number.zero_()
        self._done.zero_()
        return graph.replay if replayed else step


def node_shares(logits: Tensor, batch: Batches) -> list[Tensor]:
    """Share of right peaks (M, B) of each molecule, by `Checked.alone` and by `Checked.released`."""
    owner, ppm = batch.carbon_molecule, batch.carbon_ppm
    held = logits.masked_fill(owner.unsqueeze(2) != owner.unsqueeze(1), float("-inf"))
    shares = []
    for scores in (held, held - torch.logsumexp(held, 1, keepdim=True)):
        right = (ppm.gather(1, scores.argmax(2)) == ppm).to(logits.dtype)
        sums = logits.new_zeros(2, len(logits), batch.rows.shape[1] + 1)
        sums[0].scatter_add_(1, owner, right)
        sums[1].scatter_add_(1, owner, torch.ones_like(right))
        shares.append((sums[0] / sums[1].clamp(min=1))[:, :-1])
    return shares


def _built(member: Member) -> KM3AIDModel:
    torch.manual_seed(member.seed)
    model = build_model(member.config)
    if not isinstance(model, KM3AIDModel):
        raise TypeError("only the paper's models can be stacked")
    return model


def _rates(config: TrainingConfig, steps: int) -> list[float]:
    """The rate of every step."""
    if config.schedule != "one-cycle":
        return [config.learning_rate]
    total = config.epochs * steps
    return [one_cycle(step / total, config) for step in range(total)]
