"""Small real compounds with their shifts, from which tests make the records that they need."""

import gzip
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from rdkit import Chem
from rdkit.Chem import AllChem

from km3aid.data.dataset import open_dataset
from km3aid.data.prepare import prepare
from km3aid.engine import Engine
from km3aid.engine.bundled import bundled_models
from km3aid.models.build import build_model
from km3aid.models.checkpoint import write_model
from km3aid.models.config import JointConfig

SHARED = Path(__file__).resolve().parents[1] / ".." / "shared" / "data"
_PARTS = ["CC", "CCC", "c1ccccc1", "C1CCCCC1", "CC(=O)", "CO", "CN", "CCCl", "C=C", "CC#N", "CS", "CF"]
_ENDS = ["O", "N", "C(=O)O", "C(=O)N"]


def pytest_collection_modifyitems(items):
    if sys.platform == "win32":
        for item in items:
            if item.get_closest_marker("posix"):
                item.add_marker(pytest.mark.skip(reason="needs links, pipes or signals that Windows lacks"))


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    """Nothing is kept in the home of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KM3AID_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def few_compounds(monkeypatch, tmp_path):
    """A starter library of three compounds instead of the real one, and its cache."""
    listed = gzip.compress(b"CCO ethanol\nCCCO propanol\nc1ccccc1O phenol\n")
    monkeypatch.setattr("km3aid.engine.starter._compounds", lambda: listed)
    monkeypatch.setattr("km3aid.engine.starter._temporary", {})
    monkeypatch.setenv("KM3AID_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not SHARED.is_dir():
        pytest.skip(f"no data at {SHARED.resolve()}")
    return SHARED


def sd_record(smiles: str, number: int, shifts: dict[int, float], hydrogens: bool = False) -> str:
    """An SD record in the form of nmrshiftdb2, with one shift per carbon index."""
    mol = Chem.MolFromSmiles(smiles)
    if hydrogens:
        mol = Chem.AddHs(mol)
    AllChem.Compute2DCoords(mol)
    letters = "SDTQ"
    entries = "|".join(
        f"{shift};0.0{letters[min(mol.GetAtomWithIdx(i).GetTotalNumHs(includeNeighbors=True), 3)]};{i}"
        for i, shift in shifts.items()
    )
    block = Chem.MolToMolBlock(mol)
    return f"{block}> <nmrshiftdb2 ID>\n{number}\n\n> <Spectrum 13C 0>\n{entries}|\n\n> <Solvent>\n0:CDCl3 \n\n$$$$\n"


def made_smiles() -> list[str]:
    joined = [a + b + e for a in _PARTS for b in ("", "C", "CC") for e in _ENDS]
    return [s for s in dict.fromkeys(joined) if Chem.MolFromSmiles(s) is not None]


@pytest.fixture(scope="session")
def small_source(tmp_path_factory) -> tuple[Path, Path]:
    """An SD file of 64 small molecules with made-up, distinct spectra, and the list of their ids."""
    rng = np.random.default_rng(0)
    folder = tmp_path_factory.mktemp("source")
    records = []
    for number, smiles in enumerate(made_smiles()[:64], 1):
        mol = Chem.MolFromSmiles(smiles)
        shift_of_rank = rng.uniform(5, 200, mol.GetNumAtoms()).round(2)
        ranks = Chem.CanonicalRankAtoms(mol, breakTies=False)
        carbons = [a.GetIdx() for a in mol.GetAtoms() if a.GetAtomicNum() == 6]
        records.append(sd_record(smiles, number, {i: float(shift_of_rank[ranks[i]]) for i in carbons}))
    (folder / "small.sd").write_text("".join(records))
    (folder / "ids.csv").write_text("nmrshiftdb2_id\n" + "".join(f"{i}\n" for i in range(1, len(records) + 1)))
    return folder / "small.sd", folder / "ids.csv"


@pytest.fixture(scope="session")
def small_data(small_source, tmp_path_factory):
    """The same molecules, prepared."""
    folder = tmp_path_factory.mktemp("data")
    prepare(small_source[0], folder, workers=1)
    return open_dataset(folder)


@pytest.fixture(scope="session")
def untrained_weights(tmp_path_factory) -> Path:
    """A small model that knows nothing: enough to see that things are passed on as they should be."""
    torch.manual_seed(0)
    model = build_model(JointConfig(width=32, hidden=32, layers=2, graph_dim=16, node_dim=16, peak_width=16))
    path = tmp_path_factory.mktemp("weights") / "untrained.safetensors"
    write_model(path, model, {})
    return path


@pytest.fixture
def no_graphs(monkeypatch):
    """A training that ends leaves out the graphs, whose export takes longer than a small training."""
    monkeypatch.setattr("km3aid.models.export.export_graphs", lambda model: {})


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The bundled models."""
    return Engine.load(device="cpu")


@pytest.fixture(scope="session")
def one_model() -> Engine:
    """The bundled model of libraries, which here answers everything."""
    return Engine.load(bundled_models()[0], device="cpu")
