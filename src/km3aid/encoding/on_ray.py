"""Encode structures on the processors of a Ray cluster, one thread each."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from km3aid.encoding.chunks import Chunk
from km3aid.encoding.entries import Entries
from km3aid.encoding.library_entries import encode_chunk
from km3aid.matching.classes import CarbonClassTable
from km3aid.models.network import Network, open_network
from km3aid.models.weights import ModelFile
from km3aid.ray_cluster import gather

_AHEAD = 4  # chunks per processor that wait or are done but not fetched: bounds the memory


def encode_on_ray(file: ModelFile, chunks: Iterable[Chunk], key: str = "smiles") -> Iterator[Entries]:
    """The entries of the chunks in their order, encoded by the model in `file` on the cluster that was joined.

    Ray gives the chunks of a lost worker to another one.
    """
    import ray

    encode = ray.remote(num_cpus=1, max_retries=-1)(_encode)
    kept = ray.put(file)
    waiting: deque[Any] = deque()
    room = _AHEAD * max(1, int(ray.cluster_resources().get("CPU", 0)))
    for chunk in chunks:
        waiting.append(encode.remote([kept], chunk, key))
        if len(waiting) == room:
            yield _copied(gather([waiting.popleft()])[0])
    while waiting:
        yield _copied(gather([waiting.popleft()])[0])


@lru_cache(1)
def _network(reference: Any) -> Network:
    """The model, which each process that encodes fetches once."""
    import ray

    return open_network(ray.get(reference), threads=1)


def _encode(kept: list[Any], chunk: Chunk, key: str) -> Entries:
    return encode_chunk(_network(kept[0]), chunk, key)


def _copied(entries: Entries) -> Entries:
    """Entries whose arrays lie outside Ray's object store, where a shard's worth of them would hold its memory."""
    columns: Any = (column.copy() for column in entries.classes)
    return entries._replace(
        key=entries.key.copy(), embedding=entries.embedding.copy(), classes=CarbonClassTable(*columns)
    )
