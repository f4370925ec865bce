"""A batch loses no answer, however slowly a client reads and whatever one record does to a worker."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from km3aid.web.config import Limits, ServeConfig
from km3aid.web.jobs import Job, Jobs
from km3aid.web.pool import RefusedError, Reply


async def _watched(kind):
    """What a reader gets of a job that answers and ends while the reader is busy with the first thing."""
    job = Job("id", "assign", [(1, "{}")] * 3, answers=["0"])
    got = []
    async for piece in getattr(job, kind)():
        got.append(piece.decode())
        if len(got) == 1:
            job.answers += ["1", "2"]
            job.state = "done"
            job.tell()
    return got


def test_answers_that_come_while_one_is_sent_are_sent_too():
    assert asyncio.run(_watched("lines")) == ["0\n", "1\n", "2\n"]


def test_the_end_is_told_even_where_it_comes_while_progress_is_sent():
    events = asyncio.run(_watched("events"))
    assert [e.split("\n")[0] for e in events] == ["event: progress", "event: end"]


class _Worker:
    """A pool whose worker fails, or is lost, at the record "bad"."""

    config = ServeConfig(workers=2)

    def __init__(self, lost):
        self.lost = lost

    async def run(self, task, request, *, patient=False):
        texts = [text for _, text in request["lines"]]
        if not any("bad" in text for text in texts):
            return Reply("answer", json.dumps([{"id": json.loads(text)["id"]} for text in texts]).encode(), 0, 0)
        if self.lost:
            raise RefusedError(504, "not finished in time")
        return Reply("InternalError", b"internal error", 0, 0)


async def _answered(pool, content):
    job = Jobs(pool, Limits()).start("assign", content, {})
    return [json.loads(line) async for line in job.lines()], SimpleNamespace(**job.status())


def test_a_record_that_is_too_much_for_a_worker_costs_no_other_its_answer():
    content = "\n".join(json.dumps({"id": "bad" if n == 5 else str(n)}) for n in range(20)).encode()
    for lost, reason in ((True, "not finished in time"), (False, "internal error")):
        answers, status = asyncio.run(_answered(_Worker(lost), content))
        assert [a["id"] for a in answers] == ["bad" if n == 5 else str(n) for n in range(20)]
        assert [a.get("error") for a in answers] == [f"line 6: {reason}" if n == 5 else None for n in range(20)]
        assert (status.state, status.failed) == ("done", 1)


async def _ended(jobs, number):
    """The names of so many batches, one after another, that have ended."""
    names = []
    for _ in range(number):
        job = jobs.start("assign", b'{"id": "a"}', {})
        await job.runner
        names.append(job.id)
    return names


async def _too_many():
    jobs = Jobs(_Worker(lost=False), Limits(jobs=2))
    return jobs, await _ended(jobs, 3)


def test_the_oldest_batch_gives_way_and_is_told_as_expired():
    jobs, (first, second, third) = asyncio.run(_too_many())
    assert [jobs.get(name).state for name in (second, third)] == ["done", "done"]
    with pytest.raises(RefusedError, match="has expired: finished batches are kept for 24 h, and the latest 2") as gone:
        jobs.get(first)
    assert gone.value.status == 410
    with pytest.raises(RefusedError, match="no such batch") as unknown:
        jobs.get("another")
    assert unknown.value.status == 404


async def _after_a_while():
    jobs = Jobs(_Worker(lost=False), Limits(job_hours=0.2 / 3600))
    (name,) = await _ended(jobs, 1)
    before, expires = jobs.get(name).state, datetime.fromisoformat(jobs.get(name).status()["expires"])
    await asyncio.sleep(0.4)
    return jobs, name, before, expires


def test_a_finished_batch_expires_after_its_time():
    jobs, name, before, expires = asyncio.run(_after_a_while())
    assert before == "done"
    assert abs(expires - datetime.now(UTC)) < timedelta(seconds=5)
    with pytest.raises(RefusedError) as gone:
        jobs.get(name)
    assert gone.value.status == 410
    assert jobs._jobs == {}
