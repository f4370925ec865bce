"""Whatever multiplies, the answers are those of the modules that were trained."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.conftest import made_smiles

import km3aid
from km3aid.data.batches import collate, pad_peaks
from km3aid.errors import CheckpointError
from km3aid.models import network as networks
from km3aid.models.build import build_model
from km3aid.models.checkpoint import write_finished, write_model
from km3aid.models.config import JointConfig, KM3AIDConfig
from km3aid.models.network import open_network
from km3aid.models.onnx_network import OnnxNetwork
from km3aid.models.torch_network import TorchNetwork
from km3aid.models.weights import read_model_file
from km3aid.molecules import featurise, parse_smiles

BUNDLED = sorted((Path(km3aid.__file__).parent / "weights").glob("*.safetensors"))
COMPOUNDS = Path(km3aid.__file__).parent / "examples" / "compounds.smi"
SMALL = {
    "joint": JointConfig(width=32, hidden=32, layers=2, graph_dim=16, node_dim=16, peak_width=16),
    "configured": JointConfig(
        width=32, hidden=32, layers=2, graph_dim=16, node_dim=16, peak_width=16, configuration=True
    ),
    "paper": KM3AIDConfig(layers=2, width=16, projection=32, peak_unit_ppm=10.0),
}
SPECTRA = ([171.2, 130.0, 128.5, 21.3], [58.3], [18.4, 18.4, 200.1])


def hundred_molecules():
    real = [line.split()[0] for line in COMPOUNDS.read_text(encoding="utf-8").splitlines() if line.strip()]
    odd = ["C", "CC", "C[C@H](N)C(=O)O", r"C/C=C\C", "[Na+].CC(=O)[O-]", "C1CC2CCC1CC2"]
    return [featurise(parse_smiles(smiles).mol) for smiles in [*odd, *real, *made_smiles()][:100]]


def padded(spectra):
    owner = np.repeat(np.arange(len(spectra)), [len(s) for s in spectra])
    number = np.arange(len(owner))
    return pad_peaks(owner, np.concatenate(spectra).astype(np.float32), number % 5, number % 3, len(spectra))


def assert_same(file):
    """Both runtimes on a hundred molecules at once and alone, on spectra, and on their peaks and atoms."""
    ours, theirs = OnnxNetwork(file, threads=1), TorchNetwork(file, "cpu")
    graphs = hundred_molecules()
    assert len(graphs) == 100
    for part in (graphs, graphs[:1], graphs[1:2]):
        batch = collate(part)
        one, other = ours.encode(batch), theirs.encode(batch)
        for name in ("graph", "node", "log_scale"):
            np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=0, atol=1e-4, err_msg=name)
        np.testing.assert_allclose(one.shift_ppm, other.shift_ppm, rtol=0, atol=1e-3)
    for spectra in (SPECTRA, SPECTRA[1:2]):
        np.testing.assert_allclose(
            ours.encode_spectra(padded(spectra)), theirs.encode_spectra(padded(spectra)), rtol=0, atol=1e-4
        )
    for asked in (([58.3, 18.4], [2, 4], other.node), ([58.3], [0], other.node[:1])):
        np.testing.assert_allclose(ours.node_logits(*asked), theirs.node_logits(*asked), rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
def test_the_bundled_models_say_the_same_without_torch(path):
    assert_same(read_model_file(path))


@pytest.fixture(scope="module", params=SMALL)
def finished(request, tmp_path_factory):
    torch.manual_seed(0)
    model = build_model(SMALL[request.param]).eval()
    path = tmp_path_factory.mktemp("finished") / "model.safetensors"
    write_finished(path, model, {"preset": "test"})
    write_model(path.with_name("plain.safetensors"), model, {})
    return path


def test_a_finished_training_says_the_same_without_torch(finished):
    file = read_model_file(finished)
    assert_same(file)
    assert isinstance(open_network(file), OnnxNetwork)
    assert file.header["preset"] == "test"
    assert {w.dtype for w in file.weights.values() if w.dtype.kind == "f"} == {np.dtype(np.float16)}


def test_a_model_without_graphs_needs_torch(finished, monkeypatch):
    plain = read_model_file(finished.with_name("plain.safetensors"))
    assert isinstance(open_network(plain), TorchNetwork)
    monkeypatch.setattr(networks, "find_spec", lambda name: None)
    with pytest.raises(CheckpointError, match=r"plain\.safetensors.*older.*torch.*km3aid\[train\]"):
        open_network(plain)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_named(finished, monkeypatch):
    with pytest.raises(CheckpointError, match="sees no GPU"):
        open_network(read_model_file(finished), "cuda")
    monkeypatch.setattr(networks, "find_spec", lambda name: None)
    with pytest.raises(CheckpointError, match=r"--device cuda needs torch.*km3aid\[train\]"):
        open_network(read_model_file(finished), "cuda")
