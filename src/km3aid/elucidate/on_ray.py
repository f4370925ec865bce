"""Islands on the processors of a Ray cluster, one each."""

from __future__ import annotations

from typing import Any

from km3aid.elucidate.elsewhere import Host, IslandLostError
from km3aid.errors import ConfigError
from km3aid.models.network import open_network
from km3aid.models.weights import ModelFile
from km3aid.ray_cluster import free_processors

_MOST = 16  # islands: more would change much the same molecules
_START_S = 120


class RayIslands(list["RayIsland"]):
    """Islands of one model on the cluster that was joined; they end with the block."""

    def __init__(self, file: ModelFile) -> None:
        import ray

        count = min(free_processors(), _MOST)
        if not count:
            raise ConfigError("no processor of the cluster is free for an island; see `ray status`")
        kept = ray.put(file)
        host: Any = ray.remote(num_cpus=1, scheduling_strategy="SPREAD")(_RayHost)
        super().__init__(RayIsland(host.remote([kept])) for _ in range(count))

    def __enter__(self) -> RayIslands:
        return self

    def __exit__(self, *_: object) -> None:
        import ray

        for island in self:
            ray.kill(island.actor)


class RayIsland:
    """An `Elsewhere` in an actor."""

    def __init__(self, actor: Any) -> None:
        self.actor = actor
        self._reference: Any = None

    def ask(self, call: str, *values: Any) -> None:
        self._reference = getattr(self.actor, call).remote(*values)

    def ready(self) -> bool:
        import ray

        return bool(ray.wait([self._reference], timeout=0)[0])

    def answer(self) -> Any:
        import ray
        from ray.exceptions import RayError

        try:
            return ray.get(self._reference)
        except RayError as error:
            raise IslandLostError(str(error).partition("\n")[0]) from error


class _RayHost(Host):
    def __init__(self, kept: list[Any]) -> None:
        import os

        import ray

        os.environ["OMP_NUM_THREADS"] = "1"  # the threads of matching
        super().__init__(open_network(ray.get(kept[0]), threads=1))
