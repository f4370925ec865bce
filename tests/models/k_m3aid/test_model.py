"""The facade works with the paper's model as well, whose shifts are decoded from the node level."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from km3aid import Engine
from km3aid.library import Library
from km3aid.models.build import build_model
from km3aid.models.checkpoint import read_model, write_model
from km3aid.models.config import KM3AIDConfig
from km3aid.spectra import parse_peaks


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("paper") / "paper.safetensors"
    write_model(path, build_model(KM3AIDConfig(layers=2, width=16, projection=32, peak_unit_ppm=10.0)), {})
    return Engine.load(path, "cpu")


def test_every_job_is_done(paper, tmp_path):
    spectrum = parse_peaks("58.3T 18.4Q")
    assert len(paper.assign("CCO", replace(spectrum, one_per_carbon=True)).assignments) == 2
    assert all(-10 <= c.shift_ppm <= 240 for c in paper.predict("CCO").carbons)
    assert paper.rank(["CCO", "COC"], spectrum).candidates == 2
    paper.build_library([("CCO", "ethanol"), ("COC", None)], tmp_path / "lib")
    assert len(paper.search(spectrum, Library.open(tmp_path / "lib")).hits) == 2


def test_the_decoded_shift_is_where_the_node_level_says(paper):
    """With a node level that likes one peak only, that peak's shift comes out."""
    model = read_model(paper.path).model
    wanted = model.encode_peaks(torch.tensor([120.0]), torch.tensor([1]))
    with torch.inference_mode():
        shift, log_scale = model._decode(10_000 * wanted, torch.tensor([1]))
    np.testing.assert_allclose(shift.numpy(), 120.0, atol=2)
    assert float(log_scale.exp()) < 3
