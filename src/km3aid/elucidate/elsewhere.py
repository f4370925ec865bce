"""Islands that are not in this process: what holds them there, and what is asked of them from here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

from km3aid.elucidate.island import Asked, Island, Report, Stint
from km3aid.elucidate.members import Member, Share
from km3aid.models.network import Network


class IslandLostError(Exception):
    """A process or a machine has died, and its island with it."""


class Elsewhere(Protocol):
    """An island in another process or on another machine, which answers one call after another; all raise
    `IslandLostError`."""

    def ask(self, call: str, *values: Any) -> None:
        """Call a method of its `Host`; the answer to an earlier call is not waited for any more."""

    def ready(self) -> bool:
        """Whether the answer is there."""

    def answer(self) -> Any:
        """The answer, once it is there."""


class Host:
    """Holds an island for one run after another."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._island: Island | None = None

    def begin(self, asked: Asked, seed: int, share: Share) -> None:
        """Make room for another run."""
        self.end()
        self._island = Island(self._network, asked, seed, share)

    def work(self, stint: Stint, arrived: Sequence[Member]) -> Report:
        """See `Island.work`."""
        if self._island is None:
            return Report(0, 0, 0, -math.inf, True, [])
        return self._island.work(stint, arrived)

    def best(self) -> list[Member]:
        """See `Island.best`."""
        return [] if self._island is None else self._island.best()

    def end(self) -> None:
        """Forget the run."""
        if self._island is not None:
            self._island.close()
        self._island = None
