import os

import pytest

from km3aid.threads import available_cores, thread_count


@pytest.mark.parametrize(("asked", "threads"), [("3", 3), ("2,1", 2), (" 4 , 2", 4)])
def test_the_environment_says_how_many_threads(monkeypatch, asked, threads):
    monkeypatch.setenv("OMP_NUM_THREADS", asked)
    assert thread_count() == threads


@pytest.mark.parametrize("asked", [None, "", "x", "0", "-1", "2.5", "²", ","])
def test_without_a_number_there_is_one_for_each_core(monkeypatch, asked):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 3, 5, 7, 9}, raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if asked is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", asked)
    assert thread_count() == available_cores() == 5


@pytest.mark.parametrize(("known", "cores"), [(6, 6), (None, 1)])
def test_where_the_system_does_not_say_all_cores_are_ours(monkeypatch, known, cores):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: known)
    assert available_cores() == cores
