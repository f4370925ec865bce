"""A run: from the hits of a library to the best molecules that the time allows, on one island or on several."""

from __future__ import annotations

import heapq
import math
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from km3aid.elucidate.elsewhere import Elsewhere, IslandLostError
from km3aid.elucidate.island import KEPT, Asked, Island, Report, Starts, Stint
from km3aid.elucidate.known import Effort
from km3aid.elucidate.members import Member, Share
from km3aid.elucidate.target import Target
from km3aid.errors import Km3aidError
from km3aid.library import Filters
from km3aid.models.network import Network
from km3aid.search import NO_FILTERS, Limits, Query, Searchable

_FITTING, _SIMILAR = 300, 400  # hits that satisfy the conditions, and hits of any kind
_STINT_S, _STINT_BATCHES = 2.0, 6  # after which islands trade their best
_WAIT_S = 3.0  # at the end, for those that are in the midst of something
_LEAST_S = 0.05


class Progress(NamedTuple):
    """How far a run is."""

    batches: int
    scored: int
    best: float  # total of the best so far; minus infinity where there is none
    seconds_left: float


class Found(NamedTuple):
    """What a run found, best first."""

    members: list[Member]
    scored: int
    estimated: int
    exhausted: bool
    stopped: bool  # by Ctrl-C
    begun: bool = True  # whether all that there is to start from was looked at


def starts_of(query: Query, library: Searchable, target: Target, filters: Filters, given: Sequence[str]) -> Starts:
    """The hits of a library to start from; `filters` are the conditions on proposals as far as a search knows them."""
    limits = Limits(kept=_SIMILAR, sure=_FITTING)
    asked = [filters, NO_FILTERS] if target.formulas else [NO_FILTERS]
    found = library.find_many([query] * len(asked), asked, limits)
    hits = [[smiles for smiles, _ in candidates.entries] for candidates in found]
    return Starts(given, hits[0][:_FITTING], hits[-1][:_SIMILAR])


def run(
    network: Network,
    asked: Asked,
    effort: Effort,
    progress: Callable[[Progress], None] | None = None,
    elsewhere: Sequence[Elsewhere] = (),
    here: bool = True,
) -> Found:
    """Propose molecules for a spectrum until the effort is spent, nothing is left to try, or Ctrl-C.

    `elsewhere` are further islands; without them, or with `here`, one is in this process. What an island finds that
    another one looks after goes there after each stint. Where seconds are counted, nobody waits for an island that is
    slow; where molecules are, equal seeds and as many islands give equal answers.
    """
    return _Run(network, asked, effort, progress, [*elsewhere], here or not elsewhere).found()


