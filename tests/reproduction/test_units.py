"""`km3aid reproduce` and `evaluate report` on twenty molecules and tiny models."""

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.conftest import made_smiles
from tests.reproduction.report.test_report import alignment
from typer.testing import CliRunner

from km3aid.cli.app import app
from km3aid.data.prepare import prepare
from km3aid.reproduction import units as paper_units
from km3aid.reproduction.plan import Plan
from km3aid.reproduction.report.report import build_report
from km3aid.reproduction.report.results import Results
from km3aid.reproduction.variants import Variant
from km3aid.reproduction.workflow import Store, missing_units, run_units

SMALL = ("model.layers=1", "model.width=16", "model.projection=16")
TINY = Variant("k-m3aid", "K-M3AID", SMALL)
OTHER = Variant("no-comm", "No Comm.", (*SMALL, "model.channel=false"))


@pytest.fixture(scope="module")
def twenty(small_source, tmp_path_factory) -> tuple[Path, Path, Path]:
    """Prepared data of 20 molecules, the list of their ids, and structures for a library."""
    folder = tmp_path_factory.mktemp("twenty")
    records = small_source[0].read_text().split("$$$$\n")[:20]
    (folder / "small.sd").write_text("".join(r + "$$$$\n" for r in records))
    prepare(folder / "small.sd", folder / "data", workers=1)
    ids = folder / "ids.csv"
    with ids.open("w", newline="") as file:
        csv.writer(file).writerows([["nmrshiftdb2_id"], *([n] for n in range(1, 21))])
    (folder / "library.smi").write_text("".join(f"{s}\n" for s in made_smiles()))
    return folder / "data", ids, folder / "library.smi"


@pytest.fixture
def tiny(monkeypatch):
    """Two tiny variants instead of the paper's and no ablations."""
    for name, value in {"EVERY_FOLD": (TINY, OTHER), "TABLE_2": (TINY,), "STRICT": TINY}.items():
        monkeypatch.setattr(paper_units, name, value)
    for name in ("SHAPES", "UNLIKE_STRONG_PAIRS", "BESIDE"):
        monkeypatch.setattr(paper_units, name, ())


def reproduced(folder: Path, twenty, tables=("1", "F3"), out_of_time=lambda: False):
    data, ids, structures = twenty
    plan = Plan(data, ids, folder / "work", True, 3, 2, "cpu", (structures,), library_size=100, queries=3)
    store = Store(folder / "results", folder / "locks")
    units = paper_units.units_of_tables(paper_units.paper_units(plan, store, [0], out_of_time, print), list(tables))
    return units, store, run_units(units, store, out_of_time=out_of_time)


def figures(folder: Path) -> dict[str, object]:
    """Every unit's figures without what differs from run to run: times."""
    by_unit = {}
    for name, unit in Results.read(folder / "results").units.items():
        result = {k: v for k, v in unit["result"].items() if k not in ("seconds_per_epoch",)}
        result.get("final", {}).pop("elapsed_s", None)
        by_unit[name] = result
    return by_unit


def test_a_reproduction_that_is_stopped_after_every_epoch_ends_with_the_same_figures(tmp_path, twenty, tiny):
    units, store, outcome = reproduced(tmp_path / "whole", twenty)
    assert outcome.missing == missing_units(units, store) == ()
    stops = 0
    while True:
        calls = iter((False, True))  # time for one unit or one epoch
        _, _, outcome = reproduced(tmp_path / "broken", twenty, out_of_time=lambda calls=calls: next(calls, True))
        if not outcome.missing:
            break
        stops += 1
        assert stops < 30
    assert stops > 3
    assert figures(tmp_path / "broken") == figures(tmp_path / "whole")
    assert "fast-3/fold-0/no-comm/alignment" in figures(tmp_path / "whole")


