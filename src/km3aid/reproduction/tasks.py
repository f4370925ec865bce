"""The evaluations of the reproduction: open what they need, measure, return the figures."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset, in_memory, open_dataset
from km3aid.data.folds import connectivity, paper_split, read_paper_ids
from km3aid.engine import Engine
from km3aid.engine.bundled import bundled_models
from km3aid.errors import CheckpointError, DataError
from km3aid.evaluation.block import open_validation_block
from km3aid.evaluation.cases import Case, make_cases
from km3aid.evaluation.isomers import similarity_scores, tool_scores
from km3aid.evaluation.node_level import NodeScores, cost_scores, logit_scores
from km3aid.library import BuildOptions, Library
from km3aid.models.k_m3aid.vectors import graph_vectors
from km3aid.reproduction.measures.alignment import evaluate_alignment
from km3aid.reproduction.measures.baselines import evaluate_baselines
from km3aid.reproduction.measures.case_studies import draw_record, engine_method, study_cases
from km3aid.reproduction.measures.error_analysis import contradicted_records, difficulty, reliability
from km3aid.reproduction.measures.isomers import engine_scores, groups_of, judge_groups
from km3aid.reproduction.measures.nested_library import Reference
from km3aid.reproduction.measures.retrieval import EVERYTHING, PAPER, SIZES, evaluate_zero_shot
from km3aid.reproduction.measures.targets import compare_with_strong_pairs
from km3aid.reproduction.measures.wide_library import Encoded, GraphStore, encode_places
from km3aid.reproduction.plan import Plan
from km3aid.reproduction.pool import build_pool, pool_structures, read_pool
from km3aid.reproduction.published import TABLE_3
from km3aid.reproduction.variants import K_M3AID, SP_RELEASED, TEMPERATURES, WP_ID

DRAWN = "C7H11NO3"  # of table 3, in figure E.2
_MORE = 64  # places beyond the largest library: some of it may be the right molecule itself
CASE_VARIANTS = (SP_RELEASED, WP_ID, K_M3AID)  # of figures 4, F.1 and F.2


class Block(NamedTuple):
    """A validation block: the data, its completely assigned rows, and whose connectivity was not used in training."""

    data: Dataset
    rows: NDArray[np.int64]
    unseen: NDArray[np.bool_]  # (M,) no connectivity of the paper's training molecules
    train: NDArray[np.int64]


class MeasuredModel(NamedTuple):
    """A model, and by what it scores: as the paper's models do, or with everything that the tool uses."""

    weights: Path | None  # None: the bundled model
    as_in_paper: bool

    @property
    def node_scores(self) -> NodeScores:
        """How it scores peaks at carbons."""
        return logit_scores if self.as_in_paper else cost_scores


BUNDLED = MeasuredModel(None, as_in_paper=False)


def open_paper_block(plan: Plan, fold: int) -> Block:
    """The block that validates `fold`."""
    data, rows, _ = open_validation_block(plan.data, plan.paper_ids, fold)
    split = paper_split(data.record_id, read_paper_ids(plan.paper_ids), fold)
    train = split.train[data.complete[split.train]]
    blocks = connectivity(data.inchi_key)
    return Block(data, rows, ~np.isin(blocks, np.unique(blocks[train])), train)


def measure_alignment(plan: Plan, model: MeasuredModel, fold: int) -> dict[str, Any]:
    """Table 1 and figure 3."""
    block, engine = open_paper_block(plan, fold), _engine(plan, model)
    cases = list(make_cases(engine, block.data, block.rows))
    return evaluate_alignment(engine, block.data, cases, block.unseen, model.node_scores)


def measure_isomers(plan: Plan, model: MeasuredModel, fold: int) -> dict[str, Any]:
    """Table 3."""
    block, engine = open_paper_block(plan, fold), _engine(plan, model)
    scores = engine_scores(engine, block.data, similarity_scores if model.as_in_paper else tool_scores)
    return judge_groups(block.data, table_3_groups(plan, block.data), scores, block.rows)


def table_3_groups(plan: Plan, data: Dataset) -> dict[str, NDArray[np.int64]]:
    """The rows of the paper's ten groups: all molecules of its list with one of these formulas."""
    listed = np.flatnonzero(np.isin(data.record_id, read_paper_ids(plan.paper_ids)) & data.complete)
    return groups_of(data, listed, TABLE_3)


def measure_retrieval(plan: Plan, model: MeasuredModel, fold: int) -> dict[str, Any]:
    """Encode the pool and the queries' molecules, then rank."""
    block, engine = open_paper_block(plan, fold), _engine(plan, model)
    cases = list(make_cases(engine, block.data, query_rows(plan, block)))
    reference, about = _reference(plan, model, engine)
    with TemporaryDirectory() as folder:
        own = Reference(_own_library(engine, block.data, cases, Path(folder) / "truths"))
        scope = PAPER if model.as_in_paper else EVERYTHING
        figures = evaluate_zero_shot(engine, block.data, cases, reference, own, scope)
    return {**figures, "source": about}


def bundled_engine(plan: Plan) -> Engine:
    """The bundled model of libraries."""
    return _engine(plan, BUNDLED)


