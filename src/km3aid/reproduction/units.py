"""The units of the reproduction, the most telling first."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from functools import cache, partial

from km3aid.config import to_dict
from km3aid.data.dataset import read_meta
from km3aid.engine import Engine
from km3aid.files import sha256_of
from km3aid.library import Library
from km3aid.reproduction.measures.retrieval import SIZES
from km3aid.reproduction.plan import Plan
from km3aid.reproduction.tasks import (
    BUNDLED,
    CASE_VARIANTS,
    TASKS,
    MeasuredModel,
    draw_isomers,
    make_pool,
    measure_baselines,
    measure_best_cases,
    measure_cases,
    measure_retrieval,
    measure_targets,
)
from km3aid.reproduction.trainings import pretrain_encoder, pretraining, settings, train_variant
from km3aid.reproduction.variants import (
    BESIDE,
    EVERY_FOLD,
    SHAPES,
    STRICT,
    TABLE_2,
    TEMPERATURES,
    UNLIKE_STRONG_PAIRS,
    Variant,
    shape_variant,
    temperature_variant,
)
from km3aid.reproduction.workflow import Clock, Identity, Log, Store, Unit

BEST_FOLD = 0  # the bundled model trained without it
TABLES = ("best", "1", "2", "3", "C1", "C2", "D1", "D2", "F3", "F4", "targets", "beyond")
_TABLES_OF = {
    "alignment": ("1", "F3"),
    "isomers": ("3",),
    "retrieval": ("2", "D1", "D2"),
    "beyond": ("beyond",),
}


def deadline(hours: float | None) -> Clock:
    """A clock that says whether so many hours have passed since this call; without a number it never does."""
    end = None if hours is None else time.monotonic() + 3600 * hours
    return lambda: end is not None and time.monotonic() >= end


def paper_units(plan: Plan, store: Store, folds: list[int], out_of_time: Clock, log: Log) -> list[Unit]:
    """Table 1's variants fold by fold, the bundled model after the first, what stands beside them, the ablations."""
    lists = _UnitLists(plan, store, out_of_time, log)
    first = folds[0]
    by_name: dict[str, Unit] = {}

    def add(units: Iterable[Unit]) -> None:
        for unit in units:
            by_name.setdefault(unit.name, unit)

    for fold in folds:
        for variant in EVERY_FOLD:
            add(lists.trained(variant, fold, ("alignment", "isomers")))
        for variant in TABLE_2:
            add(lists.trained(variant, fold, ("retrieval",)))
        add(lists.cases(fold))
        add(lists.best())
        add(lists.drawings())
        add(lists.baselines(fold))
    for variant in BESIDE:
        add(lists.trained(variant, first, ("alignment", "isomers"), "targets"))
    add(lists.trained(STRICT, first, ("alignment",)))
    add([lists.targets(first)])
    for shape in SHAPES:
        add(lists.trained(shape_variant(*shape), first, ("alignment",), "C1"))
    for pair in UNLIKE_STRONG_PAIRS:
        add(lists.trained(temperature_variant(*pair), first, ("alignment",), "C2"))
    return list(by_name.values())


def units_of_tables(units: list[Unit], tables: list[str]) -> list[Unit]:
    """The units that the tables are made of, with all that these need; "all" stands for every table."""
    if "all" in tables:
        return units
    return _with_needs(units, {u.name for u in units if set(u.tables) & set(tables)})


def units_named(units: list[Unit], parts: list[str]) -> list[Unit]:
    """The units below a folder named so, such as `k-m3aid` or `fold-0`, with all that these need."""
    return _with_needs(units, {u.name for u in units if set(u.name.split("/")) & set(parts)})


def _with_needs(units: list[Unit], wanted: set[str]) -> list[Unit]:
    for unit in reversed(units):  # what a unit needs stands before it
        if unit.name in wanted:
            wanted.update(unit.needs)
    return [u for u in units if u.name in wanted]


@cache
def bundled_model() -> dict[str, str]:
    """The identity of the bundled model: its weights and its constants of matching."""
    return Engine.load(device="cpu").identity


