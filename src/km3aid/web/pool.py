"""A bounded pool of worker processes.

Processes rather than threads, because an assignment (parsing, the encoder's small tensors) holds the interpreter's
lock, and because a structure on which a library crashes or hangs must not take down anything but its worker. The
standard executor fails all its requests when one process dies; here every worker has its own pipe. A request whose
worker died is tried once more on another; a request that runs out of time costs its worker, which is replaced. A worker
that has answered many requests, or holds much memory, answers on until another is ready to take its place.
"""

from __future__ import annotations

import asyncio
import json
import math
import multiprocessing
import time
from collections import deque
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from km3aid.errors import ConfigError, Km3aidError
from km3aid.web.config import ServeConfig
from km3aid.web.log import log
from km3aid.web.metrics import Metrics
from km3aid.web.worker import serve

_START_SECONDS = 120.0
_BUILD_SECONDS = 1200.0  # where the first worker may have the starter library of another model to build


class RefusedError(Km3aidError):
    """A request that no worker answered: the HTTP status, the message, and the seconds after which to try again."""

    def __init__(self, status: int, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status, self.retry_after = status, retry_after


class Reply(NamedTuple):
    """`kind` is "answer" (then `body` is JSON) or the name of an error (then `body` is its message)."""

    kind: str
    body: bytes
    queue_ms: float
    work_ms: float


class _Worker:
    """One process and our end of its pipe."""

    def __init__(self, config: ServeConfig) -> None:
        quick = "forkserver" in multiprocessing.get_all_start_methods()  # not on Windows
        context: Any = multiprocessing.get_context("forkserver" if quick else "spawn")
        if quick:
            context.set_forkserver_preload(["km3aid.web.preload"])
        self.answered = 0
        self.memory_mb = 0.0  # when it began
        self.renewing = self.retired = False
        self.patience = _START_SECONDS if config.libraries else _BUILD_SECONDS
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(
            target=serve,
            args=(theirs, config),
            name="km3aid-worker",
            daemon=True,
        )
        self.process.start()
        theirs.close()

    def wait_ready(self) -> dict[str, Any]:
        """What the worker has loaded; raises `ConfigError` with the reason where it could not."""
        try:
            if not self.pipe.poll(self.patience):
                raise ConfigError(f"a worker did not start within {self.patience:.0f} s; the machine may be overloaded")
            said: dict[str, Any] = json.loads(self.pipe.recv_bytes())
        except (EOFError, OSError):
            self.process.join(1)
            code = self.process.exitcode
            raise ConfigError(f"a worker exited while starting (exit code {code}); memory may be short") from None
        if "error" in said:
            raise ConfigError(said["error"])
        self.memory_mb = float(said["memory_mb"])
        return said

    def exchange(self, message: bytes) -> tuple[dict[str, Any], bytes]:
        """Ask and wait for the answer; raises EOFError or OSError where the worker has died."""
        self.pipe.send_bytes(message)
        head: dict[str, Any] = json.loads(self.pipe.recv_bytes())
        self.answered += 1
        return head, self.pipe.recv_bytes()

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


class Pool:
    """`config.workers` processes; `start` it before use and `stop` it afterwards."""

    def __init__(self, config: ServeConfig, metrics: Metrics) -> None:
        self.config, self.metrics = config, metrics
        self.loaded: dict[str, Any] = {}
        self._all: list[_Worker] = []
        self._idle: deque[_Worker] = deque()
        self._waiting: deque[asyncio.Future[_Worker]] = deque()
        self._patient: deque[asyncio.Future[_Worker]] = deque()
        self._threads = ThreadPoolExecutor(config.workers + 1, "km3aid-pool")
        self._tasks: set[asyncio.Task[Any]] = set()
        self._seconds_per_request = 0.02
        self._stopping = False

    def start(self) -> None:
        """Start the workers; raises `ConfigError` where model or libraries cannot be loaded."""
        first = _Worker(self.config)
        self._all = [first]
        try:
            self.loaded = first.wait_ready()
            self._all += [_Worker(self.config) for _ in range(self.config.workers - 1)]
            for worker in self._all[1:]:
                worker.wait_ready()
        except BaseException:
            self.stop()
            raise
        self._idle.extend(self._all)

    def stop(self) -> None:
        """End all workers."""
        self._stopping = True
        for worker in self._all:
            worker.end()
        self._threads.shutdown(wait=False, cancel_futures=True)

    @property
    def queued(self) -> int:
        """Requests that wait for a worker."""
        return len(self._waiting)

    @property
    def busy(self) -> int:
        return len(self._all) - len(self._idle)

    def process_ids(self) -> list[int]:
        return [w.process.pid for w in self._all if w.process.pid is not None]

    async def run(self, task: str, request: dict[str, Any], *, patient: bool = False) -> Reply:
        """Have a worker do `task`; raises `RefusedError`.

        A `patient` request (from a batch) is never refused, and waits until no other is queued.
        """
        limits = self.config.limits
        if not patient and not self._idle and self.queued >= limits.queue:
            wait = self._seconds_per_request * limits.queue / len(self._all)
            raise RefusedError(429, "the service is busy; try again in a moment", max(1, math.ceil(wait)))
        message = json.dumps({"task": task, "request": request}).encode()
        began = time.monotonic()
        until = math.inf if patient else began + limits.seconds
        for _ in range(2):
            worker = await self._acquire(until, patient)
            queue_ms = (time.monotonic() - began) * 1000
            left = limits.seconds if patient else until - time.monotonic()
            work = asyncio.create_task(self._exchange(worker, message, left))
            self._tasks.add(work)
            work.add_done_callback(self._tasks.discard)
            try:
                head, body = await asyncio.shield(work)  # a client that goes away must not stop the worker
            except (EOFError, OSError):
                continue
            self.metrics.observe_work(task, queue_ms / 1000, head["work_ms"] / 1000)
            return Reply(head["kind"], body, queue_ms, head["work_ms"])
        raise RefusedError(503, "the worker died twice on this request; its structure or spectrum may be the cause")

    async def _acquire(self, until: float, patient: bool) -> _Worker:
        if self._idle:
            return self._idle.popleft()
        line = self._patient if patient else self._waiting
        turn: asyncio.Future[_Worker] = asyncio.get_running_loop().create_future()
        line.append(turn)
        try:
            return await asyncio.wait_for(turn, None if until == math.inf else max(until - time.monotonic(), 0.01))
        except BaseException as error:
            if turn in line:
                line.remove(turn)
            elif turn.done() and not turn.cancelled():
                self._release(turn.result())
            if isinstance(error, TimeoutError):
                raise RefusedError(503, "no worker was free in time; try again in a moment", 5) from None
            raise

    async def _exchange(self, worker: _Worker, message: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
        """Ask one worker one question; whatever happens, the worker is released or replaced."""
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self._threads, worker.exchange, message)
        try:
            result = await asyncio.wait_for(asyncio.shield(future), max(seconds, 0.01))
        except TimeoutError:
            future.add_done_callback(lambda f: f.exception())
            self._replace(worker, "timed out")
            raise RefusedError(
                504, f"not finished within {self.config.limits.seconds:g} s; send a smaller request"
            ) from None
        except (EOFError, OSError):
            self._replace(worker, "died")
            raise
        self._seconds_per_request += 0.05 * (result[0]["work_ms"] / 1000 - self._seconds_per_request)
        self._release(worker)
        self._recycle(worker, result[0]["memory_mb"])
        return result

    def _started(self) -> _Worker:
        made = _Worker(self.config)
        made.wait_ready()
        return made

    def _release(self, worker: _Worker) -> None:
        if worker.retired:
            self._keep(asyncio.to_thread(worker.end))
            return
        for line in (self._waiting, self._patient):
            while line:
                turn = line.popleft()
                if not turn.done():
                    turn.set_result(worker)
                    return
        self._idle.append(worker)

    def _replace(self, worker: _Worker, reason: str) -> None:
        if self._stopping:
            return
        self.metrics.restarts += 1
        log("warning", "worker replaced", pid=worker.process.pid, reason=reason)
        self._keep(self._start_anew(worker))

    def _keep(self, work: Coroutine[Any, Any, Any]) -> None:
        """Have something done beside the requests."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _recycle(self, worker: _Worker, memory_mb: float) -> None:
        """Have another worker take the place of one that has done much or holds much memory."""
        heavy = memory_mb > max(self.config.memory_mb / 2, 1.5 * worker.memory_mb)
        if worker.renewing or self._stopping or not (heavy or worker.answered >= self.config.recycle):
            return
        worker.renewing = True
        self.metrics.recycled += 1
        log("info", "worker recycled", pid=worker.process.pid, answered=worker.answered, memory_mb=round(memory_mb))
        self._keep(self._succeed(worker))

    async def _succeed(self, worker: _Worker) -> None:
        try:
            made = await asyncio.to_thread(self._started)
        except (ConfigError, OSError) as error:
            log("error", "worker could not be started", error=str(error))
            worker.answered, worker.renewing = 0, False
            return
        if self._stopping or worker not in self._all:  # it may have died meanwhile, and been replaced
            made.end()
            return
        self._all[self._all.index(worker)] = made
        worker.retired = True
        if worker in self._idle:
            self._idle.remove(worker)
            self._release(worker)
        self._release(made)

    async def _start_anew(self, worker: _Worker) -> None:
        def renew() -> _Worker:
            worker.end()
            return self._started()

        if worker not in self._all:
            await asyncio.to_thread(worker.end)
            return
        pause = 0.5
        while not self._stopping:
            try:
                made = await asyncio.to_thread(renew)
            except (ConfigError, OSError) as error:
                log("error", "worker could not be started", error=str(error))
                await asyncio.sleep(pause)
                pause = min(2 * pause, 30)
                continue
            if worker not in self._all:  # another has taken its place meanwhile
                made.end()
                return
            self._all[self._all.index(worker)] = made
            self._release(made)
            return
