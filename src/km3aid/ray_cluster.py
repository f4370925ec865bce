"""Join a Ray cluster and wait for what its workers answer. Ray is imported when it is needed: `km3aid[cluster]`."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from km3aid.errors import ConfigError, Km3aidError, LibraryError
from km3aid.optional import require

_ANSWER_S = 10  # in which a cluster has to answer
_SETTLE_S = 5  # for which processors that may become free are waited for


class WorkerLostError(Exception):
    """A worker has died, and its answer with it."""


@contextmanager
def connect(address: str) -> Iterator[None]:
    """Join the Ray cluster at `address`; `auto` is the one on this machine or the one that RAY_ADDRESS names.

    Raises `ConfigError`. A cluster that the process has joined already is used, and stays joined.
    """
    ray = require("ray", "cluster", "--cluster")
    if ray.is_initialized():
        yield
        return
    try:
        host, _, port = address.rpartition(":")
        if host:  # Ray itself would try for minutes
            socket.create_connection((host.rpartition("/")[2], int(port)), timeout=_ANSWER_S).close()
        ray.init(address, logging_level="error", log_to_driver=False)
    except Exception as error:  # of a dozen kinds
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise ConfigError(
            f"--cluster {address}: no Ray cluster answers ({reason}); start one with `ray start --head`, and with "
            "`ray start --address …` on its other machines"
        ) from error
    try:
        yield
    finally:
        ray.shutdown()


def gather(references: Sequence[Any]) -> list[Any]:
    """Wait for all results; raises the workers' own errors, and `WorkerLostError`."""
    import ray
    from ray.exceptions import ObjectLostError, RayActorError, RayTaskError

    found, lost = [], None
    for reference in references:
        try:
            found.append(ray.get(reference))
        except (RayActorError, ObjectLostError) as error:
            lost = error
        except RayTaskError as error:
            if isinstance(error.cause, Km3aidError):
                raise error.cause from error
            raise LibraryError(f"a worker of the cluster failed: {error.cause!r}") from error
    if lost is not None:
        raise WorkerLostError(str(lost).partition("\n")[0])
    return found


def free_processors() -> int:
    """The number of processors that are free within a moment; Ray keeps those of finished tasks for a while."""
    import ray

    deadline = time.monotonic() + _SETTLE_S
    while True:
        free, whole = (int(r.get("CPU", 0)) for r in (ray.available_resources(), ray.cluster_resources()))
        if free >= whole or time.monotonic() > deadline:
            return free
        time.sleep(0.1)
