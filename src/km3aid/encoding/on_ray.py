"""Encode structures on the workers of a Ray cluster, one thread each."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

import torch

from km3aid.encoding.encode import CHUNK, Line, encode_entries
from km3aid.encoding.entries import Entries
from km3aid.matching.classes import CarbonClassTable
from km3aid.models.alignment import AlignmentModel
from km3aid.models.memory import keep_freed_memory
from km3aid.models.precision import fast_single_precision
from km3aid.ray_cluster import gather

_AHEAD = 4  # chunks per processor that are waiting, or done but not fetched: limits the memory


def encode_on_ray(
    model: AlignmentModel, source: Iterable[Line], *, first: int = 1, key: str = "smiles", chunk: int = CHUNK
) -> Iterator[Entries]:
    """`encode_entries` on the cluster that this process has joined, in the order of `source`.

    If a worker is lost, Ray gives its chunks to another.
    """
    import ray

    encode = ray.remote(num_cpus=1, max_retries=-1)(_encode)
    kept, lines = ray.put(model), iter(source)
    waiting: deque[Any] = deque()
    room = _AHEAD * max(1, int(ray.cluster_resources().get("CPU", 0)))
    while part := list(islice(lines, chunk)):
        waiting.append(encode.remote([kept], first, part, key))
        first += len(part)
        if len(waiting) == room:
            yield _own(gather([waiting.popleft()])[0])
    while waiting:
        yield _own(gather([waiting.popleft()])[0])


@lru_cache(1)
def _model(reference: Any) -> AlignmentModel:
    """The model, fetched once by each encoding process."""
    import ray

    torch.set_num_threads(1)
    keep_freed_memory()
    fast_single_precision()  # as in `encoding.processes`
    model: AlignmentModel = ray.get(reference)
    return model


def _encode(kept: list[Any], first: int, lines: list[Line], key: str) -> Entries:
    model = _model(kept[0])
    (entries,) = encode_entries(model, lines, torch.device("cpu"), first=first, key=key, chunk=len(lines))
    return entries


def _own(entries: Entries) -> Entries:
    """A copy whose arrays are outside Ray's object store, where those of a whole shard would take up space."""
    columns: Any = (column.copy() for column in entries.classes)
    return entries._replace(
        key=entries.key.copy(), embedding=entries.embedding.copy(), classes=CarbonClassTable(*columns)
    )
