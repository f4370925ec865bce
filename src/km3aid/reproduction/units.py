"""The units of the paper's reproduction, the most telling first."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from km3aid.data.dataset import read_meta
from km3aid.engine import Engine
from km3aid.library import Library
from km3aid.reproduction.measures.retrieval import SIZES
from km3aid.reproduction.plan import MODEL, Plan
from km3aid.reproduction.store import Store
from km3aid.reproduction.tasks import (
    CASE_VARIANTS,
    TASKS,
    Subject,
    make_pool,
    measure_baselines,
    measure_cases,
    measure_retrieval,
)
from km3aid.reproduction.trainings import pretrain_encoder, settings, train_variant
from km3aid.reproduction.variants import (
    SHAPES,
    STRICT,
    TABLE_2,
    TEMPERATURES,
    VARIANTS,
    Variant,
    shape_variant,
    temperature_variant,
)
from km3aid.reproduction.workflow import Unit

Clock = Callable[[], bool]
BEST_FOLD = 0  # the bundled model trained without it
TABLES = ("best", "1", "2", "3", "C1", "C2", "D1", "D2", "F3", "F4", "beyond")
_TABLES_OF = {
    "alignment": ("1", "F3"),
    "isomers": ("3",),
    "retrieval": ("2", "D1", "D2"),
    "beyond": ("beyond",),
}


def deadline(hours: float | None) -> Clock:
    """Whether so many hours have passed since now; without a number, never."""
    end = None if hours is None else time.monotonic() + 3600 * hours
    return lambda: end is not None and time.monotonic() >= end


def paper_units(plan: Plan, store: Store, folds: list[int], out_of_time: Clock) -> list[Unit]:
    """The six variants of table 1 fold by fold, the bundled model after the first, the strict split, the ablations."""
    lists = _Lists(plan, store, out_of_time)
    first = folds[0]
    found: dict[str, Unit] = {}

    def add(units: Iterable[Unit]) -> None:
        for unit in units:
            found.setdefault(unit.name, unit)

    for fold in folds:
        for variant in VARIANTS:
            add(lists.trained(variant, fold, ("alignment", "isomers")))
        for variant in TABLE_2:
            add(lists.trained(variant, fold, ("retrieval",)))
        add(lists.cases(fold))
        add(lists.best())
        add(lists.baselines(fold))
    add(lists.trained(STRICT, first, ("alignment",)))
    for shape in SHAPES:
        add(lists.trained(shape_variant(*shape), first, ("alignment",), "C1"))
    for pair in TEMPERATURES:
        add(lists.trained(temperature_variant(*pair), first, ("alignment",), "C2"))
    return list(found.values())


def units_of_tables(units: list[Unit], tables: list[str]) -> list[Unit]:
    """The units that the tables are made of, with all that these need; "all" takes every one."""
    if "all" in tables:
        return units
    wanted = {u.name for u in units if set(u.tables) & set(tables)}
    for unit in reversed(units):  # what a unit needs stands before it
        if unit.name in wanted:
            wanted.update(unit.needs)
    return [u for u in units if u.name in wanted]


@cache
def bundled_model() -> dict[str, Any]:
    """The identity of the bundled model: its weights and its constants of matching."""
    engine = Engine.load(device="cpu")
    matching = json.dumps(engine.matching.to_dict(), sort_keys=True)
    return {"model_sha256": engine.model_sha256, "matching_sha256": hashlib.sha256(matching.encode()).hexdigest()}


class _Lists:
    """Makes units of one plan."""

    def __init__(self, plan: Plan, store: Store, out_of_time: Clock) -> None:
        self.plan, self.store, self.out_of_time = plan, store, out_of_time
        self.data = {
            "data_sha256": read_meta(plan.data)["source_sha256"],
            "paper_ids_sha256": hashlib.sha256(plan.paper_ids.read_bytes()).hexdigest(),
        }

    def trained(self, variant: Variant, fold: int, tasks: tuple[str, ...], table: str | None = None) -> list[Unit]:
        """Pretraining, training and evaluations of one variant without one fold."""
        plan, training = self.plan, self.plan.unit(variant, fold, "training")
        subject = Subject(plan.model_file(variant, fold), by_paper=True)

        def model() -> dict[str, Any] | None:
            return self._trained_model(variant, fold)

        units = self._trainings(variant, fold)
        for task in tasks:
            name = plan.unit(variant, fold, self._task(task))
            units += self._evaluation(name, task, subject, fold, model, (training,), (table,) if table else None)
        return units

    def best(self) -> list[Unit]:
        """Evaluations of the bundled model: stale as soon as its weights or its constants of matching change."""

        units: list[Unit] = []
        for task in TASKS:
            if task == "retrieval" and self.plan.library is not None:
                units.append(self._library_retrieval(self.plan.library))
                continue
            name = f"best/fold-{BEST_FOLD}/{self._task(task)}"
            tables = ("best", *_TABLES_OF[task])
            units += self._evaluation(name, task, Subject(None, by_paper=False), BEST_FOLD, bundled_model, (), tables)
        return units

    def _library_retrieval(self, path: Path) -> Unit:
        """The retrieval of the bundled model in a library that is there."""
        plan, library = self.plan, Library.open(path)
        size = max((n for n in SIZES if n <= len(library)), default=0)

        def identity() -> dict[str, Any]:
            shards = [shard["sha256"] for shard in library.manifest.shards]
            return {**self.data, **bundled_model(), "shards": shards, "queries": plan.queries, "fold": BEST_FOLD}

        subject = Subject(None, by_paper=False)
        name = f"best/fold-{BEST_FOLD}/retrieval-{size}"
        tables = ("best", *_TABLES_OF["retrieval"])
        return Unit(name, identity, lambda: measure_retrieval(plan, subject, BEST_FOLD), (), tables)

    def cases(self, fold: int) -> list[Unit]:
        """The case studies, which need three trainings."""
        plan = self.plan
        needs = tuple(plan.unit(v, fold, "training") for v in CASE_VARIANTS)

        def identity() -> dict[str, Any] | None:
            models = [self._trained_model(v, fold) for v in CASE_VARIANTS]
            return None if None in models else {**self.data, "models": models, "best": bundled_model(), "fold": fold}

        name = f"{plan.schedule}/fold-{fold}/cases"
        return [Unit(name, identity, lambda: measure_cases(plan, fold), needs, ("F4",))]

    def _trained_model(self, variant: Variant, fold: int) -> dict[str, Any] | None:
        value = self.store.read(self.plan.unit(variant, fold, "training"))
        return None if value is None else {"model_sha256": value["result"]["model_sha256"]}

    def baselines(self, fold: int) -> list[Unit]:
        """What needs no learning, on one fold."""
        plan = self.plan

        def identity() -> dict[str, Any] | None:
            pool = self._pool_identity()
            return None if pool is None else {**self.data, **pool, "fold": fold, "task": "baselines"}

        name = f"baselines/fold-{fold}/{self._task('retrieval').replace('retrieval', 'baselines')}"
        run = Unit(name, identity, lambda: measure_baselines(plan, fold), (plan.pool_unit,), ("beyond",))
        return [self._pool(), run]

    def _pool(self) -> Unit:
        plan = self.plan
        known = {"size": plan.library_size, "structures": [s.name for s in plan.structures]}
        return Unit(plan.pool_unit, lambda: known, lambda: make_pool(plan), leaves=plan.pool_folder)

    def _pool_identity(self) -> dict[str, Any] | None:
        drawn = self.store.read(self.plan.pool_unit)
        if drawn is None:
            return None
        return {"queries": self.plan.queries, "keys_sha256": drawn["result"]["keys_sha256"]}

    def _task(self, task: str) -> str:
        return f"retrieval-{self.plan.library_size}" if task == "retrieval" else task

    def _evaluation(
        self,
        name: str,
        task: str,
        subject: Subject,
        fold: int,
        model: Callable[[], dict[str, Any] | None],
        needs: tuple[str, ...] = (),
        tables: tuple[str, ...] | None = None,
    ) -> list[Unit]:
        plan = self.plan

        def identity() -> dict[str, Any] | None:
            about = model()
            if about is None:
                return None
            known = {**self.data, **about, "fold": fold, "task": task}
            if task != "retrieval":
                return known
            pool = self._pool_identity()
            return None if pool is None else {**known, **pool}

        units = []
        if task == "retrieval":
            needs = (*needs, plan.pool_unit)
            units.append(self._pool())
        run = TASKS[task]
        units.append(Unit(name, identity, lambda: run(plan, subject, fold), needs, tables or _TABLES_OF[task]))
        return units

    def _trainings(self, variant: Variant, fold: int) -> list[Unit]:
        plan, clock = self.plan, self.out_of_time
        model, config = settings(variant, plan.fast, plan.epochs)
        encoder_name = plan.encoder_unit(variant, fold)
        known = {**self.data, "fold": fold, "split": variant.split}
        pretraining = {**known, "epochs": plan.pretrain_epochs or config.pretrain_epochs, "seed": config.seed}
        training = {**known, "model": model.to_dict(), "training": config.to_dict(), "spectrum_encoder": pretraining}
        return [
            Unit(
                encoder_name,
                lambda: pretraining,
                lambda: pretrain_encoder(plan, variant, fold, clock),
                leaves=plan.encoder_folder(variant, fold) / MODEL,
            ),
            Unit(
                plan.unit(variant, fold, "training"),
                lambda: training,
                lambda: train_variant(plan, variant, fold, clock),
                (encoder_name,),
                leaves=plan.model_file(variant, fold),
            ),
        ]
