"""Batches: JSON lines in, one answer per line out, in order; they can be watched and cancelled, and expire.

The lines are read by the workers, so a large batch does not hold up the front.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from km3aid.web.config import Limits
from km3aid.web.pool import Pool, RefusedError

Line = tuple[int, str]  # its number in the upload, and its text
_REMEMBERED = 10_000  # names of batches that have expired
_TOGETHER = {"assign": 8, "predict": 8, "rank": 4, "search": 32}  # records that go to a worker at once; others: 1


@dataclass
class Job:
    """One batch and its progress; `answers` are JSON texts in the order of the lines.

    `defaults` hold for what a record does not say itself.
    """

    id: str
    task: str
    records: list[Line]
    defaults: dict[str, Any] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)
    failed: int = 0
    state: str = "running"  # or "done", "cancelled", "failed"
    error: str | None = None
    began: float = field(default_factory=time.monotonic)
    elapsed_ms: float | None = None
    expires: datetime | None = None  # known when it has ended
    runner: asyncio.Task[None] | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def status(self) -> dict[str, Any]:
        """The content of a progress event."""
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
            "expires": self.expires and self.expires.isoformat(timespec="seconds"),
        }

    def tell(self) -> None:
        """Wake everyone who is watching."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def changes(self) -> AsyncIterator[None]:
        """Yield at once and after every change, for the last time when the job has ended."""
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
    """The jobs of the service.

    One that has ended is kept for `limits.job_hours`; where there are too many, a new one replaces the oldest of them.
    """

    def __init__(self, pool: Pool, limits: Limits) -> None:
        self.pool, self.limits = pool, limits
        self._jobs: dict[str, Job] = {}
        self._expired: deque[str] = deque(maxlen=_REMEMBERED)

    def start(self, task: str, content: bytes, defaults: dict[str, Any]) -> Job:
        """Start a job; raises `RefusedError` where the upload is unusable or too many jobs are running."""
        records = split_lines(content, self.limits)
        if len(self._jobs) >= self.limits.jobs:
            ended = next((j.id for j in self._jobs.values() if j.state != "running"), None)
            if ended is None:
                raise RefusedError(429, f"{self.limits.jobs} batches are running; wait for one or cancel it", 30)
            self._expire(ended)
        job = Job(secrets.token_urlsafe(12), task, records, defaults)
        self._jobs[job.id] = job
        job.runner = asyncio.create_task(self._run(job))
        return job

    def get(self, name: str) -> Job:
        """The job of that id; raises `RefusedError`."""
        if name in self._expired:
            kept = f"for {self.limits.job_hours:g} h, and the latest {self.limits.jobs} of them"
            raise RefusedError(410, f"this batch has expired: finished batches are kept {kept}; start it again")
        if name not in self._jobs:
            raise RefusedError(404, "no such batch; it may be of another service, or of before this one was restarted")
        return self._jobs[name]

    def _expire(self, name: str) -> None:
        if self._jobs.pop(name, None) is not None:
            self._expired.append(name)

    async def cancel(self, job: Job) -> None:
        """Stop a job; its answers so far are kept."""
        if job.runner is not None and job.state == "running":
            job.runner.cancel()
            await asyncio.wait([job.runner])

    async def stop(self) -> None:
        """Cancel all running jobs."""
        for job in list(self._jobs.values()):
            await self.cancel(job)

    async def _run(self, job: Job) -> None:
        together = _TOGETHER.get(job.task, 1)
        parts = [job.records[i : i + together] for i in range(0, len(job.records), together)]
        ahead = max(1, self.pool.config.workers)  # parts under way at a time
        asked: list[asyncio.Task[list[dict[str, Any]]]] = []
        try:
            for part in [*parts, *[None] * ahead]:
                if part is not None:
                    asked.append(asyncio.create_task(self._answer(job, part)))
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
            self._end(job)

    def _end(self, job: Job) -> None:
        hours = self.limits.job_hours
        job.elapsed_ms = (time.monotonic() - job.began) * 1000
        job.expires = datetime.now(UTC) + timedelta(hours=hours)
        asyncio.get_running_loop().call_later(hours * 3600, self._expire, job.id)
        job.tell()

    async def _answer(self, job: Job, lines: list[Line]) -> list[dict[str, Any]]:
        try:
            asked = {"task": job.task, "lines": lines, "defaults": job.defaults}
            reply = await self.pool.run("batch", asked, patient=True)
            kind, body = reply.kind, reply.body.decode()
        except RefusedError as refused:
            kind, body = "RefusedError", str(refused)
        if kind == "answer":
            answers: list[dict[str, Any]] = json.loads(body)
            return answers
        if len(lines) > 1:  # one of them is too much for a worker: find it
            return [one for line in lines for one in await self._answer(job, [line])]
        ((number, text),) = lines
        return [{"id": _id(text), "error": f"line {number}: {body}"}]


def split_lines(content: bytes, limits: Limits) -> list[Line]:
    """The lines of an upload that are not blank; raises `RefusedError`."""
    lines = [pair for pair in enumerate(content.decode("utf-8-sig", "replace").split("\n"), 1) if pair[1].strip()]
    if not lines:
        raise RefusedError(422, "the batch is empty; send one JSON object per line")
    if len(lines) > limits.batch_records:
        raise RefusedError(413, f"{len(lines):,} records; a batch may hold {limits.batch_records:,}; split it")
    return lines


def _id(line: str) -> str | None:
    """The id of a record that no worker answered."""
    try:
        name = json.loads(line)["id"]
    except (ValueError, RecursionError, LookupError, TypeError):
        return None
    return str(name) if isinstance(name, int | str) else None