class _Run:
    def __init__(
        self,
        network: Network,
        asked: Asked,
        effort: Effort,
        progress: Callable[[Progress], None] | None,
        elsewhere: list[Elsewhere],
        here: bool,
    ) -> None:
        self._effort, self._progress = effort, progress
        self._until = time.monotonic() + effort.seconds
        self._count = count = len(elsewhere) + here
        self._working: dict[int, Elsewhere] = {}
        self._reports: dict[int, Report] = {}
        self._mail: dict[int, list[Member]] = {n: [] for n in range(count)}
        for number, island in enumerate(elsewhere, int(here)):
            island.ask("begin", asked, effort.seed, Share(number, count))
            self._working[number] = island
        self._here = Island(network, asked, effort.seed, Share(0, count)) if here else None
        self._all = dict(self._working)
        self._stopped = False

    def found(self) -> Found:
        try:
            self._begun()
            while self._left() > 0 and not self._exhausted():
                self._round()
        except KeyboardInterrupt:
            self._stopped = True
        try:
            return self._gathered()
        finally:
            if self._here is not None:
                self._here.close()

    def _begun(self) -> None:
        if self._effort.molecules is not None:
            for number in list(self._working):
                self._answer(number)

    def _left(self) -> float:
        """Seconds left, or infinitely many as long as molecules are left to be scored."""
        if self._effort.molecules is None:
            return self._until - time.monotonic()
        return math.inf if self._scored() < self._effort.molecules else 0.0

    def _scored(self) -> int:
        return sum(report.scored for report in self._reports.values())

    def _exhausted(self) -> bool:
        """Whether nobody has anything left to try."""
        return (
            self._mail.keys() <= self._reports.keys()
            and all(self._reports[number].exhausted for number in self._mail)
            and not any(self._mail.values())
        )

    def _round(self) -> None:
        """Everybody works for a stint, and mail is brought to those who have finished theirs."""
        self._send_to_work()
        if self._here is not None:
            mine, self._mail[0] = self._mail[0], []
            left = self._left()
            alone = Stint(left, molecules=self._effort.molecules or math.inf, left=left)
            self._reported(0, self._here.work(self._stint() if self._all else alone, mine, self._batch_done))
        elif self._effort.molecules is None:
            time.sleep(_LEAST_S)
        self._collect()
        self._tell()

    def _stint(self) -> Stint:
        if self._effort.molecules is not None:
            return Stint(batches=_STINT_BATCHES)
        left = max(self._left(), _LEAST_S)
        return Stint(min(_STINT_S, left), left=left)

    def _send_to_work(self) -> None:
        for number, island in self._all.items():
            if number not in self._working:
                island.ask("work", self._stint(), self._mail[number])
                self._mail[number] = []
                self._working[number] = island

    def _collect(self) -> None:
        """Take the answers that are there, or, where molecules are counted, all."""
        for number in list(self._working):
            if self._effort.molecules is not None or self._is_ready(number):
                self._answer(number)

    def _batch_done(self, mine: Report) -> None:
        """The island here has done a batch; others need not wait for the end of its stint."""
        self._reports[0] = mine
        if self._effort.molecules is None and self._left() > 0:
            self._collect()
            self._send_to_work()
        self._tell()

    def _is_ready(self, number: int) -> bool:
        try:
            return self._working[number].ready()
        except IslandLostError:
            self._lost(number)
            return False

    def _answer(self, number: int) -> None:
        """Take the answer of an island, which may be about to begin."""
        try:
            report = self._working.pop(number).answer()
        except IslandLostError:
            self._lost(number)
            return
        if report is not None:
            self._reported(number, report)

    def _lost(self, number: int) -> None:
        """Go on without an island; what it looked after goes to the others."""
        self._working.pop(number, None)
        self._all.pop(number, None)
        letters = self._mail.pop(number)
        if not self._mail:
            raise Km3aidError("every island is lost; see whether memory is short, or `ray status`")
        self._post(letters)

    def _reported(self, number: int, report: Report) -> None:
        self._reports[number] = report
        self._post(report.emigrants)

    def _post(self, letters: Sequence[Member]) -> None:
        living = sorted(self._mail)
        for member in letters:
            owner = member.structure % self._count
            self._mail[owner if owner in self._mail else living[member.structure % len(living)]].append(member)

    def _tell(self) -> None:
        if self._progress is not None:
            reports = self._reports.values()
            best = max((report.best for report in reports), default=-math.inf)
            batches = sum(report.batches for report in reports)
            self._progress(Progress(batches, self._scored(), best, max(self._left(), 0.0)))

    def _gathered(self) -> Found:
        """The best of all islands, each structure once."""
        members = [] if self._here is None else self._here.best()
        if self._here is not None:
            self._reports[0] = self._here.report(0)
        until = time.monotonic() + _WAIT_S
        for number in list(self._working):
            while not (ready := self._is_ready(number)) and number in self._working and time.monotonic() < until:
                time.sleep(_LEAST_S)
            if ready:
                self._answer(number)
        asked = [island for number, island in self._all.items() if number not in self._working]
        for island in asked:
            island.ask("best")
        for island in asked:
            try:
                members += island.answer()
            except IslandLostError:
                continue
        best: dict[int, Member] = {}
        for member in heapq.nlargest(2 * KEPT, members, key=lambda m: m.total):
            best.setdefault(member.structure, member)
        return Found(
            list(best.values())[:KEPT],
            self._scored(),
            sum(report.estimated for report in self._reports.values()),
            self._exhausted(),
            self._stopped,
            all(report.begun for report in self._reports.values()),
        )
