"""How many threads to use."""

from __future__ import annotations

import os


def available_cores() -> int:
    """The number of cores that this process may use; all of the machine where the system does not say."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def thread_count() -> int:
    """What OMP_NUM_THREADS asks for (of a list such as `2,1` the first), otherwise one for each available core."""
    first = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    return int(first) if first.isdecimal() and int(first) > 0 else available_cores()
