"""Only one process at a time holds a lock, and a lock dies with its holder."""

import os
import subprocess
import sys

import pytest

from km3aid.locks import exclusive

HOLD = """
import sys, time
from pathlib import Path
from km3aid.locks import exclusive
with exclusive(Path(sys.argv[1])) as ours:
    print(ours, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process, which holds the lock `a`."""
    with subprocess.Popen([sys.executable, "-c", HOLD, tmp_path / "a"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "True\n"
        yield process
        process.kill()


def test_a_second_process_is_told_at_once_and_a_killed_holder_frees_the_lock(tmp_path, holder):
    with exclusive(tmp_path / "a") as ours:
        assert not ours
    with exclusive(tmp_path / "b") as ours:
        assert ours
    holder.kill()
    holder.wait()
    with exclusive(tmp_path / "a") as ours:
        assert ours


def test_within_one_process_too_and_again_after_an_error(tmp_path):
    with exclusive(tmp_path / "a") as ours, exclusive(tmp_path / "a") as theirs:
        assert (ours, theirs) == (True, False)
    with pytest.raises(KeyError), exclusive(tmp_path / "a"):
        raise KeyError
    with exclusive(tmp_path / "a") as ours:
        assert ours


def test_where_no_file_can_be_made_there_is_no_lock(tmp_path):
    with exclusive(tmp_path / "new" / "a") as ours:
        assert ours
    with pytest.raises(OSError, match="new/a"), exclusive(tmp_path / "new" / "a" / "b"):
        pass


def test_nothing_of_posix_is_needed_to_import(tmp_path):
    """As on Windows and macOS: no fcntl, no core affinity, no user ids."""
    code = """
import os, sys
for name in ("fcntl", "resource", "pwd", "grp"):
    sys.modules[name] = None
for name in ("sched_getaffinity", "geteuid", "fork"):
    if hasattr(os, name):
        delattr(os, name)
import km3aid.config, km3aid.files, km3aid.locks, km3aid.optional, km3aid.threads
assert km3aid.threads.available_cores() == os.cpu_count()
"""
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "OMP_NUM_THREADS": ""})
