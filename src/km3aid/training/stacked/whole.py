"""Weights of one model of a stack → a model file like that of a training of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from km3aid.errors import CheckpointError
from km3aid.models.build import build_model
from km3aid.models.checkpoint import write_finished
from km3aid.models.config import model_config


def write_whole(
    path: Path,
    config: dict[str, Any],
    weights: Mapping[str, NDArray[np.float32]],
    header: dict[str, Any],
    needed: str = "",
) -> None:
    """Write a finished model of `config` (a table `[model]`) to a file; `CheckpointError` where weights are missing.

    What does not begin with `needed` may be missing and then stays as it was initialised.
    """
    model = build_model(model_config(config))
    lacking = model.load_state_dict({n: torch.from_numpy(w) for n, w in weights.items()}, strict=False)
    missing = [n for n in lacking.missing_keys if not n.endswith("num_batches_tracked") and n.startswith(needed)]
    if missing or lacking.unexpected_keys:
        raise CheckpointError(f"{path}: {(missing + lacking.unexpected_keys)[0]}: does not fit the model")
    write_finished(path, model.eval(), header)
