"""Who watches a batch misses nothing, however slowly they read."""

import asyncio

from km3aid.web.jobs import Job


async def _watched(kind):
    """What a reader gets of a job that answers and ends while the reader is busy with the first thing."""
    job = Job("id", "assign", [{}] * 3, answers=["0"])
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
