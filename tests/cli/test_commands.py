"""The command line as a user runs it."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.runner import ASPIRIN, PEAKS, answer, km3aid, refused


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli")
    (folder / "aspirin.txt").write_text(f"13C NMR (101 MHz, CDCl3) δ {', '.join(PEAKS.split())}.\n", encoding="utf-8")
    (folder / "candidates.smi").write_text(
        f"OC(=O)c1ccc(OC(C)=O)cc1 para\n{ASPIRIN} aspirin\nCOC(=O)c1ccccc1O methyl\n"
    )
    assert km3aid("library", "build", folder / "candidates.smi", folder / "library").returncode == 0
    return folder


def test_help_and_version():
    assert "assign" in km3aid("--help").stdout
    assert km3aid("--version").stdout.startswith("km3aid 0.")


@pytest.mark.parametrize("arguments", [["--help"], ["search", "--help"]])
def test_help_loads_no_heavy_package(arguments):
    code = (
        "import sys; from km3aid.cli import main\ntry: main()\n"
        "finally: print([m for m in ('numpy', 'torch', 'rdkit', 'pyarrow') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60)
    assert done.stderr == "[]\n"
    assert "--help" in done.stdout


def test_assign_answers_after_the_contract(files):
    found = answer("assign", ASPIRIN, "--peaks", PEAKS)
    assert set(found) == {
        "id", "smiles", "assignments", "unassigned_peaks", "unobserved_atoms", "score", "warnings",
        "verdict", "probability",
    }  # fmt: skip
    assert set(found["assignments"][0]) == {
        "peak", "shift_ppm", "atoms", "predicted_ppm", "confidence", "alternatives", "std_ppm", "interchangeable_with",
    }  # fmt: skip
    assert answer("assign", ASPIRIN, files / "aspirin.txt")["assignments"] == found["assignments"]
    assert answer("assign", ASPIRIN, "-", given="\n".join(PEAKS.split()))["assignments"] == found["assignments"]


def test_verify_answers_after_the_contract(files):
    found = answer("verify", ASPIRIN, files / "aspirin.txt")
    assert set(found) == {
        "id", "smiles", "verdict", "probability", "tests", "misfits", "rivals", "compared", "elapsed_ms", "warnings",
        "configurations",
    }  # fmt: skip
    assert found["verdict"] in ("consistent", "undecided")
    assert {test["name"] for test in found["tests"]} >= {"shifts", "number of lines", "competing isomers"}
    assert set(found["tests"][0]) == {"name", "score", "significance", "detail"}
    wrong = answer("verify", "COC(=O)c1ccccc1C(=O)O", files / "aspirin.txt", "--library", files / "library")
    assert wrong["verdict"] == "inconsistent"
    assert wrong["rivals"][0]["smiles"] == "CC(=O)Oc1ccccc1C(=O)O"
    assert wrong["misfits"][0]["p_value"] < 0.01


def test_rates_of_error_have_bounds():
    said = refused("verify", ASPIRIN, "--peaks", PEAKS, "--false-accept", 0.9)
    assert "false_accept 0.9; expected 0.01 to 0.5" in said


def test_predict_answers_after_the_contract():
    found = answer("predict", "CC(C)O")
    assert set(found["carbons"][0]) == {"atoms", "shift_ppm", "std_ppm", "multiplicity", "interval_95_ppm"}


def test_rank_and_search_answer_after_the_contract(files):
    ranked = answer("rank", files / "candidates.smi", files / "aspirin.txt")
    assert set(ranked) == {"id", "hits", "candidates", "elapsed_ms", "warnings", "present"}
    assert set(ranked["hits"][0]) == {
        "rank", "smiles", "name", "score", "probability", "graph_score", "match_score", "members",
    }  # fmt: skip
    assert 0 < ranked["present"] < 1
    assert sum(h["probability"] for h in ranked["hits"]) == pytest.approx(ranked["present"])
    assert ranked["hits"][0]["name"] == "aspirin"
    found = answer("search", files / "aspirin.txt", "--library", files / "library", "--top", 2, "--formula", "C9H8O4")
    assert [h["rank"] for h in found["hits"]] == [1, 2]
    assert found["hits"][0]["name"] == "aspirin"
    assert found["candidates"] == 2


def test_a_search_without_a_library_answers_from_the_starter_library(few_compounds):
    done = km3aid("search", "--peaks", "58.3 18.4")
    assert json.loads(done.stdout)["hits"][0]["name"] == "ethanol"
    assert "building the starter library" in done.stderr
    assert "searched the starter library" in done.stderr
    again = km3aid("search", "--peaks", "58.3 18.4", "--quiet")
    assert (again.returncode, again.stderr) == (0, "")


def test_formats(files, tmp_path):
    rows = list(csv.DictReader(io.StringIO(km3aid("predict", "CCO", "--format", "csv").stdout)))
    assert {r["atoms_from_1"] for r in rows} == {"1", "2"}
    assert json.loads(km3aid("predict", "CCO", "--format", "jsonl").stdout.splitlines()[0])["smiles"] == "CCO"
    assert "shift_ppm" in km3aid("predict", "CCO", "--format", "table").stdout
    km3aid("predict", "CCO", "--out", tmp_path / "p.json")
    assert json.loads((tmp_path / "p.json").read_text())["smiles"] == "CCO"


def test_pictures(tmp_path):
    answer("assign", ASPIRIN, "--peaks", PEAKS, "--svg", tmp_path / "a.svg", "--html", tmp_path / "a.html")
    assert (tmp_path / "a.svg").read_text(encoding="utf-8").startswith("<svg")
    assert (tmp_path / "a.html").read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["assign", "C1CC", "--peaks", "20"], "ring"),
        (["assign", "O", "--peaks", "20"], "no carbon"),
        (["assign", "CCO", "--peaks", ""], "peak"),
        (["assign", "CCO", "--peaks", "twenty"], "twenty"),
        (["assign", "CCO", "--peaks", "20 900"], "900"),
        (["assign", "CCO", "--peaks", "58 18 20", "--one-per-carbon"], "3 peaks but 2 carbons"),
        (["assign", "CCO"], "--peaks or as a file"),
        (["assign", "CCO", "no-such-file.txt"], "no-such-file.txt"),
        (["assign", "CCO", "--peaks", "20", "--model", "no-such.safetensors"], "no such model file"),
        (["assign", "--batch", "no-such.jsonl"], "no-such.jsonl"),
        (["predict", "no-such.mol"], "no-such.mol"),
        (["rank", "no-such.smi", "--peaks", "20"], "no-such.smi"),
        (["search", "--library", "no-such-library", "--peaks", "20"], "no library here"),
        (["library", "info", "no-such-library"], "no library here"),
        (["data", "info", "no-such-data"], "data prepare"),
        (["data", "prepare", "no-such.sd", "-o", "x"], "no-such.sd"),
        (["train", "--data", "no-such-data", "--paper-ids", "x", "-o", "y", "--preset", "worst"], "no preset 'worst'"),
    ],
)
def test_bad_input_is_one_clear_line(arguments, message, tmp_path):
    assert message in refused(*arguments, cwd=tmp_path)


def test_damaged_files_are_one_clear_line(files, tmp_path):
    (tmp_path / "damaged.safetensors").write_bytes(b"\x00" * 100)
    said = refused("predict", "CCO", "--model", tmp_path / "damaged.safetensors")
    assert "damaged.safetensors" in said
    (tmp_path / "cut.sd").write_text("x\n\n\n  2  1  0  0  0\n")
    assert "cut.sd" in refused("assign", "CCO", tmp_path / "cut.sd")
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)))
    assert "binary.txt" in refused("assign", "CCO", tmp_path / "binary.txt")


def test_another_models_library_is_one_clear_line(files, untrained_weights):
    said = refused("search", "--library", files / "library", "--peaks", "20", "--model", untrained_weights)
    assert "build it again" in said


def test_an_unknown_option_is_exit_code_2():
    assert km3aid("assign", "--no-such-option").returncode == 2


def test_left_out_peaks_are_said(files, tmp_path):
    text = "1H NMR (400 MHz, CDCl3) δ 3.7 (q), 1.2 (t). 13C NMR (101 MHz, CDCl3) δ 58.0, 18.0."
    (tmp_path / "s.txt").write_text(text, encoding="utf-8")
    done = km3aid("assign", "CCO", tmp_path / "s.txt")
    assert done.returncode == 0, done.stderr
    assert any(w.startswith("left out") for w in json.loads(done.stdout)["warnings"])


def test_library_build_reports_bad_lines(tmp_path, untrained_weights):
    (tmp_path / "in.smi").write_text("CCO ethanol\nxyz bad\n")
    done = km3aid("library", "build", tmp_path / "in.smi", tmp_path / "lib")
    assert done.returncode == 1
    assert "1 rejected" in done.stderr
    assert answer("library", "info", tmp_path / "lib")["molecules"] == 1
    assert answer("library", "info", tmp_path / "lib", "--recall", 3)["recall"]["queries"] == 1
    again = km3aid("library", "build", tmp_path / "in.smi", tmp_path / "lib")
    assert again.returncode == 0
    assert "complete already" in again.stderr
    other = km3aid("library", "build", tmp_path / "in.smi", tmp_path / "lib", "--model", untrained_weights)
    assert other.returncode == 2
    assert "built by model" in other.stderr


def test_library_add_merge_verify_export(files, tmp_path):
    (tmp_path / "more.csv").write_text("smiles,id\nCCCCO,butanol\nCCO,again\n")
    (tmp_path / "first.smi").write_text("CCO ethanol\n")
    assert km3aid("library", "build", tmp_path / "first.smi", tmp_path / "a").returncode == 0
    assert "1 duplicates" in km3aid("library", "add", tmp_path / "more.csv", tmp_path / "a").stderr
    stdin = km3aid("library", "build", "-", tmp_path / "b", given="CCC propane\nCCO\n")
    assert stdin.returncode == 0, stdin.stderr
    assert km3aid("library", "merge", tmp_path / "a", tmp_path / "b", tmp_path / "c").returncode == 0
    assert answer("library", "info", tmp_path / "c")["molecules"] == 3
    assert "is sound" in km3aid("library", "verify", tmp_path / "c").stderr
    assert km3aid("library", "export", tmp_path / "c", tmp_path / "c.smi").returncode == 0
    assert (tmp_path / "c.smi").read_text() == "CCO ethanol\nCCCCO butanol\nCCC propane\n"
    shard = tmp_path / "c" / "shard-00000.arrow"
    shard.write_bytes(shard.read_bytes()[:-40] + b"0" * 40)
    broken = km3aid("library", "verify", tmp_path / "c")
    assert broken.returncode == 1
    assert "shard-00000.arrow" in broken.stderr
    found = km3aid("search", "--peaks", "58 18", "--library", tmp_path / "c")
    assert "left out" in found.stderr
    assert km3aid("search", "--peaks", "58 18", "--library", tmp_path / "c", "--strict").returncode == 2


def test_search_filters(files, tmp_path):
    ask = ("search", files / "aspirin.txt", "--library", files / "library")
    assert answer(*ask, "--exhaustive")["hits"] == answer(*ask)["hits"]
    assert answer(*ask, "--mass", 180.0423, "--mass-ppm", 5)["hits"][0]["smiles"] == "CC(=O)Oc1ccccc1C(=O)O"
    everything = answer(*ask)["candidates"]
    for filters in (("--elements", "C,H"), ("--carbons", "9-12"), ("--require", "N")):
        assert answer(*ask, *filters)["candidates"] < everything
    hits = answer(*ask, "--smarts", "C(=O)[OX2H]")["hits"]
    assert hits
    assert all("C(=O)O" in h["smiles"] or "OC(=O)" in h["smiles"] or "O=C(O)" in h["smiles"] for h in hits)
    (tmp_path / "names").write_text("aspirin\n")
    assert len(answer(*ask, "--ids", tmp_path / "names")["hits"]) <= 1
    for wrong in (("--formula", "H8C9O4x"), ("--smarts", "c1("), ("--carbons", "few"), ("--elements", "Xx")):
        done = km3aid(*ask, *wrong)
        assert done.returncode == 2
        assert len(done.stderr.strip().splitlines()) == 1


def test_prepare_train_and_evaluate(tmp_path, small_source):
    """The whole way on a small corpus: prepare, train, go on, evaluate, calibrate."""
    source, ids = small_source
    answer("data", "prepare", source, "-o", tmp_path / "data", "--workers", 1)
    assert answer("data", "info", tmp_path / "data")["molecules"] == len(Path(ids).read_text().split()) - 1
    common = ["--data", tmp_path / "data", "--paper-ids", ids]
    settings = ["model.width=16", "model.hidden=16", "model.layers=1", "training.batch_size=8"]
    changes = [a for s in settings for a in ("--set", s)]
    train = ["train", *common, "-o", tmp_path / "run", *changes, "--accelerator", "cpu"]
    assert km3aid(*train, "--epochs", 2).returncode == 0
    done = km3aid(*train, "--epochs", 2, "--resume")
    assert done.returncode == 0
    weights = done.stdout.strip()
    for task in ("validation", "assignment", "isomers"):
        extra = ["--members", 2] if task == "isomers" else []
        assert answer("evaluate", task, *common, "--model", weights, *extra)["task"] == task
    done = km3aid(
        "evaluate", "calibrate", *common, "--model", weights, "--weights", tmp_path / "calibrated.safetensors"
    )
    assert done.returncode == 0, done.stderr
    assert answer("predict", "CCO", "--model", tmp_path / "calibrated.safetensors")["smiles"] == "CCO"


def test_a_cluster_that_does_not_answer_is_an_error(files, tmp_path):
    pytest.importorskip("ray")
    build = ("library", "build", files / "candidates.smi", tmp_path / "lib", "--cluster")
    assert "no Ray cluster answers" in refused(*build, "127.0.0.1:1")
    assert "leave it out with --cluster" in refused(*build, "auto", "--workers", 2)
