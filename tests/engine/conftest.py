"""An engine of two models that differ plainly."""

from dataclasses import replace

import pytest
import torch

from km3aid import Engine
from km3aid.models.averaging import average
from km3aid.models.checkpoint import read_model, write_finished


@pytest.fixture(scope="package")
def both(engine, tmp_path_factory):
    """The bundled model, and as the precise one its mean with another whose shifts are 4 ppm higher.

    The precise one has constants of its own.
    """
    first, other = (read_model(engine.path).model for _ in range(2))
    with torch.no_grad():
        other.shift[-1].bias[0] += 4 / 50
    file = tmp_path_factory.mktemp("weights") / "precise.safetensors"
    told = {key: value for key, value in engine.header.items() if key not in ("model", "graphs")}
    told["matching"] = engine.matching.changed(distinct_ranking=None).to_dict()
    write_finished(file, average(first, [other]), told)
    return replace(Engine.load(engine.path), precise_path=file)
