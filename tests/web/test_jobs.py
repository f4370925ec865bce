"""A batch loses no answer, however slowly a client reads and whatever one record does to a worker."""

import asyncio
import json
from types import SimpleNamespace

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
