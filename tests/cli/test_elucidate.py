"""`km3aid elucidate` as a user calls it."""

import csv
import io
import json

import pyarrow.parquet as parquet
import pytest
from tests.cli.runner import answer, answers, km3aid, refused

from km3aid.molecules import connectivity

VANILLIN = "190.9 151.7 147.2 129.9 127.5 114.4 108.8 56.1"
KNOWN = (
    "COc1ccccc1C=O", "COc1ccccc1O", "COc1ccc(C=O)cc1", "O=Cc1ccc(O)cc1", "COc1ccc(C(C)=O)cc1", "Cc1ccccc1O",
    "COc1cccc(C=O)c1O",
)  # fmt: skip
FEW = ("--molecules", "600", "--top", "3")


@pytest.fixture(scope="module")
def library(engine, tmp_path_factory):
    path = tmp_path_factory.mktemp("cli") / "known"
    engine.build_library(((smiles, None) for smiles in KNOWN), path)
    return path


def test_elucidate_answers_after_the_contract(library):
    got = answer("elucidate", "--peaks", VANILLIN, "--library", library, "--formula", "C8H8O3", *FEW)
    assert len(got["hits"]) == 3
    assert {"rank", "smiles", "probability", "origin", "novel", "formula", "assignments"} <= got["hits"][0].keys()
    assert 0 < got["present"] < 1
    assert connectivity("COc1cc(C=O)ccc1O") in {connectivity(hit["smiles"]) for hit in got["hits"]}


def test_table_and_pages_and_files(library, tmp_path):
    asked = ("elucidate", "--peaks", VANILLIN, "--library", library, "--formula", "C8H8O3", *FEW)
    table = km3aid(*asked, "--format", "table", "--html", tmp_path / "a.html")
    assert "molecules scored" in table.stdout
    assert "none of these" in table.stdout
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "C8H8O3, " in page
    assert "<svg" in page
    assert "none of these" in page
    rows = list(csv.DictReader(io.StringIO(km3aid(*asked, "--format", "csv").stdout)))
    assert [row["rank"] for row in rows] == ["1", "2", "3"]
    assert {"formula", "origin", "novel", "unusual", "present"} <= rows[0].keys()
    km3aid(*asked, "--out", tmp_path / "a.parquet")
    told = parquet.read_table(tmp_path / "a.parquet").to_pylist()[0]
    assert told["hits"][0]["formula"] == "C8H8O3"
    assert told["hits"][0]["assignments"][0]["atoms"]


def test_a_batch_goes_on_past_what_cannot_be(library, tmp_path):
    records = [
        {"id": "a", "peaks": [float(s) for s in VANILLIN.split()], "formula": "C8H8O3"},
        {"id": "b", "peaks": [58.0, 18.0, 30.0], "formula": "C2H6O"},
        {"id": "c", "peaks": [58.0, 18.0], "formula": "C2H6O", "candidates": ["CCO"]},
        {"id": "d", "peaks": [58.0, 18.0], "formulae": "C2H6O"},
    ]
    file = tmp_path / "records.jsonl"
    file.write_text("\n".join(map(json.dumps, records)))
    code, got = answers("elucidate", "--batch", file, "--library", library, "--molecules", "300", "--top", "2")
    assert code == 1
    assert [line.get("id") for line in got] == ["a", "b", "c", "d"]
    assert got[0]["hits"][0]["formula"] == "C8H8O3"
    assert "3 lines but C2H6O has 2 carbons" in got[1]["error"]
    assert got[2]["hits"][0]["smiles"] == "CCO"
    assert "formula" in got[3]["error"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--formula", "C8H9O3"), "odd number"),
        (("--formula", "C4H8O3"), "8 lines but C4H8O3 has 4 carbons"),
        (("--rings", "many"), "--rings 'many'"),
        (("--adduct", "[M+H]+"), "needs the measured m/z"),
        (("--smarts", "c1c"), "SMARTS"),
        (("--elements", "C,Xx"), "not the symbol"),
    ],
)
def test_what_cannot_be_is_one_clear_line(library, options, said):
    assert said in refused("elucidate", "--peaks", VANILLIN, "--library", library, *options)


def test_without_a_library_it_starts_from_the_starter_library(few_compounds):
    done = km3aid("elucidate", "--peaks", "58.3 18.4", "--formula", "C2H6O")
    assert {hit["smiles"] for hit in json.loads(done.stdout)["hits"]} == {"CCO", "COC"}
    assert "the starter library, 3 common compounds" in done.stderr
    assert list(few_compounds.glob("*/elucidate-*.npz"))


def test_what_cannot_be_is_said():
    assert "solvent CDCl3" in refused("elucidate", "--peaks", "77.16", "--solvent", "CDCl3")
    assert "solvent CDCl3" in refused("elucidate", "--peaks", "77.1")
    many = " ".join(str(10 + 4 * n) for n in range(40))
    assert "40 lines" in refused("elucidate", "--peaks", many, "--library", "nowhere")


def test_library_index(library):
    done = km3aid("library", "index", library)
    assert done.returncode == 0
    assert "surroundings of atoms" in done.stderr
    assert list(library.glob("elucidate-*.npz"))
