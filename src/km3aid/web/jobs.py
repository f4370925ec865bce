"""Batches: JSON lines in, one answer a line out, in order, with progress; they can be watched and cancelled."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from km3aid.web.config import Limits
from km3aid.web.pool import Pool, RefusedError
from km3aid.web.requests import REQUESTS, plain

_TOGETHER = {"assign": 8, "rank": 4, "search": 32}  # records that go to a worker at once


@dataclass
class Job:
    """One batch and how far it has come; `answers` are JSON texts in the order of the records."""

    id: str
    task: str
    records: list[dict[str, Any]]
    answers: list[str] = field(default_factory=list)
    failed: int = 0
    state: str = "running"  # or "done", "cancelled", "failed"
    error: str | None = None
    began: float = field(default_factory=time.monotonic)
    elapsed_ms: float | None = None
    runner: asyncio.Task[None] | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def status(self) -> dict[str, Any]:
        """What a progress event says."""
        elapsed = (time.monotonic() - self.began) * 1000 if self.elapsed_ms is None else self.elapsed_ms
        return {
            "id": self.id,
            "task": self.task,
            "state": self.state,
            "total": len(self.records),
            "done": len(self.answers),
            "failed": self.failed,
            "elapsed_ms": round(elapsed, 1),
            "error": self.error,
        }

    def tell(self) -> None:
        """Wake all who watch."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def changes(self) -> AsyncIterator[None]:
        """Yield at once and after every change, the last time when the job has ended."""
        while True:
            changed, ended = self._changed, self.state != "running"
            yield  # meanwhile the job may go on, or end
            if ended:
                return
            await changed.wait()

    async def lines(self) -> AsyncIterator[bytes]:
        """The answers as JSON lines, as they come."""
        sent = 0
        async for _ in self.changes():
            while sent < len(self.answers):  # more may come while one is sent
                sent += 1
                yield self.answers[sent - 1].encode("utf-8", "replace") + b"\n"

    async def events(self) -> AsyncIterator[bytes]:
        """Progress as server-sent events."""
        async for _ in self.changes():
            name = "progress" if self.state == "running" else "end"
            yield f"event: {name}\ndata: {json.dumps(self.status())}\n\n".encode()


class Jobs:
    """The jobs of the service; the oldest that has ended goes when a new one comes."""

    def __init__(self, pool: Pool, limits: Limits) -> None:
        self.pool, self.limits = pool, limits
        self._jobs: dict[str, Job] = {}

    def start(self, task: str, content: bytes, options: dict[str, Any]) -> Job:
        """Start a job; raises `RefusedError` where the upload is unusable or too many jobs run."""
        records = read_records(task, content, options, self.limits)
        if len(self._jobs) >= self.limits.jobs:
            ended = next((j.id for j in self._jobs.values() if j.state != "running"), None)
            if ended is None:
                raise RefusedError(429, f"{self.limits.jobs} batches run already; wait for one or cancel it", 30)
            del self._jobs[ended]
        job = Job(secrets.token_urlsafe(12), task, records)
        self._jobs[job.id] = job
        job.runner = asyncio.create_task(self._run(job))
        return job

    def get(self, name: str) -> Job:
        if name not in self._jobs:
            raise RefusedError(404, "no such batch; it may have made room for newer ones")
        return self._jobs[name]

    async def cancel(self, job: Job) -> None:
        """Stop a job; what was answered stays."""
        if job.runner is not None and job.state == "running":
            job.runner.cancel()
            await asyncio.wait([job.runner])

    async def stop(self) -> None:
        """Cancel all that run."""
        for job in list(self._jobs.values()):
            await self.cancel(job)

    async def _run(self, job: Job) -> None:
        together = _TOGETHER[job.task]
        parts = [job.records[i : i + together] for i in range(0, len(job.records), together)]
        ahead = max(1, self.pool.config.workers)  # parts under way at a time
        asked: list[asyncio.Task[list[dict[str, Any]]]] = []
        try:
            for part in [*parts, *[None] * ahead]:
                if part is not None:
                    asked.append(asyncio.create_task(self._answer(job.task, part)))
                if asked and (len(asked) > ahead or part is None):
                    for answer in await asked.pop(0):
                        job.answers.append(json.dumps(answer, ensure_ascii=False))
                        job.failed += "error" in answer
                    job.tell()
            job.state = "done"
        except asyncio.CancelledError:
            job.state = "cancelled"
        except Exception as error:
            job.state, job.error = "failed", str(error)
        finally:
            for left in asked:
                left.cancel()
            job.elapsed_ms = (time.monotonic() - job.began) * 1000
            job.tell()

    async def _answer(self, task: str, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        try:
            reply = await self.pool.run("batch", {"task": task, "records": records}, patient=True)
        except RefusedError as refused:
            if len(records) > 1:  # one of them takes too long or ends its worker: find it
                return [one for record in records for one in await self._answer(task, [record])]
            return [{"id": records[0].get("id"), "error": str(refused)}]
        if reply.kind != "answer":
            return [{"id": r.get("id"), "error": reply.body.decode()} for r in records]
        answers: list[dict[str, Any]] = json.loads(reply.body)
        return answers


def read_records(task: str, content: bytes, options: dict[str, Any], limits: Limits) -> list[dict[str, Any]]:
    """The records of an upload, each as the request of `task`, or as {"id", "error"} where it is none."""
    lines = [line for line in content.decode("utf-8", "replace").splitlines() if line.strip()]
    if not lines:
        raise RefusedError(422, "the batch is empty; send one JSON object a line")
    if len(lines) > limits.batch_records:
        raise RefusedError(413, f"{len(lines):,} records; a batch may hold {limits.batch_records:,}; split it")
    return [_record(task, line, number, options) for number, line in enumerate(lines, 1)]


def _record(task: str, line: str, number: int, options: dict[str, Any]) -> dict[str, Any]:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"line {number}: not valid JSON ({error}); it may be cut off"}
    if not isinstance(given, dict):
        return {"id": None, "error": f'line {number}: expected an object such as {{"id": …, "peaks": […]}}'}
    name = given.get("id")
    name = str(name) if isinstance(name, int | str) else None
    known = REQUESTS[task].model_fields
    values = {key: value for key, value in given.items() if key in known} | {"id": name}
    values |= {key: value for key, value in options.items() if key in known}
    if task == "search" and "filters" not in given:
        values["filters"] = {k: given[k] for k in ("formula", "mass_da") if given.get(k) is not None}
    try:
        return plain(REQUESTS[task].model_validate(values))
    except ValidationError as error:
        return {"id": name, "error": f"line {number}: {said(error.errors()[0])}"}


def said(problem: Any) -> str:
    """One validation problem in words: where it is and what is expected."""
    where = ".".join(str(part) for part in problem["loc"] if part != "body")
    what = str(problem["msg"]).removeprefix("Value error, ")
    return f"{where}: {what}" if where else what
