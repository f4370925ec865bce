"""Stacks from their members to figures and weights, until they are done or the time is up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from km3aid.data.batches import cut_peaks
from km3aid.data.dataset import Dataset
from km3aid.models.k_m3aid.spectrum_encoder import FEATURES, ConvSpectrumEncoder
from km3aid.models.tensors import on_device
from km3aid.training.config import TrainingConfig
from km3aid.training.stacked.network import Features
from km3aid.training.stacked.pieces import PLAIN, Pieces, captured_pieces, compiled
from km3aid.training.stacked.stack import LOSSES, Checked, Member, Stack
from km3aid.training.stacked.tables import Batches, Sizes, Tables, cut_batches, make_tables, sizes_for

Log = Callable[[str], None]
Clock = Callable[[], bool]
Weights = Mapping[str, NDArray[np.float32]]
History = list[dict[str, list[float]]]  # of a stack, an epoch a line: each figure for every member
Scores = tuple[NDArray[Any], list[NDArray[Any]]]  # of one member, see `Workshop.scores`
_SPECTRUM = "spectrum."
_CHUNK = 1024
_REPORT_S = 20.0


class Trained(NamedTuple):
    """What a stack leaves of one member: the lowest validation loss decides which weights."""

    member: Member
    weights: Weights
    history: list[dict[str, float]]
    best_epoch: int
    flags: dict[str, NDArray[np.float32]]  # of each validation molecule (V,), in the member's order, as in `Checked`


class Workshop:
    """The data on one device, and the frozen spectrum encoders that stacks may use."""

    def __init__(self, data: Dataset, device: str = "auto", log: Log = print) -> None:
        name = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
        self.device, self.data, self.log = torch.device(name), data, log
        if self.device.type == "cuda":
            torch.set_float32_matmul_precision("high")
        self.tables: Tables = make_tables(data, self.device)
        self._features: dict[str, Tensor] = {}
        self._pieces = captured_pieces(self.device)
        self._compiled: Pieces | None = None
        if self._pieces is not PLAIN:
            log("neighbours are summed by other means")

    def add_encoder(self, name: str, weights: Weights) -> None:
        """Make the spectrum encoder among the weights available to members."""
        encoder = ConvSpectrumEncoder().eval()
        own = {n.removeprefix(_SPECTRUM): torch.from_numpy(w) for n, w in weights.items() if n.startswith(_SPECTRUM)}
        encoder.load_state_dict(own)
        encoder.to(self.device)
        first, parts = self.data.spectrum_offset[:-1], []
        with torch.no_grad():
            for start in range(0, len(self.data), _CHUNK):
                rows = np.arange(start, min(start + _CHUNK, len(self.data)))
                parts.append(encoder(on_device(cut_peaks(self.data, rows, first[rows]), self.device)))
        self._features[name] = torch.cat([*parts, torch.zeros(1, FEATURES, device=self.device)])

    def stack(
        self,
        members: Sequence[Member],
        config: TrainingConfig,
        *,
        noise: tuple[float, float] = (0.0, 0.0),
        fused: bool = False,
    ) -> Stack:
        """A stack of the members; `fused` compiles what moves much data, where that is possible."""
        features = None
        if members[0].config.frozen_spectrum:
            names = list(dict.fromkeys(m.encoder for m in members))
            starts = [names.index(m.encoder) * (len(self.data) + 1) for m in members]
            table = torch.cat([self._features[name] for name in names])
            features = Features(table, torch.tensor(starts, device=self.device))
        if fused and self.device.type == "cuda":
            try:
                self._compiled = self._compiled or compiled(self._pieces)
                return Stack(members, self.tables, config, features=features, pieces=self._compiled, noise=noise)
            except Exception as error:
                self.log(f"not compiled, plain kernels instead: {type(error).__name__}: {str(error)[:500]}")
                torch.cuda.synchronize()
        return Stack(members, self.tables, config, features=features, pieces=self._pieces, noise=noise)

    def train(
        self,
        stacks: Sequence[Stack],
        out_of_time: Clock,
        save: Callable[[list[History]], None] | None = None,
        save_s: float = 60.0,
        clock: Callable[[], float] = lambda: 0.0,
    ) -> list[History]:
        """Train the stacks epoch by epoch, side by side; returns the history of each.

        Their schedules are hurried to the share of the time that `clock` says is over.

        Now and then, `save_s` apart, `save` is called with the histories so far.
        """
        histories: list[History] = [[] for _ in stacks]
        lanes = [_lane(self.device) for _ in stacks]
        began = last = saved = time.monotonic()
        while not out_of_time():
            active = [n for n, s in enumerate(stacks) if s.epochs < s.config.epochs]
            if not active:
                break
            steps = []
            for n in active:
                with _on(lanes[n]):
                    stacks[n].hurry(clock())
                    steps.append((stacks[n].epoch(), stacks[n].steps, lanes[n]))
            for step in range(max(s for _, s, _ in steps)):
                for go, count, lane in steps:
                    if step < count:
                        with _on(lane):
                            go()
            for n in active:
                with _on(lanes[n]):
                    checked = stacks[n].check()
                    stacks[n].keep(checked.loss)
                    histories[n].append(_line(stacks[n], checked))
            if time.monotonic() - last > _REPORT_S:
                last = time.monotonic()
                self.log(_progress(stacks, histories, last - began))
            if save is not None and time.monotonic() - saved > save_s:
                save(histories)
                saved = time.monotonic()
        if self.device.type == "cuda":
            torch.cuda.synchronize()
        self.log("done: " + _progress(stacks, histories, time.monotonic() - began))
        return histories

    def results(self, stack: Stack, history: History) -> Iterator[Trained]:
        """What each member of a stack has become, at its lowest validation loss; the stack is at its end."""
        stack.take_best()
        checked = stack.check()
        for n, one in enumerate(self.so_far(stack, history)):
            known = len(one.member.validation)
            flags = {f: getattr(checked, f)[n, :known].float().cpu().numpy() for f in Checked._fields[1:]}
            yield one._replace(flags=flags)

    def so_far(self, stack: Stack, history: History) -> Iterator[Trained]:
        """What each member has been at its best, without its `flags`."""
        for n, member in enumerate(stack.members):
            lines = [{key: values[n] for key, values in line.items()} for line in history]
            yield Trained(member, stack.weights_of(n), lines, stack.best_epoch[n], {})

    @torch.no_grad()
    def scores(self, stack: Stack, rows: Sequence[NDArray[np.int64]]) -> list[Scores]:
        """For `rows` (R,) of each member: similarity (R, R) of spectra × molecules, and logits of peaks × carbons.

        Logits are those of each molecule (C, C), its carbons with a shift in the order of its atoms.
        """
        stack.net.training = False
        table = np.stack(rows)
        shape = sizes_for(self.tables, table.ravel(), table.shape[1], whole=True)
        sizes = Sizes(table.shape[1], *shape[1:])
        batch = cut_batches(self.tables, torch.from_numpy(table[None]).to(self.device), sizes)
        one = Batches._make(field[0] for field in batch)
        out = stack.net(one)
        similarity, owners = out.similarity.float().cpu().numpy(), one.carbon_molecule.cpu().numpy()
        logits = np.zeros((len(rows), 0, 0)) if out.logits is None else out.logits.float().cpu().numpy()
        found = []
        for n in range(len(rows)):
            ends = np.searchsorted(owners[n], np.arange(table.shape[1] + 1))
            found.append((similarity[n], [logits[n, a:b, a:b] for a, b in pairwise(ends.tolist())]))
        return found


def _line(stack: Stack, checked: Checked) -> dict[str, list[float]]:
    """One epoch of a stack: each figure for every member."""
    known = torch.tensor([len(m.validation) for m in stack.members], device=stack.device)
    losses = dict(zip(("loss", "graph_loss", "node_loss"), stack.sums / stack.steps, strict=True))
    assert len(losses) == len(LOSSES)
    shares = {name: getattr(checked, name).sum(1) / known for name in Checked._fields[1:]}
    every = {**losses, "validation_loss": checked.loss, **{f"validation_{n}": v for n, v in shares.items()}}
    table = torch.stack([v.float() for v in every.values()]).cpu().tolist()
    return {"epoch": [stack.epochs] * len(stack.members), **dict(zip(every, table, strict=True))}


def _progress(stacks: Sequence[Stack], histories: Sequence[History], seconds: float) -> str:
    parts = []
    for stack, history in zip(stacks, histories, strict=True):
        line = history[-1] if history else {}
        first = {k: round(v[0], 4) for k, v in line.items() if k in ("loss", "validation_loss")}
        shown = [line[f"validation_{k}"][0] for k in ("spectrum_to_molecule", "alone", "released")] if line else []
        rate = stack.epochs * len(stack.members) / max(seconds, 1e-9)
        parts.append(
            f"{len(stack.members)} × {stack.members[0].name}: epoch {stack.epochs}, {rate:.1f} model epochs/s, "
            f"{first}, {' '.join(f'{x:.1%}' for x in shown)}"
        )
    return f"{seconds:.0f} s; " + "; ".join(parts[:4])


def _lane(device: torch.device) -> torch.cuda.Stream | None:
    return torch.cuda.Stream() if device.type == "cuda" else None  # type: ignore[no-untyped-call]


def _on(lane: torch.cuda.Stream | None) -> AbstractContextManager[Any]:
    return nullcontext() if lane is None else torch.cuda.stream(lane)
