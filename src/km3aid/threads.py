"""How many threads to use."""

from __future__ import annotations

import os


def available_cores() -> int:
    """The cores on which this process may run; where the system does not say, all cores of the machine."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def thread_count() -> int:
    """What OMP_NUM_THREADS asks for (the first number of a list such as `2,1`), otherwise one per available core."""
    first = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    return int(first) if first.isdecimal() and int(first) > 0 else available_cores()
