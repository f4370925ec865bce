"""Units are run once, survive a kill, and are shared by processes."""

import json
import subprocess
import sys
import textwrap
import time

import pytest

from km3aid.errors import DataError
from km3aid.reproduction.workflow import OutOfTimeError, Store, Unit, identity_hash, missing_units, run_units


def store_in(folder) -> Store:
    return Store(folder / "results", folder / "locks")


def unit(name: str, log: list[str], needs: tuple[str, ...] = (), identity: int = 1) -> Unit:
    def run():
        log.append(name)
        return {"value": len(log)}

    return Unit(name, lambda: {"identity": identity}, run, needs)


def test_units_run_once_in_their_order_and_after_what_they_need(tmp_path):
    log: list[str] = []
    units = [unit("late", log, ("a/first",)), unit("a/first", log), unit("second", log)]
    assert run_units(units, store_in(tmp_path)).ran == ("a/first", "late", "second")
    assert run_units(units, store_in(tmp_path)).ran == ()
    assert log == ["a/first", "late", "second"]
    assert store_in(tmp_path).read("late")["result"] == {"value": 2}


def test_a_unit_whose_identity_changed_is_stale_and_runs_again(tmp_path):
    log: list[str] = []
    run_units([unit("a", log)], store_in(tmp_path))
    changed = [unit("a", log, identity=2)]
    assert missing_units(changed, store_in(tmp_path)) == ("a",)
    run_units(changed, store_in(tmp_path))
    assert log == ["a", "a"]
    assert missing_units(changed, store_in(tmp_path)) == ()


def test_what_is_broken_off_leaves_no_file_and_runs_again(tmp_path):
    calls: list[int] = []

    def run():
        calls.append(1)
        if len(calls) == 1:
            raise OutOfTimeError
        return {}

    units = [Unit("a", dict, run)]
    outcome = run_units(units, store_in(tmp_path))
    assert (outcome.ran, outcome.missing) == ((), ("a",))
    assert not list((tmp_path / "results").rglob("*.json"))
    assert run_units(units, store_in(tmp_path)).ran == ("a",)


def test_weights_that_are_gone_are_made_again_only_where_something_needs_them(tmp_path):
    log: list[str] = []
    weights = tmp_path / "weights"

    def train():
        log.append("train")
        weights.touch()
        return {}

    training = Unit("training", dict, train, leaves=weights)
    first = [training, unit("figure", log, ("training",))]
    run_units(first, store_in(tmp_path))
    weights.unlink()
    assert run_units(first, store_in(tmp_path)).ran == ()  # nothing needs them any more
    run_units([*first, unit("another", log, ("training",))], store_in(tmp_path))
    assert log == ["train", "figure", "train", "another"]


def test_a_spent_budget_starts_nothing(tmp_path):
    log: list[str] = []
    outcome = run_units([unit("a", log)], store_in(tmp_path), out_of_time=lambda: True)
    assert (outcome.ran, outcome.missing, log) == ((), ("a",), [])


def test_a_damaged_file_is_named(tmp_path):
    path = tmp_path / "results" / "a.json"
    path.parent.mkdir()
    path.write_text("{")
    with pytest.raises(DataError, match=r"a\.json.*delete it"):
        store_in(tmp_path).read("a")


WORKER = textwrap.dedent("""
    import sys, time
    from pathlib import Path
    from km3aid.reproduction.workflow import Store, Unit, run_units

    folder, me, hang = Path(sys.argv[1]), sys.argv[2], sys.argv[3:] == ["hang"]

    def work(name):
        with open(folder / "log", "a") as log:
            log.write(f"{me} {name}\\n")
        time.sleep(600 if hang else 0.05)
        return {}

    units = [Unit(f"u{n}", dict, lambda n=n: work(n)) for n in range(8)]
    run_units(units, Store(folder / "results", folder / "locks"), wait_s=0.05)
""")


def worker(folder, name: str, *rest: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", WORKER, str(folder), name, *rest])


def test_two_processes_share_the_units_and_none_runs_twice(tmp_path):
    both = [worker(tmp_path, "a"), worker(tmp_path, "b")]
    assert [p.wait(timeout=60) for p in both] == [0, 0]
    ran = [line.split()[1] for line in (tmp_path / "log").read_text().splitlines()]
    assert sorted(ran) == [str(n) for n in range(8)]
    assert {json.loads(p.read_text())["unit"] for p in (tmp_path / "results").glob("*.json")} == {
        f"u{n}" for n in range(8)
    }


def test_the_lock_of_a_killed_process_is_free(tmp_path):
    hung = worker(tmp_path, "a", "hang")
    while not (tmp_path / "log").exists():
        assert hung.poll() is None
        time.sleep(0.05)
    with store_in(tmp_path).lock("u0") as ours:
        assert not ours
    hung.kill()
    hung.wait()
    with store_in(tmp_path).lock("u0") as ours:
        assert ours


def test_a_whole_number_written_as_a_float_is_the_same_identity(tmp_path):
    """Earlier versions kept the whole numbers of a preset where its setting is a float."""
    stored = {"model": {"threshold_ppm": 1, "shape": [3, 5]}}
    (tmp_path / "a.json").write_text(json.dumps({"identity_sha256": identity_hash(stored), "identity": stored}))
    store = Store(tmp_path, tmp_path)
    assert store.is_done("a", {"model": {"threshold_ppm": 1.0, "shape": (3, 5)}})
    assert not store.is_done("a", {"model": {"threshold_ppm": 1.5, "shape": (3, 5)}})
    assert not store.is_done("b", stored)
