import gzip
import io
import sys

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
import zstandard
from rdkit import Chem

from km3aid.errors import MoleculeError
from km3aid.molecules.read import count_structures, read_structure, read_structures

LINES = "smiles name\nCCO ethanol\n\nc1ccccc1\nCC(C)O\t2-propanol, dry\n"
EXPECTED = [("CCO", "ethanol"), ("c1ccccc1", None), ("CC(C)O", "2-propanol, dry")]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.ZstdCompressor().compress])
def test_smiles_lines_plain_or_packed(tmp_path, pack):
    (tmp_path / "in.smi").write_bytes(pack(LINES.encode()))
    assert list(read_structures(tmp_path / "in.smi")) == EXPECTED


def test_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(LINES))
    assert list(read_structures("-")) == EXPECTED


def test_the_count_is_about_that_of_what_is_read(tmp_path, monkeypatch):
    (tmp_path / "in.smi.gz").write_bytes(gzip.compress(b"CCO a\nCC b\n"))
    assert count_structures(tmp_path / "in.smi.gz") == 2
    parquet.write_table(pa.table({"smiles": ["CCO", None, "C"]}), tmp_path / "in.parquet")
    assert count_structures(tmp_path / "in.parquet") == 3
    (tmp_path / "in.sdf").write_text("x\n$$$$\ny\n$$$$\n")
    assert count_structures(tmp_path / "in.sdf") == 2
    assert count_structures("-") is None
    assert count_structures(tmp_path / "absent.smi") is None


def test_tables(tmp_path):
    (tmp_path / "in.csv").write_text('CID,SMILES\n1,CCO\n2,"C(=O)O"\n')
    assert list(read_structures(tmp_path / "in.csv")) == [("CCO", "1"), ("C(=O)O", "2")]
    (tmp_path / "in.tsv.gz").write_bytes(gzip.compress(b"a\tb\nCCO\tx\n"))
    assert list(read_structures(tmp_path / "in.tsv.gz", "a", "b")) == [("CCO", "x")]
    parquet.write_table(pa.table({"smiles": ["CCO", None], "id": [7, 8]}), tmp_path / "in.parquet")
    assert list(read_structures(tmp_path / "in.parquet")) == [("CCO", "7"), ("", "8")]


def test_a_name_in_a_list_is_kept_as_it_is(tmp_path):
    (tmp_path / "in.smi").write_text("CC(C)(C)CC 2,2-dimethylbutane\nCCO,ethanol\nCC ,  \n")
    assert list(read_structures(tmp_path / "in.smi")) == [
        ("CC(C)(C)CC", "2,2-dimethylbutane"),
        ("CCO", "ethanol"),
        ("CC", None),
    ]


def test_a_row_without_a_structure_is_an_empty_text(tmp_path):
    (tmp_path / "in.csv").write_text("name,smiles\nempty\nethane,CC,\n")
    assert list(read_structures(tmp_path / "in.csv")) == [("", "empty"), ("CC", "ethane")]


def test_one_structure_is_the_argument_or_the_first_of_a_file(tmp_path):
    block = Chem.MolToMolBlock(Chem.MolFromSmiles("CCO"))
    (tmp_path / "two.SDF").write_text(f"{block}$$$$\n{block}$$$$\n")
    assert read_structure("CCO") == "CCO"
    assert read_structure(str(tmp_path / "two.SDF")) == block
    with pytest.raises(MoleculeError, match=r"no\.mol: cannot be read .*give a mol file or a SMILES"):
        read_structure(str(tmp_path / "no.mol"))


def test_sd_files(tmp_path):
    blocks = [Chem.MolToMolBlock(Chem.MolFromSmiles(s)) for s in ("CCO", "CC")]
    text = "first" + blocks[0] + "> <x>\n1\n\n$$$$\n$$$$\n" + blocks[1] + "$$$$\n"
    (tmp_path / "in.sdf").write_text(text)
    (one, two) = read_structures(tmp_path / "in.sdf")
    assert one[1] == "first"
    assert two[1] is None
    assert Chem.MolToSmiles(Chem.MolFromMolBlock(one[0])) == "CCO"


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("no.smi", None, "cannot be read"),
        ("cut.smi.gz", gzip.compress(b"CCO\n" * 1000, mtime=0)[:40], "cannot be read"),
        ("bytes.smi", b"CC\xff\xfe", "cannot be read"),
        ("no.csv", b"x,y\n1,2\n", "no column 'smiles' among x, y"),
        ("no.parquet", b"PAR1 is not", "not a Parquet file"),
        ("long.csv", b"smiles,name\nCC,ethane\nCC(C)(C)CC,2,2-dimethylbutane\n", "long.csv, line 3: more cells"),
        ("wide.csv", b"smiles\nCC\n" + b"C" * 200_000, "wide.csv, after line 2: not a row"),
    ],
)
def test_what_cannot_be_read_is_an_error(tmp_path, name, data, message):
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(MoleculeError, match=message):
        list(read_structures(tmp_path / name))


def test_columns_are_named_or_known(tmp_path):
    (tmp_path / "in.csv").write_text("a,Name\nCC,ethane\n")
    assert list(read_structures(tmp_path / "in.csv", column="a")) == [("CC", "ethane")]
    with pytest.raises(MoleculeError, match="no column 'title' among a, Name; name the right one with --name-column"):
        list(read_structures(tmp_path / "in.csv", column="a", name_column="title"))