def test_retrieval_isomers_and_the_report(tmp_path, twenty, tiny):
    _, _, outcome = reproduced(tmp_path, twenty, ["2", "3"])
    assert outcome.missing == ()
    result = figures(tmp_path)["best/fold-0/retrieval-100"]
    assert (result["sizes"], result["queries"]) == ([100], 3)
    assert set(result["shares"]) == {"distinct", "per_carbon", "per_carbon_with_multiplicity"}
    formula, nothing = (result["shares"]["distinct"]["fused"][k]["100"]["by_key"]["top_1"] for k in ("formula", "none"))
    assert formula >= nothing
    before = {p: p.read_bytes() for p in (tmp_path / "results").rglob("*.json")}
    first = build_report(Results.read(tmp_path / "results"))
    assert build_report(Results.read(tmp_path / "results")) == first
    assert {p: p.read_bytes() for p in before} == before
    assert "| K-M3AID, top 1 | paper | 95.8 ± 1.0 |" in first[0]
    assert f"{100 * nothing:.1f}" in first[0]


def test_the_report_gives_mean_and_deviation_over_the_folds(tmp_path):
    for fold, node in enumerate((0.90, 0.92)):
        path = tmp_path / f"published-200/fold-{fold}/k-m3aid/alignment.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"result": alignment(0.95, node)}))
    text, _ = build_report(Results.read(tmp_path))
    row = next(line for line in text.splitlines() if line.startswith("| K-M3AID (published-200)"))
    assert [c.strip() for c in row.split("|")][4:12] == [
        "95.5 ± 0.4",
        "95.0 ± 0.0",
        "not run",
        "not run",
        "90.3 ± 0.1",
        "89.0 ± 1.4",
        "91.0 ± 1.4",
        "92.0 ± 1.4",
    ]


def test_a_killed_command_goes_on(tmp_path, twenty):
    """The command itself, killed in the middle of its first training."""
    data, ids, _ = twenty
    arguments = ["--data", str(data), "--paper-ids", str(ids), "--results", str(tmp_path / "results"), "--folds", "0"]
    arguments += ["--work", str(tmp_path / "work"), "--table", "F3", "--epochs", "2", "--accelerator", "cpu"]
    command = [str(Path(sys.executable).with_name("km3aid")), "reproduce", *arguments]
    folder = tmp_path / "work" / "spectrum-encoder" / "fold-0"

    def run_until_epochs(count: int) -> list[dict[str, float]]:
        running = subprocess.Popen(command, env={**os.environ, "OMP_NUM_THREADS": "1"}, stderr=subprocess.DEVNULL)
        while not (folder / "state.safetensors").exists() or len(history()) < count:
            assert running.poll() is None
            time.sleep(0.02)
        running.kill()
        running.wait()
        return history()

    def history() -> list[dict[str, float]]:
        try:
            return json.loads((folder / "metrics.json").read_text())
        except ValueError:  # caught while it is written
            return []

    before = run_until_epochs(2)
    after = run_until_epochs(len(before) + 2)
    assert after[: len(before) - 1] == before[:-1]  # times included: these epochs did not run again
    assert len(after) >= len(before) + 2
    assert not list((tmp_path / "results").rglob(".*"))


def test_an_unknown_table_is_an_error(twenty):
    data, ids, _ = twenty
    result = CliRunner().invoke(
        app, ["evaluate", "paper", "--data", str(data), "--paper-ids", str(ids), "--table", "9"]
    )
    assert "--table 9" in str(result.exception)


def test_only_what_is_named_runs_with_what_it_needs(twenty, tmp_path):
    data, ids, structures = twenty
    places = ["--data", str(data), "--paper-ids", str(ids), "--work", str(tmp_path), "--results", str(tmp_path / "no")]
    command = ["evaluate", "paper", *places, "--epochs", "60", "--folds", "0", "--structures", str(structures)]
    listed = CliRunner().invoke(app, [*command, "--only", "laplace-kind", "--dry-run"])
    named = [f"fast-60/fold-0/laplace-kind/{task}" for task in ("training", "alignment", "isomers")]
    assert listed.stdout.split() == ["spectrum-encoder/fold-0", *named]
    unknown = CliRunner().invoke(app, [*command, "--only", "laplace", "--dry-run"])
    assert "--only laplace: nothing is named so" in str(unknown.exception)
