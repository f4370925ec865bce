"""Where answers go, as a user asks for it."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest

from km3aid.cli import main

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
PEAKS = "170.2 169.8 151.3 134.9 132.5 126.2 124.0 122.2 21.0"


@pytest.fixture
def km3aid(monkeypatch, capfd):
    """Runs the command line within this process, which spares the import of torch each time."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["km3aid", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        said = capfd.readouterr()
        return SimpleNamespace(returncode=code, stdout=said.out, stderr=said.err)

    return run


def one_line(done):
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("km3aid: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_the_name_of_out_tells_the_format_and_pictures_come_beside(km3aid, tmp_path):
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


def test_a_journal_line_on_standard_output(km3aid):
    done = km3aid("assign", "CCO", "--peaks", "58.0 18.0", "--format", "journal")
    assert done.stdout == "13C NMR δ 58.0 (C-2), 18.0 (C-1).\n"


def test_a_report_of_hits_compares_spectra(km3aid, tmp_path):
    smiles = f"OC(=O)c1ccc(OC(C)=O)cc1 para\n{ASPIRIN} aspirin\nCOC(=O)c1ccccc1O methyl\n"
    (tmp_path / "candidates.smi").write_text(smiles)
    asked = ("rank", tmp_path / "candidates.smi", "--peaks", PEAKS, "--html", tmp_path / "a.html")
    assert json.loads(km3aid(*asked).stdout)["hits"][0]["name"] == "aspirin"
    assert (tmp_path / "a.html").read_text(encoding="utf-8").count("<svg") == 6


def test_a_batch_as_parquet_and_as_page(km3aid, tmp_path):
    lines = [
        {"id": "a", "smiles": "CCO", "peaks": [{"ppm": 58.0}, {"ppm": 18.0}]},
        {"id": "b", "smiles": "C1CC", "peaks": [{"ppm": 20.0}]},
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, lines)))
    done = km3aid("assign", "--batch", tmp_path / "in.jsonl", "--out", tmp_path / "out.parquet")
    assert done.returncode == 1
    rows = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert [row["id"] for row in rows] == ["a", "b"]
    assert "ring" in rows[1]["error"]
    done = km3aid("assign", "--batch", tmp_path / "in.jsonl", "--out", tmp_path / "out.html")
    assert done.returncode == 1
    assert "<details>" in (tmp_path / "out.html").read_text(encoding="utf-8")


def test_a_batch_that_stops_loses_nothing(km3aid, tmp_path):
    good = {"id": "a", "smiles": "CCO", "peaks": [{"ppm": 58.0}, {"ppm": 18.0}]}
    (tmp_path / "in.jsonl").write_text(json.dumps(good) + "\n{\n")
    (tmp_path / "out.jsonl").write_text("old\n")
    said = one_line(km3aid("assign", "--batch", tmp_path / "in.jsonl", "--strict", "--out", tmp_path / "out.jsonl"))
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
def test_what_cannot_be_written_is_one_line_before_the_work(km3aid, arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "candidates.smi").write_text("CCO\n")
    (tmp_path / "two.txt").write_text("[[58, 18], [57, 17]]")
    (tmp_path / "in.jsonl").write_text("{}\n")
    assert message in one_line(km3aid(*arguments))
    assert not list(tmp_path.glob("a.*"))
