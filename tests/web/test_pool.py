"""The worker processes: one that is killed or hangs takes no other request with it."""

import asyncio
import json
import multiprocessing
import os
import signal
import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from km3aid.errors import ConfigError
from km3aid.web.config import Limits, ServeConfig
from km3aid.web.metrics import Metrics
from km3aid.web.pool import Pool, RefusedError
from km3aid.web.problems import refusal
from km3aid.web.worker import _answer

ETHANOL = {"body": '{"smiles": "CCO", "report": "58 18"}'}
ETHANOL_ALONE = {"body": '{"smiles": "CCO"}'}
CONFIG = ServeConfig(workers=2, limits=Limits(seconds=60, queue=2))


@pytest.fixture
def pool(small_library):
    made = Pool(replace(CONFIG, libraries={"compounds": small_library}), Metrics())
    made.start()
    yield made
    made.stop()


@pytest.mark.posix
def test_killed_and_hanging_workers_lose_no_other_request(pool):
    """One scenario after another on one pool, because its start costs seconds."""

    async def scenarios():
        await _killed(pool)
        await _hanging(pool)
        await _full(pool)

    asyncio.run(scenarios())
    assert pool.metrics.restarts == 2


async def _killed(pool):
    """A worker dies with a request in it: that one is asked again, the others never notice."""
    victim = pool.process_ids()[0]
    os.kill(victim, signal.SIGSTOP)
    asked = [asyncio.create_task(pool.run("assign", ETHANOL, patient=True)) for _ in range(8)]
    await asyncio.sleep(0.3)
    os.kill(victim, signal.SIGKILL)
    replies = await asyncio.gather(*asked)
    assert [r.kind for r in replies] == ["answer"] * 8
    assert len(json.loads(replies[0].body)["assignments"]) == 2
    await _all_idle(pool)


async def _hanging(pool):
    """A worker that does not answer in time is replaced, and its client is told."""
    os.kill(pool.process_ids()[0], signal.SIGSTOP)
    pool.config = replace(usual := pool.config, limits=Limits(seconds=0.5, queue=2))
    asked = [asyncio.create_task(pool.run("predict", {"body": '{"smiles": "CCO"}'})) for _ in range(2)]
    replies = await asyncio.gather(*asked, return_exceptions=True)
    assert sorted(str(getattr(r, "status", "fine")) for r in replies) == ["504", "fine"]
    pool.config = usual
    await _all_idle(pool)


async def _full(pool):
    """With all workers busy and the queue full the next request is told to wait."""
    pids = pool.process_ids()
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    asked = [asyncio.create_task(pool.run("assign", ETHANOL)) for _ in range(4)]
    await asyncio.sleep(0.1)
    with pytest.raises(RefusedError) as refused:
        await pool.run("assign", ETHANOL)
    assert refused.value.status == 429
    assert refused.value.retry_after >= 1
    for pid in pids:
        os.kill(pid, signal.SIGCONT)
    assert [r.kind for r in await asyncio.gather(*asked)] == ["answer"] * 4


async def _all_idle(pool):
    for _ in range(600):
        if pool.busy == 0:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("a worker was not replaced")


def test_what_cannot_be_loaded_is_said_at_the_start(tmp_path, untrained_weights, small_library):
    for config, said in (
        (ServeConfig(libraries={"x": tmp_path / "none"}), "no library here"),
        (ServeConfig(model=tmp_path / "none.safetensors"), "none.safetensors"),
        (ServeConfig(model=untrained_weights, libraries={"compounds": small_library}), "built by model"),
    ):
        with pytest.raises(ConfigError, match=said):
            Pool(config, Metrics()).start()


def test_workers_are_spawned_where_there_is_no_fork(monkeypatch, small_library):
    """As on Windows."""
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    made = Pool(replace(CONFIG, workers=1, libraries={"compounds": small_library}), Metrics())
    made.start()
    try:
        assert asyncio.run(made.run("assign", ETHANOL)).kind == "answer"
        assert type(made._all[0].process).__name__ == "SpawnProcess"
    finally:
        made.stop()


@pytest.mark.posix
def test_a_worker_that_has_answered_many_requests_gives_way_and_no_request_is_lost(small_library):
    made = Pool(replace(CONFIG, libraries={"compounds": small_library}, recycle=5), Metrics())
    made.start()
    before = set(made.process_ids())

    async def ask():
        replies = await asyncio.gather(*(made.run("predict", ETHANOL_ALONE, patient=True) for _ in range(40)))
        for _ in range(300):
            if not before & set(made.process_ids()):
                break
            await asyncio.sleep(0.1)
        return [*replies, await made.run("predict", ETHANOL_ALONE)]

    try:
        assert [r.kind for r in asyncio.run(ask())] == ["answer"] * 41
        assert not before & set(made.process_ids())
        assert len(made.process_ids()) == 2
        assert made.metrics.recycled >= 2
        assert made.metrics.restarts == 0
        assert not any(Path(f"/proc/{pid}").exists() for pid in before)
    finally:
        made.stop()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux alone limits and tells memory so")
def test_memory_of_a_worker_is_told_and_limited():
    """In a process of its own, which this one does not become."""
    code = (
        "from km3aid.web.memory import limit_memory, private_mb\n"
        "before = private_mb(); held = bytearray(50 << 20); assert 45 < private_mb() - before < 60\n"
        "limit_memory(500); bytearray(100 << 20)\n"
        "try: bytearray(600 << 20)\n"
        "except MemoryError: print('refused')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "refused\n"


def test_a_request_that_takes_too_much_memory_is_told_so(monkeypatch):
    def greedy(*_):
        raise MemoryError

    monkeypatch.setattr(import_module("km3aid.web.tasks"), "answer", greedy)
    head, said = _answer(None, {"task": "assign", "request": {}}, 4000)
    assert refusal(said.decode(), head["kind"], ()).status_code == 413
    assert json.loads(refusal(said.decode(), head["kind"], ()).body)["code"] == "memory-limit"
    assert "4,000 MB" in said.decode()
