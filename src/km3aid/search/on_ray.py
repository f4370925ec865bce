"""A library that the workers of a Ray cluster search, one thread each."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from km3aid.errors import Km3aidError, LibraryError
from km3aid.library import Filters, Library, Manifest, Place, place_of, read_manifest
from km3aid.ray_cluster import WorkerLostError, free_processors, gather
from km3aid.search.part import Part
from km3aid.search.query import DEFAULT_LIMITS, Candidates, Limits, Query
from km3aid.search.stages import Reply, search_parts

_Answer = TypeVar("_Answer")
_START_S = 120  # in which a worker has to start


def open_on_ray(path: str | Place, *, strict: bool = False) -> RayLibrary:
    """Open a library that every machine of the joined cluster sees at `path`; raises `LibraryError`."""
    import ray

    place = place_of(path)
    folder = place.resolve() if isinstance(place, Path) else place
    manifest = read_manifest(folder)
    count = min(free_processors(), len(manifest.shards))
    if not count:
        raise LibraryError(f"{folder}: the library is empty, or no processor of the cluster is free; see `ray status`")
    worker: Any = ray.remote(num_cpus=1, scheduling_strategy="SPREAD")(Worker)
    workers = [worker.remote(str(folder)) for _ in range(count)]
    started = dict(zip([w.begun.remote() for w in workers], workers, strict=True))
    ready, late = ray.wait(list(started), num_returns=count, timeout=_START_S)
    _dismiss([started[ref] for ref in late])
    if not ready:
        raise LibraryError(f"{folder}: no worker of the cluster has started in {_START_S} s; see `ray status`")
    workers = [started[ref] for ref in ready]
    try:
        return RayLibrary(folder, manifest, workers, strict)
    except Km3aidError:
        _dismiss(workers)
        raise


class Worker:
    """An actor that holds parts of a library, known by their first shard, and does the stages of searches in them."""

    def __init__(self, path: str) -> None:
        os.environ["OMP_NUM_THREADS"] = "1"  # the threads of matching
        self.folder = place_of(path)
        self._libraries: dict[int, Library] = {}
        self._parts: dict[int, Part] = {}

    def begun(self) -> None:
        """Answers once the worker has started."""

    def open(self, first: int, manifest: Manifest, strict: bool) -> tuple[int, tuple[str, ...]]:
        """Open the part whose shards `manifest` names; returns how many molecules it has and what was left out."""
        try:
            read_manifest(self.folder)
            self._libraries[first] = Library.of_manifest(self.folder, manifest, strict=strict)
        except LibraryError as error:
            raise LibraryError(
                f"machine {socket.gethostname()}: {error} (every machine of the cluster must see the same folder)"
            ) from error
        return len(self._libraries[first]), self._libraries[first].warnings

    def begin(self, first: int, queries: Sequence[Query], filters: Sequence[Filters]) -> None:
        """Turn to other queries."""
        self._parts[first] = Part(queries, self._libraries[first], filters)

    def ask(self, first: int, call: Callable[[Part], Reply]) -> Reply:
        """The reply of a part."""
        return call(self._parts[first])


class Held(NamedTuple):
    """Consecutive shards and the worker that holds them."""

    first: int
    last: int  # exclusive
    worker: Any = None  # None: lost, or not yet given to one
    molecules: int = 0
    warnings: tuple[str, ...] = ()


class RayLibrary:
    """A `Searchable` whose shards are spread over workers; made by `open_on_ray`.

    It answers as one machine does. When a worker is lost, the others take over its shards, and the queries in hand are
    asked again.
    """

    def __init__(self, folder: Place, manifest: Manifest, workers: list[Any], strict: bool) -> None:
        self.manifest, self.strict = manifest, strict
        self._bare = Library.of_manifest(folder, manifest.changed(shards=()))
        self._workers = workers
        self._held = [Held(0, len(manifest.shards))]
        self._persist(lambda: None)
        if not len(self):
            raise LibraryError(f"{folder}: no shard can be read; the first: {self.warnings[0]}")

    def __len__(self) -> int:
        return sum(part.molecules for part in self._held)

    @property
    def warnings(self) -> tuple[str, ...]:
        """The shards that were left out because they are damaged."""
        return tuple(w for part in self._held for w in part.warnings)

    @property
    def workers(self) -> int:
        """How many workers are left."""
        return len(self._workers)

    def close(self) -> None:
        """Let the workers go."""
        _dismiss(self._workers)

    def check_model(self, model_sha256: str) -> None:
        """Raise `LibraryMismatchError` unless this model built the library."""
        self._bare.check_model(model_sha256)

    def find_many(
        self, queries: Sequence[Query], filters: Sequence[Filters], limits: Limits = DEFAULT_LIMITS
    ) -> list[Candidates]:
        """The best molecules for each query, as one machine finds them."""
        import ray

        def ask(calls: Sequence[Callable[[Part], Reply]]) -> list[Reply]:
            return gather([p.worker.ask.remote(p.first, call) for p, call in zip(self._held, calls, strict=True)])

        def attempt() -> list[Candidates]:
            asked, conditions = ray.put(queries), ray.put(filters)
            gather([p.worker.begin.remote(p.first, asked, conditions) for p in self._held])
            return search_parts(ask, [p.molecules for p in self._held], queries, limits)

        return self._persist(attempt)

    def _persist(self, attempt: Callable[[], _Answer]) -> _Answer:
        """What `attempt` returns once no worker is lost meanwhile; raises `LibraryError` when none is left."""
        while True:
            try:
                for part in [p for p in self._held if p.worker is None]:
                    self._give(part)
                return attempt()
            except WorkerLostError as error:
                self._workers = [w for w in self._workers if _is_alive(w)]
                if not self._workers:
                    raise LibraryError(f"{self._bare.path}: every worker of the cluster is lost ({error})") from error
                self._held = [p if p.worker in self._workers else Held(p.first, p.last) for p in self._held]

    def _give(self, lost: Held) -> None:
        """Have the workers with the fewest shards open those of a part that has none."""

        def load(worker: Any) -> int:
            return sum(p.last - p.first for p in self._held if p.worker == worker)

        workers = sorted(self._workers, key=load)[: lost.last - lost.first]
        edges = np.linspace(lost.first, lost.last, len(workers) + 1).astype(int).tolist()
        pieces = [Held(a, b, worker) for (a, b), worker in zip(pairwise(edges), workers, strict=True)]
        manifests = [self.manifest.changed(shards=self.manifest.shards[p.first : p.last]) for p in pieces]
        opened = gather([p.worker.open.remote(p.first, m, self.strict) for p, m in zip(pieces, manifests, strict=True)])
        index = self._held.index(lost)
        self._held[index : index + 1] = [
            piece._replace(molecules=size, warnings=warnings)
            for piece, (size, warnings) in zip(pieces, opened, strict=True)
        ]


def _dismiss(workers: Sequence[Any]) -> None:
    """End workers, so that their processors are free."""
    import ray

    for worker in workers:
        ray.kill(worker)


def _is_alive(worker: Any) -> bool:
    try:
        gather([worker.begun.remote()])
    except WorkerLostError:
        return False
    return True
