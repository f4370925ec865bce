"""A sweep: pretrain the spectrum encoders, then train wave after wave, and keep what every model has become."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.config import to_dict
from km3aid.data.dataset import Dataset, in_memory, open_dataset
from km3aid.data.folds import FOLDS
from km3aid.evaluation.node_level import NodeShares
from km3aid.reproduction.plan import Plan
from km3aid.reproduction.sweep.files import Content, array_content, json_content, weight_content, write_archives
from km3aid.reproduction.sweep.judge import judge_nodes, recorded_shifts, rows_of_cases
from km3aid.reproduction.sweep.waves import (
    PRETRAINED,
    RICH_NOISE,
    WAVES,
    WEIGHTS_KEPT,
    Wave,
    encoder_member,
    encoder_name,
    member,
    unit_of,
)
from km3aid.reproduction.tasks import table_3_groups
from km3aid.reproduction.trainings import pretraining, settings
from km3aid.reproduction.variants import K_M3AID, RICH
from km3aid.training.config import TrainingConfig
from km3aid.training.run import encoder_settings, ids_hash, processor, versions
from km3aid.training.setup import Settings
from km3aid.training.stacked.stack import Member, Stack
from km3aid.training.stacked.train import History, Scores, Trained, Workshop

_BATCH = 128
_SAVE_S = 60.0
_RESERVED_S = 45.0  # to evaluate the last wave
_JUDGED_S = 45.0  # that figures of another process are waited for in the end


class Sweep:
    """One sweep; every file in `out` is whole at any time."""

    def __init__(self, plan: Plan, out: Path, minutes: float, log: Callable[[str], None]) -> None:
        self.plan, self.out = plan, out
        self.began, self.seconds = time.monotonic(), 60 * minutes
        self._say = log
        self.data: Dataset = in_memory(open_dataset(plan.data))
        self.workshop = Workshop(self.data, {"gpu": "cuda"}.get(plan.accelerator, plan.accelerator), self.log)
        self.log(f"data on {self.workshop.device}")
        self.figures: dict[str, Content] = {}
        self.weights: dict[str, Content] = {}
        self.judged: dict[str, Future[NDArray[np.float32]]] = {}
        self.pool = ProcessPoolExecutor(1, get_context("spawn"))
        self.groups = table_3_groups(plan, self.data)

    def run(self, waves: Sequence[Wave] = WAVES) -> None:
        """Train everything there is time for; a wave that fails does not take the others with it."""
        for rich in (False, True):
            self._guarded("pretraining", partial(self._pretrain, rich))
        for number, wave in enumerate(waves, 1):
            if self._left(wave) > 0:
                self._guarded(f"wave {number}", partial(self._wave, wave))
        self._collect()
        self.write()
        self.pool.shutdown(wait=False, cancel_futures=True)
        self.log("sweep ended")

    def log(self, line: str) -> None:
        """Say something, with the time."""
        self._say(f"[{self._spent():.0f} s] {line}")

    def write(self) -> None:
        """Write the archives."""
        kept = [encoder_name(v, 0) for v in (K_M3AID, RICH)] + [unit_of(self.plan, of) for of in WEIGHTS_KEPT]
        weights = [self.weights[name] for name in kept if name in self.weights]
        if left_out := write_archives(self.out, list(self.figures.values()), weights):
            self.log(f"no room for the weights of {', '.join(left_out)}")

    def _guarded(self, what: str, job: Callable[[], None]) -> None:
        try:
            job()
        except Exception:
            self.log(f"{what} failed:\n{traceback.format_exc()}")

    def _left(self, wave: Wave) -> float:
        return min(wave.end * self.seconds, self.seconds - _RESERVED_S) - self._spent()

    def _spent(self) -> float:
        return time.monotonic() - self.began

    def _pretrain(self, rich: bool) -> None:
        variant = RICH if rich else K_M3AID
        model = settings(variant, self.plan).model
        config = encoder_settings(Settings(model, pretraining(self.plan, variant))).training
        members = [encoder_member(self.plan, self.data, rich, fold) for fold in range(FOLDS)]
        stack = self.workshop.stack(members, _in_batches(config, members), noise=RICH_NOISE if rich else (0.0, 0.0))
        began, end = self._spent(), PRETRAINED[rich] * self.seconds

        def share() -> float:
            return (self._spent() - began) / max(end - began, 1.0)

        (history,) = self.workshop.train([stack], lambda: share() >= 1 and stack.epochs > 0, clock=share)
        for one in self.workshop.results(stack, history):
            self.workshop.add_encoder(one.member.name, one.weights)
            own = {n: w for n, w in one.weights.items() if n.startswith("spectrum.")}
            self.weights[one.member.name] = weight_content(one.member.name, own)
            self._keep_history(one, stack, len(history))
        self.write()

    def _wave(self, wave: Wave) -> None:
        stacks = [self._stack(wave, number) for number in range(len(wave.stacks))]
        self.log(f"wave of {', '.join(str(len(s.members)) for s in stacks)} models is ready; {stacks[0].sizes}")

        def save(histories: list[History]) -> None:
            for stack, history in zip(stacks, histories, strict=True):
                for one in self.workshop.so_far(stack, history):
                    self._keep_history(one, stack, len(history))
                    self._keep_weights(one)
            self.write()

        histories = self.workshop.train(stacks, lambda: self._left(wave) <= 0, save, _SAVE_S)
        for stack, history in zip(stacks, histories, strict=True):
            if history:
                self._finish(stack, history, wave.judged)
        self.write()

    def _stack(self, wave: Wave, number: int) -> Stack:
        members = [member(self.plan, self.data, of) for of in wave.stacks[number]]
        config = settings(K_M3AID, self.plan).training
        return self.workshop.stack(members, _in_batches(config, members), fused=number < wave.fused)

    def _finish(self, stack: Stack, history: History, judged: bool) -> None:
        """Keep figures, scores of the isomers and of the figures' molecules; judge the node level elsewhere."""
        results = list(self.workshop.results(stack, history))
        isomers = np.concatenate([np.zeros(0, np.int64), *self.groups.values()])
        cases = rows_of_cases(self.data)
        nothing: list[Scores] = [(np.zeros((0, 0)), [])] * len(results)
        similar = self.workshop.scores(stack, [isomers] * len(results)) if len(isomers) else nothing
        drawn = self.workshop.scores(stack, [cases] * len(results)) if len(cases) else nothing
        for n, one in enumerate(results):
            self._keep_history(one, stack, len(history))
            self._keep_weights(one)
            arrays = {
                **one.flags,
                "isomers": similar[n][0].astype(np.float32),
                **{f"case_{k}": logits for k, logits in enumerate(drawn[n][1])},
            }
            self.figures[f"{one.member.name}.npz"] = array_content(one.member.name, arrays)
        self.log(f"scores of {len(results)} models")
        for one, logits in zip(results, self._node_logits(stack) if judged else (), strict=judged):
            ppm = recorded_shifts(self.data, one.member.validation)
            self.judged[one.member.name] = self.pool.submit(judge_nodes, logits, ppm)

    def _node_logits(self, stack: Stack) -> list[list[NDArray[np.float32]]]:
        """Of every member, the logits of each of its validation molecules."""
        found: list[list[NDArray[np.float32]]] = [[] for _ in stack.members]
        longest = max(len(m.validation) for m in stack.members)
        for start in range(0, longest, _BATCH):
            empty = self.workshop.tables.empty
            parts = []
            for one in stack.members:
                part = one.validation[start : start + _BATCH]
                parts.append(np.append(part, np.full(_BATCH - len(part), empty)))
            for n, (_, logits) in enumerate(self.workshop.scores(stack, parts)):
                found[n] += [np.ascontiguousarray(m) for m in logits if len(m)]
        return found

    def _collect(self) -> None:
        """Add what the other process has judged."""
        end = time.monotonic() + _JUDGED_S
        for name, future in self.judged.items():
            try:
                shares = future.result(timeout=max(end - time.monotonic(), 0.1))
            except Exception as error:
                self.log(f"{name}: not judged one-to-one ({type(error).__name__}: {error})")
                continue
            by = dict(zip(NodeShares._fields, shares.T, strict=True))
            self.figures[f"{name}.nodes.npz"] = array_content(f"{name}.nodes", by)

    def _keep_weights(self, one: Trained) -> None:
        if one.member.name in {unit_of(self.plan, of) for of in WEIGHTS_KEPT}:
            self.weights[one.member.name] = weight_content(one.member.name, one.weights)

    def _keep_history(self, one: Trained, stack: Stack, epochs: int) -> None:
        m = one.member
        value: dict[str, Any] = {
            "unit": m.name,
            "model": m.config.to_dict(),
            "training": to_dict(stack.config),
            "encoder": m.encoder,
            "seed": m.seed,
            "epochs": epochs,
            "best_epoch": one.best_epoch,
            "steps_per_epoch": stack.steps,
            "molecules": {"train": len(m.train), "validation": len(m.validation)},
            "training_ids_sha256": ids_hash(self.data.record_id[m.train]),
            "trained_beside": len(stack.members) - 1,
            "elapsed_s": round(time.monotonic() - self.began, 1),
            **processor(),
            "versions": versions(),
            "history": {key: [round(line[key], 5) for line in one.history] for key in one.history[0]},
        }
        self.figures[f"{m.name}.json"] = json_content(m.name, value)


def _in_batches(config: TrainingConfig, members: Sequence[Member]) -> TrainingConfig:
    """The same with batches that the members can fill."""
    return replace(config, batch_size=min([config.batch_size, *(len(m.train) for m in members)]))