class _UnitLists:
    """Makes the units of one plan."""

    def __init__(self, plan: Plan, store: Store, out_of_time: Clock, log: Log) -> None:
        self.plan, self.store, self.out_of_time, self.log = plan, store, out_of_time, log
        self.library = None if plan.library is None else Library.open(plan.library)
        self.data = {
            "data_sha256": read_meta(plan.data)["source_sha256"],
            "paper_ids_sha256": sha256_of(plan.paper_ids),
        }

    def trained(self, variant: Variant, fold: int, tasks: tuple[str, ...], table: str | None = None) -> list[Unit]:
        """Pretraining, training and evaluations of one variant without one fold."""
        plan, training = self.plan, self.plan.unit(variant, fold, "training")
        model = MeasuredModel(plan.model_file(variant, fold), as_in_paper=True)
        known = partial(self._trained_model, variant, fold)
        units = self._trainings(variant, fold)
        for task in tasks:
            name, tables = plan.unit(variant, fold, self._task(task)), (table,) if table else _TABLES_OF[task]
            unit = Unit(name, known, partial(TASKS[task], plan, model, fold), (training,), tables)
            units += self._evaluation(task, fold, unit)
        return units

    def best(self) -> list[Unit]:
        """Evaluations of the bundled model: stale as soon as its weights or its constants of matching change."""
        units: list[Unit] = []
        for task in TASKS:
            if task == "retrieval" and self.library is not None:
                units.append(self._library_retrieval(self.library))
                continue
            name = f"best/fold-{BEST_FOLD}/{self._task(task)}"
            tables = ("best", *_TABLES_OF[task])
            run = partial(TASKS[task], self.plan, BUNDLED, BEST_FOLD)
            units += self._evaluation(task, BEST_FOLD, Unit(name, lambda: {**bundled_model()}, run, (), tables))
        return units

    def drawings(self) -> list[Unit]:
        """The paper's molecules by the bundled model, and the structures of figure E.2."""
        known = {**self.data, "fold": BEST_FOLD, "task": "cases"}
        run = partial(measure_best_cases, self.plan, BEST_FOLD)
        cases = Unit(f"best/fold-{BEST_FOLD}/cases", lambda: {**known, **bundled_model()}, run, (), ("best", "F4"))
        isomers = {**self.data, "task": "isomers drawn"}
        return [cases, Unit("drawings/e2", lambda: isomers, partial(draw_isomers, self.plan), (), ("3",))]

    def _library_retrieval(self, library: Library) -> Unit:
        """The retrieval of the bundled model in an existing library."""
        plan = self.plan

        def identity() -> Identity:
            shards = [shard.sha256 for shard in library.manifest.shards]
            return {**self.data, **bundled_model(), "shards": shards, "queries": plan.queries, "fold": BEST_FOLD}

        name = f"best/fold-{BEST_FOLD}/{self._task('retrieval')}"
        tables = ("best", *_TABLES_OF["retrieval"])
        return Unit(name, identity, partial(measure_retrieval, plan, BUNDLED, BEST_FOLD), (), tables)

    def cases(self, fold: int) -> list[Unit]:
        """The case studies, which need three trainings."""
        plan = self.plan
        needs = tuple(plan.unit(v, fold, "training") for v in CASE_VARIANTS)

        def identity() -> Identity | None:
            models = [self._trained_model(v, fold) for v in CASE_VARIANTS]
            return None if None in models else {**self.data, "models": models, "best": bundled_model(), "fold": fold}

        name = f"{plan.schedule}/fold-{fold}/cases"
        return [Unit(name, identity, partial(measure_cases, plan, fold), needs, ("F4",))]

    def targets(self, fold: int) -> Unit:
        """The targets of table C.2, which need no training."""
        known = {**self.data, "fold": fold, "task": "targets", "points": TEMPERATURES}
        run = partial(measure_targets, self.plan, fold)
        return Unit(f"targets/fold-{fold}/strong-pairs", lambda: known, run, (), ("C2", "targets"))

    def _trained_model(self, variant: Variant, fold: int) -> Identity | None:
        value = self.store.read(self.plan.unit(variant, fold, "training"))
        return None if value is None else {"model_sha256": value["result"]["model_sha256"]}

    def baselines(self, fold: int) -> list[Unit]:
        """What needs no learning, on one fold."""
        plan = self.plan

        def identity() -> Identity | None:
            pool = self._pool_identity()
            return None if pool is None else {**self.data, **pool, "fold": fold, "task": "baselines"}

        name = f"baselines/fold-{fold}/baselines-{plan.library_size}"
        run = Unit(name, identity, partial(measure_baselines, plan, fold), (plan.pool_unit,), ("beyond",))
        return [self._pool(), run]

    def _pool(self) -> Unit:
        plan = self.plan
        known = {"size": plan.library_size, "structures": [s.name for s in plan.structures]}
        return Unit(plan.pool_unit, lambda: known, partial(make_pool, plan), leaves=plan.pool_folder)

    def _pool_identity(self) -> Identity | None:
        drawn = self.store.read(self.plan.pool_unit)
        if drawn is None:
            return None
        return {"queries": self.plan.queries, "keys_sha256": drawn["result"]["keys_sha256"]}

    def _task(self, task: str) -> str:
        if task != "retrieval":
            return task
        size = self.plan.library_size
        if self.library is not None:
            size = max((n for n in SIZES if n <= len(self.library)), default=0)
        return f"retrieval-{size}"

    def _evaluation(self, task: str, fold: int, unit: Unit) -> list[Unit]:
        """The unit, whose identity is that of its model, with all else that it depends on."""

        def identity() -> Identity | None:
            model = unit.identity()
            if model is None:
                return None
            known = {**self.data, **model, "fold": fold, "task": task}
            if task != "retrieval":
                return known
            if self.library is not None:
                return {**known, "molecules": len(self.library), "sources": list(self.library.manifest.sources)}
            pool = self._pool_identity()
            return None if pool is None else {**known, **pool}

        if task != "retrieval" or self.library is not None:
            return [replace(unit, identity=identity)]
        return [self._pool(), replace(unit, identity=identity, needs=(*unit.needs, self.plan.pool_unit))]

    def _trainings(self, variant: Variant, fold: int) -> list[Unit]:
        plan = self.plan
        model, config = settings(variant, plan)
        encoder_name = plan.encoder_unit(variant, fold)
        known = {**self.data, "fold": fold, "split": variant.split}
        how = pretraining(plan, variant)
        encoder = {**known, "encoder": variant.encoder, "epochs": how.pretrain_epochs, "seed": how.seed}
        training = {**known, "model": model.to_dict(), "training": to_dict(config), "spectrum_encoder": encoder}
        return [
            Unit(
                encoder_name,
                lambda: encoder,
                partial(pretrain_encoder, plan, variant, fold, self.out_of_time, self.log),
                leaves=plan.encoder_file(variant, fold),
            ),
            Unit(
                plan.unit(variant, fold, "training"),
                lambda: training,
                partial(train_variant, plan, variant, fold, self.out_of_time, self.log),
                (encoder_name,),
                leaves=plan.model_file(variant, fold),
            ),
        ]
