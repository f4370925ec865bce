"""The same shards built and searched by the workers of a Ray cluster, one thread each.

Ray is imported where it is needed: `pip install km3aid[cluster]`.
"""

from __future__ import annotations

import os
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import torch

from km3aid.encoding.encode import CHUNK, encode_entries
from km3aid.encoding.entries import Entries
from km3aid.errors import ConfigError, Km3aidError, LibraryError
from km3aid.library import Filters, Library, Manifest, Place, place_of, read_manifest
from km3aid.matching.classes import ClassTable
from km3aid.models.alignment import AlignmentModel
from km3aid.models.memory import keep_freed_memory
from km3aid.models.precision import fast_single_precision
from km3aid.search.stages import DEFAULT_LIMITS, Candidates, Limits, Question, Stages, ask_parts

Line = tuple[str, str | None]
Answer = TypeVar("Answer")
_AHEAD = 4  # chunks per processor that wait or are done and not fetched: bounds the memory
_ANSWER_S = 10  # in which a cluster has to answer
_SETTLE_S = 5  # in which processors that are free soon may become so
_START_S = 120  # in which a worker has to start


@contextmanager
def connect(address: str) -> Iterator[Cluster]:
    """Join the Ray cluster at `address`; `auto`: the one that runs on this machine or that RAY_ADDRESS names.

    Raises `ConfigError`. Where the process has joined one already, that one is used and stays joined.
    """
    try:
        import ray
    except ImportError as error:
        raise ConfigError("--cluster: Ray is not installed here; run pip install 'km3aid[cluster]'") from error
    if ray.is_initialized():
        yield Cluster()
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
        yield Cluster()
    finally:
        ray.shutdown()


class Cluster:
    """The cluster that this process has joined; made by `connect`."""

    def encode(
        self, model: AlignmentModel, source: Iterable[Line], *, first: int = 1, key: str = "smiles", chunk: int = CHUNK
    ) -> Iterator[Entries]:
        """`encode_entries` in the order of `source`; Ray gives the chunks of a lost worker to another."""
        import ray

        encode = ray.remote(num_cpus=1, max_retries=-1)(_encode)
        kept, lines = ray.put(model), iter(source)
        waiting: deque[Any] = deque()
        room = _AHEAD * max(1, int(ray.cluster_resources().get("CPU", 0)))
        while part := list(islice(lines, chunk)):
            waiting.append(encode.remote([kept], first, part, key))
            first += len(part)
            if len(waiting) == room:
                yield _own(_answers([waiting.popleft()])[0])
        while waiting:
            yield _own(_answers([waiting.popleft()])[0])

    def open(self, path: str | Place, *, strict: bool = False) -> ClusterLibrary:
        """Open a library that every machine of the cluster sees at `path`; raises `LibraryError`."""
        import ray

        place = place_of(path)
        folder = place.resolve() if isinstance(place, Path) else place
        manifest = read_manifest(folder)
        count = min(_free_processors(), len(manifest.shards))
        if not count:
            raise LibraryError(f"{folder}: the library is empty, or no processor of the cluster is free")
        worker: Any = ray.remote(num_cpus=1, scheduling_strategy="SPREAD")(Worker)
        workers = [worker.remote(str(folder)) for _ in range(count)]
        started = dict(zip([w.begun.remote() for w in workers], workers, strict=True))
        ready, late = ray.wait(list(started), num_returns=count, timeout=_START_S)
        _dismiss([started[ref] for ref in late])
        if not ready:
            raise LibraryError(f"{folder}: no worker of the cluster has started in {_START_S} s; see `ray status`")
        workers = [started[ref] for ref in ready]
        try:
            return ClusterLibrary(folder, manifest, workers, strict)
        except Km3aidError:
            _dismiss(workers)
            raise


def _free_processors() -> int:
    """Processors of the cluster that are free, or become so in a moment: Ray keeps those of the last tasks a while."""
    import ray

    deadline = time.monotonic() + _SETTLE_S
    while True:
        free, whole = (int(r.get("CPU", 0)) for r in (ray.available_resources(), ray.cluster_resources()))
        if free >= whole or time.monotonic() > deadline:
            return free
        time.sleep(0.1)


def _dismiss(workers: Sequence[Any]) -> None:
    """End workers, so that their processors are free."""
    import ray

    for worker in workers:
        ray.kill(worker)


