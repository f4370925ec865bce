import hashlib
import json

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

from km3aid.data.dataset import in_memory, open_dataset
from km3aid.data.teacher import BAD_STRUCTURE, EXCLUDED, OTHER_COUNT, may_train, prepare_taught
from km3aid.errors import DataError
from km3aid.molecules import parse_smiles

POOL = ["CCO", "CC(C)=CCO", "CCCN", "c1ccccc1O", "CC(=O)O"]


def hashed(smiles):
    return hashlib.sha256(parse_smiles(smiles).inchi_key[:14].encode()).hexdigest()[:16]


@pytest.fixture
def files(tmp_path):
    """The pool, two files of labels, and the exclusions."""
    (tmp_path / "pool.smi").write_text("".join(f"{s}\n" for s in POOL))
    for name, lines, shifts in (
        ("a", [0, 1], [[18.0, 58.0], [17.0, 135.0, 25.0, 124.0, 59.0]]),
        ("b", [3, 4], [[1.0], [20.0, 177.0]]),
    ):
        spreads = [[0.1 * (n + 1) for n in range(len(s))] for s in shifts]
        table = pyarrow.table({"line": lines, "shift_ppm": shifts, "spread_ppm": spreads})
        pyarrow.parquet.write_table(table, tmp_path / f"{name}.parquet")
    (tmp_path / "exclude.json").write_text(json.dumps([hashed("OC(C)=O")]))
    return tmp_path


def prepared(files, out="out"):
    labels = [files / "a.parquet", files / "b.parquet"]
    meta = prepare_taught(files / "pool.smi", labels, files / "exclude.json", files / out)
    return in_memory(open_dataset(files / out)), meta


def test_labels_become_records_with_noise(files):
    data, meta = prepared(files)
    assert [s.decode() for s in data.smiles] == ["CCO", "CC(C)=CCO"]
    assert data.shift_ppm[:2].tolist() == [18, 58]
    assert np.isnan(data.shift_ppm[2])
    np.testing.assert_allclose(data.noise_ppm[:3], [0.1, 0.2, 0])
    assert data.multiplicity[:3].tolist() == [3, 2, 255]
    assert len(data.relations) == 2  # of the twins
    assert data.complete.all()
    assert meta["left_out"] == {EXCLUDED: 1, OTHER_COUNT: 1}
    assert meta["molecules"] == 2


def test_a_structure_that_cannot_be_read_is_counted(files):
    (files / "pool.smi").write_text("CCO\nC1CC\nCCCN\nc1ccccc1O\nCC(=O)O\n")
    assert prepared(files)[1]["left_out"] == {BAD_STRUCTURE: 1, EXCLUDED: 1, OTHER_COUNT: 1}


def test_nothing_usable_and_damaged_files_are_errors(files):
    (files / "empty.smi").write_text("CCCN\n")
    with pytest.raises(DataError, match="no molecule has a usable label"):
        prepare_taught(files / "empty.smi", [files / "b.parquet"], files / "exclude.json", files / "out")
    (files / "exclude.json").write_text("{}")
    with pytest.raises(DataError, match="JSON list of hashes"):
        prepared(files)
    (files / "exclude.json").write_text("[]")
    (files / "a.parquet").write_text("no")
    with pytest.raises(DataError, match=r"a\.parquet: no labels"):
        prepared(files)


def test_no_connectivity_that_is_held_back_is_taught(files, small_data):
    taught = prepared(files)[0]
    data = in_memory(small_data)
    everything = np.arange(len(data))
    ethanol = next(row for row in everything if data.smiles[row] == b"CCO")
    assert may_train(taught, data, everything).tolist() == [0, 1]
    assert may_train(taught, data, everything[everything != ethanol]).tolist() == [1]
