"""The block of molecules that an evaluation uses, and the calibrated weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset, in_memory, open_dataset
from km3aid.data.folds import Split, read_paper_ids, strict_split, watched_split
from km3aid.engine import Engine
from km3aid.evaluation.calibration import calibrate
from km3aid.evaluation.cases import Case, make_cases
from km3aid.evaluation.retrieval import fit_search_fusion
from km3aid.library import Library
from km3aid.models.checkpoint import write_model

_FUSION_QUERIES = 400
# nats for each carbon too many or too few; no more, for the recorded spectra are complete and favour any higher cost,
# which would lose the molecule of a list that lacks a carbon
_WRONG_NUMBER = (6.0, 9.0, 12.0)


def open_block(data: str | Path, paper_ids: str | Path, fold: int) -> tuple[Dataset, NDArray[np.int64], Split]:
    """The data, the completely assigned rows of validation block `fold`, and the training and watched rows."""
    dataset = in_memory(open_dataset(data))
    strict = strict_split(dataset.record_id, dataset.inchi_key, read_paper_ids(paper_ids), fold)
    rows = strict.validation[dataset.complete[strict.validation]]
    return dataset, rows, watched_split(dataset, strict)


def calibrate_and_write(
    engine: Engine, data: str | Path, paper_ids: str | Path, fold: int, library: Path | None, weights: str | Path
) -> dict[str, Any]:
    """Fit the constants of matching on the watched molecules and write weights (half precision) that carry them."""
    dataset, _, split = open_block(data, paper_ids, fold)
    cases = list(make_cases(engine, dataset, split.validation))
    report = calibrate(engine, cases)
    if library is not None:
        report["tried"] += _fit_search(engine, dataset, cases[:_FUSION_QUERIES], Library.open(library))
    matching = engine.matching.to_dict()
    write_model(weights, engine.model, {**engine.header, "matching": matching}, half=True)
    return {**report, "matching": matching}


def _fit_search(engine: Engine, data: Dataset, cases: list[Case], library: Library) -> list[dict[str, Any]]:
    """Set the weights of the fusion, and what a wrong number of carbons costs, by the likelihood of the right hits."""
    tried, outcomes = [], []
    for cost in _WRONG_NUMBER:
        engine.matching = engine.matching.changed(wrong_number=cost)
        fusion, loss = fit_search_fusion(engine, data, cases, library, True)
        tried.append({"setting": "wrong_number", "value": cost, "loss": loss})
        outcomes.append((loss, engine.matching.changed(per_carbon_fusion=fusion)))
    engine.matching = min(outcomes, key=lambda outcome: outcome[0])[1]
    fusion, loss = fit_search_fusion(engine, data, cases, library, False)
    engine.matching = engine.matching.changed(distinct_fusion=fusion)
    return [*tried, {"setting": "distinct_fusion", "value": [fusion.graph_weight, fusion.match_weight], "loss": loss}]
