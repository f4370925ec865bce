"""Encode structures on the processors of a Ray cluster, one thread each."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import torch

from km3aid.encoding.chunks import Chunk
from km3aid.encoding.entries import Entries
from km3aid.encoding.library_entries import encode_chunk
from km3aid.matching.classes import CarbonClassTable
from km3aid.models.alignment import AlignmentModel
from km3aid.models.memory import keep_freed_memory
from km3aid.models.precision import fast_single_precision
from km3aid.ray_cluster import gather

_AHEAD = 4  # chunks per processor that wait or are done but not fetched: bounds the memory


def encode_on_ray(model: AlignmentModel, chunks: Iterable[Chunk], key: str = "smiles") -> Iterator[Entries]:
    """The entries of the chunks in their order, encoded on the cluster that this process has joined.

    Ray gives the chunks of a lost worker to another one.
    """
    import ray

    encode = ray.remote(num_cpus=1, max_retries=-1)(_encode)
    kept = ray.put(model)
    waiting: deque[Any] = deque()
    room = _AHEAD * max(1, int(ray.cluster_resources().get("CPU", 0)))
    for chunk in chunks:
        waiting.append(encode.remote([kept], chunk, key))
        if len(waiting) == room:
            yield _copied(gather([waiting.popleft()])[0])
    while waiting:
        yield _copied(gather([waiting.popleft()])[0])


@lru_cache(1)
def _model(reference: Any) -> AlignmentModel:
    """The model, which each process that encodes fetches once."""
    import ray

    torch.set_num_threads(1)
    keep_freed_memory()
    fast_single_precision()  # as in the processes of one machine
    model: AlignmentModel = ray.get(reference)
    return model


def _encode(kept: list[Any], chunk: Chunk, key: str) -> Entries:
    return encode_chunk(_model(kept[0]), chunk, torch.device("cpu"), key)


def _copied(entries: Entries) -> Entries:
    """Entries whose arrays lie outside Ray's object store, where a shard's worth of them would hold its memory."""
    columns: Any = (column.copy() for column in entries.classes)
    return entries._replace(
        key=entries.key.copy(), embedding=entries.embedding.copy(), classes=CarbonClassTable(*columns)
    )
