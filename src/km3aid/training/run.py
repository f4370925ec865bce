"""`km3aid train`: from a data file or folder and a preset to weights on disk."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

import km3aid
from km3aid.data.dataset import Dataset, in_memory, open_dataset, read_meta
from km3aid.data.folds import Split, paper_split, read_paper_ids, strict_split, watched_split
from km3aid.models.checkpoint import read_model, write_model
from km3aid.models.config import JointConfig, PaperConfig, model_config, read_preset
from km3aid.training.config import FAST, TrainingConfig
from km3aid.training.fit import fit
from km3aid.training.state import STATE, Metrics

FINAL = "model.safetensors"


def train(
    data_path: str | Path,
    out: str | Path,
    *,
    preset: str,
    paper_ids: str | Path,
    changes: Sequence[str] = (),
    fast: bool = False,
    fold: int = 0,
    epochs: int | None = None,
    limit: int | None = None,
    resume: bool = False,
    accelerator: str = "auto",
    devices: int | str = 1,
    report: Callable[[Metrics], None] | None = None,
) -> Path:
    """Train `preset`, changed by `changes` (such as `model.tau2=1.0`), without validation block `fold`.

    `fast` takes the short schedule, `limit` the first molecules alone, for a trial. Writes weights, `metrics.json`,
    `metrics.csv` and `run.json` to `out`, and returns the path of the final weights, in half precision.
    """
    model, config = resolved(preset, changes, fast, epochs)
    data = in_memory(open_dataset(data_path))
    split = _split(data, read_paper_ids(paper_ids), fold, config.split)
    if limit is not None:
        split = Split(split.train[:limit], split.validation)
    header = {
        "preset": preset,
        "training": config.to_dict(),
        "fold": fold,
        "split": config.split,
        "data_sha256": read_meta(data_path)["source_sha256"],
        "training_ids_sha256": ids_hash(data.record_id[split.train]),
        "versions": {"km3aid": km3aid.__version__, "torch": torch.__version__, "python": platform.python_version()},
    }
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(json.dumps({**header, "model": model.to_dict()}, indent=2) + "\n")
    common: dict[str, Any] = {"header": header, "accelerator": accelerator, "devices": devices, "report": report}
    encoder = None
    if isinstance(model, PaperConfig) and config.pretrain_epochs:
        encoder = pretrain_spectrum_encoder(data, split, model, config, folder / "spectrum-encoder", common)
    goes_on = resume and (folder / STATE).is_file()
    last = fit(data, split, model, config, folder, spectrum_encoder=encoder, resume=goes_on, **common)
    write_model(folder / FINAL, read_model(last).model, header, half=True)
    return folder / FINAL


def resolved(
    preset: str, changes: Sequence[str] = (), fast: bool = False, epochs: int | None = None
) -> tuple[JointConfig | PaperConfig, TrainingConfig]:
    """The configuration of a training; raises `ConfigError`."""
    values = read_preset(preset, changes)
    short = {**(FAST if fast else {}), **({} if epochs is None else {"epochs": epochs})}
    training = TrainingConfig.from_dict({**values.get("training", {}), **short})
    return model_config(values.get("model", {})), training


def pretrain_spectrum_encoder(
    data: Dataset, split: Split, model: PaperConfig, config: TrainingConfig, out: Path, common: dict[str, Any]
) -> Path:
    """Train the spectrum encoder by graph-level contrast on the training molecules alone; its weights in `out`.

    What is finished is not done again, and what was broken off goes on.
    """
    alone = replace(model, alpha=1.0, frozen_spectrum=False)
    config = replace(config, schedule="one-cycle", epochs=config.pretrain_epochs, pretrain_epochs=0)
    wanted = {"model": alone.to_dict(), "training": config.to_dict(), "ids": ids_hash(data.record_id[split.train])}
    note = out / "run.json"
    same = note.is_file() and json.loads(note.read_text()) == wanted
    out.mkdir(parents=True, exist_ok=True)
    note.write_text(json.dumps(wanted, indent=2) + "\n")
    return fit(data, split, alone, config, out, resume=same and (out / STATE).is_file(), **common)


def _split(data: Dataset, ids: list[int], fold: int, kind: str) -> Split:
    if kind == "paper":
        split = paper_split(data.record_id, ids, fold)
        complete = data.complete
        return Split(split.train[complete[split.train]], split.validation[complete[split.validation]])
    return watched_split(data, strict_split(data.record_id, data.inchi_key, ids, fold))


def ids_hash(ids: NDArray[np.int64]) -> str:
    """SHA-256 of the sorted ids."""
    return hashlib.sha256(np.sort(ids).tobytes()).hexdigest()
