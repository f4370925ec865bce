"""One training from its configuration to weights on disk."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

import km3aid
from km3aid.config import to_dict
from km3aid.data.dataset import read_meta
from km3aid.files import write_json
from km3aid.models.checkpoint import read_model, write_finished
from km3aid.models.config import KM3AIDConfig
from km3aid.training.fit import fit
from km3aid.training.setup import Preset, Run, Settings
from km3aid.training.split import Material, Source, taught_folders
from km3aid.training.state import STATE

FINAL = "model.safetensors"
_RUN = "run.json"


def train_preset(source: Source, preset: Preset, run: Run) -> Path:
    """Train a preset on its own split of the data and return the final weights; raises `ConfigError`, `DataError`."""
    settings = preset.resolve()
    header = {
        **run.header,
        "preset": preset.name,
        "fold": source.fold,
        "split": settings.training.split,
        "data_sha256": read_meta(source.data)["source_sha256"],
        "labels_sha256": _labels(source.taught),
        "start_sha256": None if run.start is None else read_model(run.start).sha256,
    }
    return train(source.open(settings.training.split), settings, replace(run, header=header))


def train(material: Material, settings: Settings, run: Run) -> Path:
    """Train and return the path of the final weights, ready for use without torch.

    Writes weights, `metrics.json`, `metrics.csv` and `run.json` to the run's folder. The paper's model gets a spectrum
    encoder pretrained on the same molecules unless the run names one.
    """
    header = {
        **run.header,
        "training": to_dict(settings.training),
        "training_ids_sha256": ids_hash(material.data.record_id[material.split.train]),
        "versions": versions(),
    }
    write_json(run.folder / _RUN, {**header, "model": settings.model.to_dict()})
    encoder = run.spectrum_encoder
    if encoder is None and settings.training.pretrain_epochs and isinstance(settings.model, KM3AIDConfig):
        encoder = _pretrain(material, settings, run)
    goes_on = run.resume and (run.folder / STATE).is_file()
    last = fit(material, settings, replace(run, header=header, resume=goes_on, spectrum_encoder=encoder))
    if material.roots:
        header["labels_sha256"] = _labels(material.roots)  # more may have come
    write_finished(run.folder / FINAL, read_model(last).model, header)
    return run.folder / FINAL


def _labels(roots: Sequence[Path]) -> list[str]:
    """The hashes of the label files from which the prepared folders were made."""
    return [sha256 for folder in taught_folders(roots) for sha256 in read_meta(folder)["labels_sha256"]]


def encoder_settings(settings: Settings) -> Settings:
    """The pretraining of the paper's spectrum encoder: graph-level contrast alone, on one cycle."""
    model, config = settings
    if not isinstance(model, KM3AIDConfig):
        raise TypeError("only the paper's model has a spectrum encoder to pretrain")
    return Settings(
        replace(model, alpha=1.0, frozen_spectrum=False),
        replace(config, schedule="one-cycle", epochs=config.pretrain_epochs, pretrain_epochs=0),
    )


def _pretrain(material: Material, settings: Settings, run: Run) -> Path:
    """Train the spectrum encoder and return its weights; the same pretraining goes on where it was stopped."""
    settings, folder = encoder_settings(settings), run.folder / "spectrum-encoder"
    wanted = {
        "model": settings.model.to_dict(),
        "training": to_dict(settings.training),
        "ids": ids_hash(material.data.record_id[material.split.train]),
    }
    note = folder / _RUN
    same = note.is_file() and json.loads(note.read_text(encoding="utf-8")) == wanted
    write_json(note, wanted)
    goes_on = same and (folder / STATE).is_file()
    return fit(material, settings, replace(run, folder=folder, header={**run.header, **wanted}, resume=goes_on))


def versions() -> dict[str, str]:
    """Of this package and of what computes."""
    return {
        "km3aid": km3aid.__version__,
        "torch": torch.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


def processor() -> dict[str, str]:
    """What a training computes on, and how precisely it multiplies."""
    return {
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else f"CPU, {torch.get_num_threads()} core",
        "matmul_precision": torch.get_float32_matmul_precision(),
    }


def ids_hash(ids: NDArray[np.int64]) -> str:
    """SHA-256 of the sorted ids."""
    return hashlib.sha256(np.sort(ids).tobytes()).hexdigest()
