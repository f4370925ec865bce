"""Where answers go, as a user asks for it."""

import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.cli.runner import ASPIRIN, PEAKS, json_lines, km3aid, refused

from km3aid.render.registry import FORMATS


def test_the_command_line_offers_every_format(monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    assert "|".join(["table", *FORMATS]) in km3aid("predict", "--help").stdout
    assert "unknown format 'xls'; known: json, " in refused("predict", "CCO", "--format", "xls")


def test_the_name_of_out_tells_the_format_and_pictures_come_beside(tmp_path):
    pictures = [a for kind in ("svg", "png", "pdf", "html") for a in (f"--{kind}", tmp_path / f"a.{kind}")]
    done = km3aid("assign", ASPIRIN, "--peaks", PEAKS, "--out", tmp_path / "a.nmredata.sdf", *pictures)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    starts = {"nmredata.sdf": b"\n", "svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF", "html": b"<!doctype html>"}
    for suffix, start in starts.items():
        assert (tmp_path / f"a.{suffix}").read_bytes().startswith(start)
    assert "NMREDATA_1D_13C" in (tmp_path / "a.nmredata.sdf").read_text()
    assert 'class="matrix"' in (tmp_path / "a.html").read_text(encoding="utf-8")
    assert len(list(tmp_path.iterdir())) == 5


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full here")
def test_a_full_disk_is_one_line():
    code = "from km3aid.cli import main; main()"
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-c", code, "predict", "CCO"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=120)
    assert done.returncode == 2
    assert done.stderr == "km3aid: standard output: cannot be written (No space left on device); give --out FILE\n"


def test_a_journal_line_on_standard_output():
    done = km3aid("assign", "CCO", "--peaks", "58.0 18.0", "--format", "journal")
    assert done.stdout == "13C NMR δ 58.0 (C-2), 18.0 (C-1).\n"


def test_a_report_of_hits_compares_spectra(tmp_path):
    smiles = f"OC(=O)c1ccc(OC(C)=O)cc1 para\n{ASPIRIN} aspirin\nCOC(=O)c1ccccc1O methyl\n"
    (tmp_path / "candidates.smi").write_text(smiles)
    asked = ("rank", tmp_path / "candidates.smi", "--peaks", PEAKS, "--html", tmp_path / "a.html")
    assert json.loads(km3aid(*asked).stdout)["hits"][0]["name"] == "aspirin"
    assert (tmp_path / "a.html").read_text(encoding="utf-8").count("<svg") == 6


def test_a_batch_as_parquet_and_as_page(tmp_path):
    json_lines(
        tmp_path / "in.jsonl",
        [{"id": "a", "smiles": "CCO", "peaks": [58, 18]}, {"id": "b", "smiles": "C1CC", "peaks": [20]}],
    )
    done = km3aid("assign", "--batch", tmp_path / "in.jsonl", "--out", tmp_path / "out.parquet")
    assert done.returncode == 1
    rows = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert [row["id"] for row in rows] == ["a", "b"]
    assert "ring" in rows[1]["error"]
    done = km3aid("assign", "--batch", tmp_path / "in.jsonl", "--out", tmp_path / "out.html")
    assert done.returncode == 1
    assert "<details>" in (tmp_path / "out.html").read_text(encoding="utf-8")


def test_a_batch_that_stops_loses_nothing(tmp_path):
    json_lines(tmp_path / "in.jsonl", [{"id": "a", "smiles": "CCO", "peaks": [58, 18]}, "{"])
    (tmp_path / "out.jsonl").write_text("old\n")
    said = refused("assign", "--batch", tmp_path / "in.jsonl", "--strict", "--out", tmp_path / "out.jsonl")
    assert f"the answers before it are in {tmp_path / 'out.jsonl.part'}" in said
    assert (tmp_path / "out.jsonl").read_text() == "old\n"
    assert json.loads((tmp_path / "out.jsonl.part").read_text())["id"] == "a"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["predict", "CCO", "--out", "no/such/folder.json"], "there is no folder"),
        (["predict", "CCO", "--out", "."], "is a folder"),
        (["predict", "CCO", "--html", "no/such/a.html"], "there is no folder"),
        (["predict", "CCO", "--format", "nmredata"], "nmredata: is for assignments, not for predictions"),
        (["rank", "candidates.smi", "--peaks", "20", "--out", "a.png"], "not for hits"),
        (["assign", "--batch", "in.jsonl", "--format", "table"], "a batch has no table"),
        (["assign", "--batch", "in.jsonl", "--out", "a.svg"], "shows one answer"),
        (["rank", "--batch", "in.jsonl", "--html", "a.html"], "--out FILE.html"),
        (["assign", "CCO", "two.txt", "--png", "a.png"], "png: shows one answer, not 2"),
    ],
)
def test_what_cannot_be_written_is_one_line_before_the_work(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "candidates.smi").write_text("CCO\n")
    (tmp_path / "two.txt").write_text("[[58, 18], [57, 17]]")
    (tmp_path / "in.jsonl").write_text("{}\n")
    assert message in refused(*arguments)
    assert not list(tmp_path.glob("a.*"))


def test_a_table_counts_from_one_and_says_so():
    table = km3aid("assign", "CCO", "--peaks", "58 150", "--format", "table").stdout
    assert "peaks without carbon: 2; atoms without peak: 1; peaks and atoms count from 1" in table
    assert "atoms count from 1" in km3aid("predict", "CCO", "--format", "table").stdout