def _reference(plan: Plan, model: MeasuredModel, engine: Engine) -> tuple[Reference, dict[str, Any]]:
    """The library to search, in its random order, and what it was made of."""
    if plan.library is None:
        return Reference(_pool_library(plan, engine)), read_pool(plan.pool_folder)[1]
    library = Library.open(plan.library, None if model.as_in_paper else engine.model_sha256, strict=True)
    about = {"deduplicate": library.manifest.deduplicate, "sources": list(library.manifest.sources)}
    if model.weights is None:
        return Reference(library), about
    store = GraphStore(library, plan.work / f"graphs-{SIZES[-1]}", SIZES[-1] + _MORE)
    store.write(plan.log)
    path = plan.work / "vectors" / f"{engine.model_sha256[:12]}.npy"
    encode_places(store, partial(graph_vectors, model.weights), path, plan.log)
    return Encoded(library, np.load(path, mmap_mode="r")), about


def analyse_errors(plan: Plan, model: MeasuredModel, fold: int) -> dict[str, Any]:
    """Reliability, difficulty, and records that the model contradicts."""
    block, engine = open_paper_block(plan, fold), _engine(plan, model)
    cases = list(make_cases(engine, block.data, block.rows))
    return {
        "reliability": reliability(engine, cases),
        "difficulty": difficulty(engine, block.data, cases, block.train),
        "contradicted": contradicted_records(engine, block.data, cases),
    }


def measure_baselines(plan: Plan, fold: int) -> dict[str, Any]:
    """What needs no learning, on the same molecules and queries."""
    block = open_paper_block(plan, fold)
    keys, _ = read_pool(plan.pool_folder)
    queries = query_rows(plan, block)
    return evaluate_baselines(block.data, block.train, block.rows, queries, pool_structures(plan.pool_folder), keys)


def measure_cases(plan: Plan, fold: int) -> dict[str, Any]:
    """The molecules of figures 4, F.1 and F.2 by three variants and the bundled model."""
    block = open_paper_block(plan, fold)
    models = {v.title: MeasuredModel(plan.model_file(v, fold), as_in_paper=True) for v in CASE_VARIANTS}
    models["best"] = BUNDLED
    methods = {t: engine_method(_engine(plan, m), block.data, m.node_scores) for t, m in models.items()}
    return study_cases(methods, block.data, block.rows)


def measure_best_cases(plan: Plan, fold: int) -> dict[str, Any]:
    """The paper's molecules by the bundled model alone, wherever they are; it trained on those of other blocks."""
    block = open_paper_block(plan, fold)
    method = engine_method(bundled_engine(plan), block.data, BUNDLED.node_scores)
    found = study_cases({"best": method}, block.data, np.arange(len(block.data)), by_rule=False)
    held_out = set(block.data.record_id[block.rows].tolist())
    return {"studies": [{**s, "held_out": s["nmrshiftdb2_id"] in held_out} for s in found["studies"]]}


def draw_isomers(plan: Plan) -> dict[str, Any]:
    """Figure E.2: the structures of one of table 3's groups."""
    data = in_memory(open_dataset(plan.data))
    rows = table_3_groups(plan, data).get(DRAWN, np.zeros(0, np.int64))
    return {"formula": DRAWN, "members": [draw_record(data, int(row)) for row in rows]}


def measure_targets(plan: Plan, fold: int) -> dict[str, Any]:
    """Table C.2 without training: which targets are those of strong pairs."""
    block = open_paper_block(plan, fold)
    return compare_with_strong_pairs(block.data, block.train, TEMPERATURES)


def query_rows(plan: Plan, block: Block) -> NDArray[np.int64]:
    """The molecules of the block whose spectra are the queries of the retrieval."""
    return np.sort(np.random.RandomState(0).permutation(block.rows)[: plan.queries])


def make_pool(plan: Plan) -> dict[str, Any]:
    """Draw the reference library, if it is not there yet."""
    try:
        keys, about = read_pool(plan.pool_folder)
    except DataError:
        build_pool(plan.structures, plan.pool_folder, plan.library_size, workers=plan.workers)
        keys, about = read_pool(plan.pool_folder)
    return {**about, "keys_sha256": hashlib.sha256(keys.tobytes()).hexdigest()}


TASKS: dict[str, Callable[[Plan, MeasuredModel, int], dict[str, Any]]] = {
    "alignment": measure_alignment,
    "isomers": measure_isomers,
    "retrieval": measure_retrieval,
    "beyond": analyse_errors,  # named so in the results' folder
}


def _engine(plan: Plan, model: MeasuredModel) -> Engine:
    device = {"gpu": "cuda"}.get(plan.accelerator, plan.accelerator)
    if model.weights is not None and not model.weights.is_file():
        raise CheckpointError(
            f"{model.weights}: the unit of this training has ended, but its weights are not here; "
            "run where they are, or delete the unit's file to train anew"
        )
    return Engine.load(model.weights or bundled_models()[0], device)  # each answers everything alone


def _pool_library(plan: Plan, engine: Engine) -> Library:
    folder = plan.library_folder(engine.model_sha256)
    if not (folder / "library.json").is_file() or not Library.open(folder).info()["complete"]:
        source = pool_structures(plan.pool_folder)
        engine.build_library(source, folder, label="pool", options=BuildOptions("none"), workers=plan.workers)
    return Library.open(folder, engine.model_sha256, strict=True)


def _own_library(engine: Engine, data: Dataset, cases: list[Case], folder: Path) -> Library:
    structures: list[tuple[str, str | None]] = [(data.smiles[c.row].decode(), None) for c in cases]
    engine.build_library(iter(structures), folder, options=BuildOptions("none"))
    return Library.open(folder, strict=True)
