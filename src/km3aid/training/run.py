"""`km3aid train`: from a data file or folder and a preset to weights on disk."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

import km3aid
from km3aid.data.dataset import in_memory, open_dataset, read_meta
from km3aid.data.folds import Split, read_paper_ids, strict_split, watched_split
from km3aid.errors import ConfigError
from km3aid.models.config import ModelConfig, read_preset
from km3aid.training.config import TrainingConfig
from km3aid.training.fit import Metrics, fit


def train(
    data_path: str | Path,
    out: str | Path,
    *,
    preset: str,
    paper_ids: str | Path,
    fold: int = 0,
    epochs: int | None = None,
    limit: int | None = None,
    resume: bool = False,
    accelerator: str = "auto",
    report: Callable[[Metrics], None] | None = None,
) -> Path:
    """Train `preset` on everything that shares no connectivity with validation block `fold`.

    `limit` takes the first molecules alone, for a trial. Writes weights, `metrics.json`, `metrics.csv` and `run.json`
    to `out`, and returns the path of the last weights.
    """
    values = read_preset(preset)
    if unknown := sorted(set(values) - {"model", "training"}):
        raise ConfigError(f"preset {preset}: unknown table [{unknown[0]}]; known are [model] and [training]")
    model = ModelConfig.from_dict(values["model"])
    config = TrainingConfig.from_dict(values["training"])
    if epochs is not None:
        config = replace(config, epochs=epochs)
    data = in_memory(open_dataset(data_path))
    split = watched_split(data, strict_split(data.record_id, data.inchi_key, read_paper_ids(paper_ids), fold))
    if limit is not None:
        split = Split(split.train[:limit], split.validation)
    header = {
        "preset": preset,
        "training": config.to_dict(),
        "fold": fold,
        "split": "strict",
        "data_sha256": read_meta(data_path)["source_sha256"],
        "training_ids_sha256": ids_hash(data.record_id[split.train]),
        "versions": {"km3aid": km3aid.__version__, "torch": torch.__version__, "python": platform.python_version()},
    }
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(json.dumps({**header, "model": model.to_dict()}, indent=2) + "\n")
    return fit(data, split, model, config, folder, header=header, resume=resume, accelerator=accelerator, report=report)


def ids_hash(ids: NDArray[np.int64]) -> str:
    """SHA-256 of the sorted ids."""
    return hashlib.sha256(np.sort(ids).tobytes()).hexdigest()
