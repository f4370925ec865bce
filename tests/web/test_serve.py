"""`km3aid serve` as a user runs it."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

COMMAND = [str(Path(sys.executable).with_name("km3aid")), "serve"]


def test_a_busy_port_is_one_clear_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run([*COMMAND, "--port", port], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == f"km3aid: port {port} of 127.0.0.1 is in use; stop the other program or use --port 0\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0"], "give --token"),
        (["--library", "a/lib", "--library", "b/lib"], "two libraries are called"),
    ],
)
def test_what_cannot_be_served_is_one_clear_line(arguments, said):
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_what_a_worker_cannot_load_is_one_clear_line():
    command = [*COMMAND, "--port", "0", "--workers", "1", "--library", "nowhere"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert done.stderr.count("\n") == 1


def _all(process, ending):
    os.killpg(process.pid, ending)  # what a terminal does


@pytest.mark.posix
@pytest.mark.parametrize(("ending", "send"), [(signal.SIGINT, _all), (signal.SIGTERM, subprocess.Popen.send_signal)])
def test_it_serves_and_ends_cleanly_with_all_its_workers(small_library, ending, send):
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", "--workers", "1", "--log", "json", "--library", small_library],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        serving = json.loads(process.stderr.readline())
        assert serving["event"] == "serving"
        with urllib.request.urlopen(serving["url"] + "api/health") as got:
            assert json.load(got)["status"] == "ok"
        send(process, ending)
        assert process.wait(20) == 0
        last = [json.loads(line) for line in process.stderr.read().splitlines()][-1]
        assert last["event"] == "ended"
    finally:
        process.kill()
        process.stderr.close()


@pytest.mark.posix
def test_people_read_one_sentence_with_the_address(tmp_path):
    """And another where the starter library is served."""
    environment = {**os.environ, "KM3AID_CACHE": str(tmp_path)}
    command = [*COMMAND, "--port", "0", "--workers", "1"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stderr.readline().startswith("km3aid: no --library: serving the starter library")
        said = process.stderr.readline()
        assert "starter with 20,000 molecules" in said
        assert said.startswith("km3aid: the page is at http://127.0.0.1:")
        with urllib.request.urlopen(said.split()[5] + "api/health") as got:
            assert json.load(got)["status"] == "ok"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert process.stderr.read() == ""
    finally:
        process.kill()
        process.stderr.close()


def test_the_front_loads_no_chemistry():
    code = "import sys, km3aid.web.app, km3aid.web.server, km3aid.web.pool; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"rdkit", "torch", "numpy", "pyarrow"} & set(done.stdout.split()) == set()