class Worker:
    """An actor that holds parts of a library, known by their first shard, and does the stages of searches in them."""

    def __init__(self, path: str) -> None:
        os.environ["OMP_NUM_THREADS"] = "1"  # the matching's threads
        self.folder = place_of(path)
        self._parts: dict[int, Library] = {}
        self._stages: dict[int, Stages] = {}

    def begun(self) -> None:
        """Answers when the worker has started."""

    def open(self, first: int, manifest: Manifest, strict: bool) -> tuple[int, tuple[str, ...]]:
        """Open the part of the library whose shards `manifest` holds: its molecules, and what was left out."""
        try:
            read_manifest(self.folder)
            self._parts[first] = Library.of_manifest(self.folder, manifest, strict=strict)
        except LibraryError as error:
            raise LibraryError(
                f"machine {socket.gethostname()}: {error} (every machine of the cluster must see the same folder)"
            ) from error
        return len(self._parts[first]), self._parts[first].warnings

    def begin(self, first: int, questions: Sequence[Question], filters: Sequence[Filters]) -> None:
        """Turn to other questions."""
        self._stages[first] = Stages(questions, self._parts[first], filters)

    def ask(self, first: int, stage: str, arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Do a stage for all questions."""
        answers: list[Any] = getattr(self._stages[first], stage)(arguments)
        return answers


class Part(NamedTuple):
    """Consecutive shards and the worker that holds them."""

    first: int
    last: int  # exclusive
    worker: Any = None  # None: lost, or not yet given to one
    molecules: int = 0
    warnings: tuple[str, ...] = ()


class ClusterLibrary:
    """A library whose shards are spread over workers; made by `Cluster.open`, searched like a `Library`.

    What one machine answers, it answers too. When a worker is lost, the others take over its shards and the questions
    in hand are asked again.
    """

    def __init__(self, folder: Place, manifest: Manifest, workers: list[Any], strict: bool) -> None:
        self.manifest, self.strict = manifest, strict
        self._bare = Library.of_manifest(folder, manifest.changed(shards=()))
        self._workers = workers
        self._parts = [Part(0, len(manifest.shards))]
        self._persist(lambda: None)
        if not len(self):
            raise LibraryError(f"{folder}: no shard can be read; the first: {self.warnings[0]}")

    def __len__(self) -> int:
        return sum(part.molecules for part in self._parts)

    @property
    def warnings(self) -> tuple[str, ...]:
        """The shards that were left out because they are damaged."""
        return tuple(w for part in self._parts for w in part.warnings)

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
        self, questions: Sequence[Question], filters: Sequence[Filters], limits: Limits = DEFAULT_LIMITS
    ) -> list[Candidates]:
        """The best molecules for each of some spectra, as `km3aid.search.stages.find_many` finds them."""
        import ray

        def ask(stage: str, arguments: Sequence[Sequence[tuple[Any, ...]]]) -> list[list[Any]]:
            return _answers(
                [p.worker.ask.remote(p.first, stage, a) for p, a in zip(self._parts, arguments, strict=True)]
            )

        def attempt() -> list[Candidates]:
            asked, conditions = ray.put(questions), ray.put(filters)
            _answers([p.worker.begin.remote(p.first, asked, conditions) for p in self._parts])
            return ask_parts(ask, questions, [p.molecules for p in self._parts], limits)

        return self._persist(attempt)

    def _persist(self, attempt: Callable[[], Answer]) -> Answer:
        """What `attempt` returns once no worker is lost meanwhile; raises `LibraryError` when none is left."""
        while True:
            try:
                for part in [p for p in self._parts if p.worker is None]:
                    self._give(part)
                return attempt()
            except _WorkerLostError as error:
                self._workers = [w for w in self._workers if _is_alive(w)]
                if not self._workers:
                    raise LibraryError(f"{self._bare.path}: every worker of the cluster is lost ({error})") from error
                self._parts = [p if p.worker in self._workers else Part(p.first, p.last) for p in self._parts]

    def _give(self, lost: Part) -> None:
        """Have the workers with the fewest shards open those of a part that has none."""

        def held(worker: Any) -> int:
            return sum(p.last - p.first for p in self._parts if p.worker == worker)

        workers = sorted(self._workers, key=held)[: lost.last - lost.first]
        edges = np.linspace(lost.first, lost.last, len(workers) + 1).astype(int).tolist()
        pieces = [Part(a, b, worker) for (a, b), worker in zip(pairwise(edges), workers, strict=True)]
        opened = _answers(
            [
                p.worker.open.remote(
                    p.first, self.manifest.changed(shards=self.manifest.shards[p.first : p.last]), self.strict
                )
                for p in pieces
            ]
        )
        place = self._parts.index(lost)
        self._parts[place : place + 1] = [
            piece._replace(molecules=size, warnings=warnings)
            for piece, (size, warnings) in zip(pieces, opened, strict=True)
        ]


class _WorkerLostError(Exception):
    """A worker has died, or the answer that it had given."""


def _answers(references: Sequence[Any]) -> list[Any]:
    """The results, all waited for; raises the workers' own errors, and `_WorkerLostError`."""
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
        raise _WorkerLostError(str(lost).partition("\n")[0])
    return found


def _is_alive(worker: Any) -> bool:
    try:
        _answers([worker.begun.remote()])
    except _WorkerLostError:
        return False
    return True


@lru_cache(1)
def _model(reference: Any) -> AlignmentModel:
    """The model, fetched once by each process that encodes."""
    import ray

    torch.set_num_threads(1)
    keep_freed_memory()
    fast_single_precision()  # as the processes of one machine
    model: AlignmentModel = ray.get(reference)
    return model


def _encode(kept: list[Any], first: int, lines: list[Line], key: str) -> Entries:
    model = _model(kept[0])
    (entries,) = encode_entries(model, lines, torch.device("cpu"), first=first, key=key, chunk=len(lines))
    return entries


def _own(entries: Entries) -> Entries:
    """A copy whose arrays do not lie in Ray's object store, where a shard's worth of them would keep its place."""
    columns: Any = (column.copy() for column in entries.classes)
    return entries._replace(key=entries.key.copy(), embedding=entries.embedding.copy(), classes=ClassTable(*columns))
