import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from km3aid.engine import Engine
from km3aid.errors import LibraryError, LibraryMismatchError
from km3aid.library import BuildOptions, Library, export_library, verify_library
from km3aid.library.shard import quantise, read_table

LINES = [("OCC", "ethanol"), ("c1ccccc1", None), ("nothing", "x"), ("CC(C)O", "2-propanol"), ("O", "water")]


@pytest.fixture(scope="module")
def engine(untrained_weights):
    return Engine.load(untrained_weights, "cpu")


@pytest.fixture(scope="module")
def built(engine, tmp_path_factory):
    path = tmp_path_factory.mktemp("store") / "lib"
    engine.build_library(LINES, path, options=BuildOptions(shard_records=2))
    return path


def damaged_copy(built, folder):
    folder.mkdir()
    for file in built.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def test_what_goes_in_comes_out(built, engine):
    library = Library.open(built)
    assert len(library) == 3
    assert [library.entry(i) for i in range(3)] == [("CCO", "ethanol"), ("c1ccccc1", None), ("CC(C)O", "2-propanol")]
    assert [np.diff(s.classes.offset).tolist() for s in library.shards] == [[2, 1], [2]]
    assert [s.classes.size.tolist() for s in library.shards] == [[1, 1, 6], [2, 1]]
    assert [s.carbons.tolist() for s in library.shards] == [[2, 6], [3]]
    assert library.mass_da(2) == pytest.approx(60.0575, abs=1e-3)
    (fresh,) = engine.entries([("CCO", None)])
    shard, local = library.locate(0)
    np.testing.assert_allclose(shard.embedding[local] * shard.scale[local], fresh.embedding[0], atol=2e-3)
    info = library.info()
    assert info["bytes"] > 0
    assert info["carbons_histogram"] == {"0-4": 2, "5-9": 1}
    assert sum(info["mass_da_histogram"].values()) == 3


def test_several_processes_build_the_same(built, untrained_weights, tmp_path):
    engine = Engine.load(untrained_weights, "cpu")
    engine.build_library(LINES, tmp_path / "lib", workers=2, options=BuildOptions(shard_records=2))
    for ours, theirs in zip(Library.open(built).shards, Library.open(tmp_path / "lib").shards, strict=True):
        assert ours.smiles.equals(theirs.smiles)
        np.testing.assert_allclose(ours.embedding.astype(int), theirs.embedding.astype(int), atol=1)
        np.testing.assert_allclose(ours.classes.shift.astype(int), theirs.classes.shift.astype(int), atol=1)


def test_quantised_vectors_keep_their_products():
    vectors = np.random.default_rng(0).normal(size=(50, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    integers, scale = quantise(vectors)
    back = integers * scale[:, None]
    np.testing.assert_allclose(back @ vectors.T, vectors @ vectors.T, atol=0.01)
    assert quantise(np.zeros((1, 4), np.float32))[0].tolist() == [[0, 0, 0, 0]]


def test_no_library_and_no_molecule_are_errors(tmp_path, engine):
    with pytest.raises(LibraryError, match="no library here"):
        Library.open(tmp_path)
    with pytest.raises(LibraryError, match="record 1"):
        engine.build_library([("zzz", None)], tmp_path / "empty")


def test_another_model_is_an_error(built):
    with pytest.raises(LibraryMismatchError, match="built by model"):
        Library.open(built, "0" * 64)


@pytest.mark.parametrize("damage", ["missing", "cut", "garbage", "longer", "fewer", "other"])
def test_a_damaged_shard_is_left_out_or_with_strict_an_error(built, tmp_path, damage):
    folder = damaged_copy(built, tmp_path / "lib")
    shard = folder / "shard-00000.arrow"
    table, data = read_table(shard), shard.read_bytes()
    if damage == "missing":
        shard.unlink()
    elif damage == "fewer" or damage == "other":
        changed = table.slice(0, 1) if damage == "fewer" else table.drop_columns(["scale"])
        with pa.OSFile(str(shard), "wb") as sink, pa.ipc.new_file(sink, changed.schema) as writer:
            writer.write_table(changed)
        manifest = json.loads((folder / "library.json").read_text())
        manifest["shards"][0]["bytes"] = shard.stat().st_size
        (folder / "library.json").write_text(json.dumps(manifest))
    else:
        shard.write_bytes({"cut": data[:300], "garbage": b"x" * len(data), "longer": data + b"\0" * 8}[damage])
    library = Library.open(folder)
    assert [library.smiles(i) for i in range(len(library))] == ["CC(C)O"]
    assert "shard-00000.arrow" in library.warnings[0]
    with pytest.raises(LibraryError, match="build"):
        Library.open(folder, strict=True)
    assert any(f.file == "shard-00000.arrow" for f in verify_library(folder))


@pytest.mark.parametrize("damage", ["meta", "version", "keys", "all"])
def test_a_damaged_manifest_is_an_error(built, tmp_path, damage):
    folder = damaged_copy(built, tmp_path / "lib")
    manifest = json.loads((folder / "library.json").read_text())
    if damage == "all":
        for shard in folder.glob("*.arrow"):
            shard.unlink()
    else:
        text = {"meta": "{", "version": json.dumps({**manifest, "schema_version": 99}), "keys": "[1]"}[damage]
        (folder / "library.json").write_text(text)
    with pytest.raises(LibraryError, match=r"build|no shard"):
        Library.open(folder)


def test_verify_finds_a_flipped_bit_and_another_model(built, tmp_path, engine):
    def encode(with_engine):
        return lambda smiles: next(with_engine.entries((s, None) for s in smiles))

    assert verify_library(built, encode(engine)) == []
    assert verify_library(built, encode(Engine.load(device="cpu"))) != [] or engine.header["model"]["graph_dim"] != 256
    folder = damaged_copy(built, tmp_path / "lib")
    shard = folder / "shard-00001.arrow"
    data = bytearray(shard.read_bytes())
    data[len(data) // 2] ^= 1
    shard.write_bytes(bytes(data))
    assert [f.file for f in verify_library(folder)] == ["shard-00001.arrow"]


def test_export(built, tmp_path):
    assert export_library(built, tmp_path / "out.smi") == 3
    assert (tmp_path / "out.smi").read_text() == "CCO ethanol\nc1ccccc1\nCC(C)O 2-propanol\n"
    export_library(built, tmp_path / "out.parquet")
    assert parquet.read_table(tmp_path / "out.parquet").column("formula").to_pylist() == ["C2H6O", "C6H6", "C3H8O"]
    with pytest.raises(LibraryError, match=r"\.smi or \.parquet"):
        export_library(built, tmp_path / "out.xyz")
