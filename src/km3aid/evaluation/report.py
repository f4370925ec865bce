"""The block of molecules that an evaluation uses, and the calibrated weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset, in_memory, open_dataset
from km3aid.data.folds import Split, read_paper_ids, strict_split, watched_split
from km3aid.engine import Engine
from km3aid.evaluation.calibrate import calibrate
from km3aid.evaluation.cases import make_cases
from km3aid.evaluation.retrieval import fit_search_fusion
from km3aid.library import Library
from km3aid.matching.config import Fusion
from km3aid.models.checkpoint import write_model

_FUSION_QUERIES = 400


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
        opened = Library.open(library)
        for name, one_per_carbon in (("per_carbon_fusion", True), ("distinct_fusion", False)):
            fusion = fit_search_fusion(engine, dataset, cases[:_FUSION_QUERIES], opened, one_per_carbon)
            engine.matching = engine.matching.changed(**{name: Fusion(**fusion)})
    matching = engine.matching.to_dict()
    write_model(weights, engine.model, {**engine.header, "matching": matching}, half=True)
    return {**report, "matching": matching}
