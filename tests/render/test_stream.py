import csv
import io
import json

import pyarrow.parquet as pq
import pytest
from tests.render.cases import CASE, CYMENE_CASE, HITS

from km3aid.engine.results import Assignment, Hits
from km3aid.errors import ConfigError
from km3aid.render.export import export
from km3aid.render.stream import Stream, open_stream
from km3aid.requests.answers import Case, Failure

FAILED = Case(Failure("bad", "line 2: no peak"))


def streamed(format, groups, kind=Assignment):
    buffer = io.BytesIO()
    with open_stream(format, kind, buffer) as stream:
        for group in groups:
            stream.write(group)
    return buffer.getvalue()


def test_a_failure_has_its_place_and_the_order_is_kept():
    groups = [[CASE, FAILED], [CYMENE_CASE]]
    lines = [json.loads(line) for line in streamed("jsonl", groups).splitlines()]
    assert lines == [CASE.answer.to_dict(), {"id": "bad", "error": "line 2: no peak"}, CYMENE_CASE.answer.to_dict()]
    assert json.loads(streamed("json", groups)) == lines
    rows = pq.read_table(io.BytesIO(streamed("parquet", groups))).to_pylist()
    assert [(r["id"], r["error"]) for r in rows] == [
        ("<b>id</b>", None),
        ("bad", "line 2: no peak"),
        ("p-cymene", None),
    ]
    rows = list(csv.DictReader(io.StringIO(streamed("csv", groups).decode())))
    assert [r["error"] for r in rows if r["id"] == "bad"] == ["line 2: no peak"]
    assert len(rows) == 3 + 1 + 8
    assert "failed: line 2: no peak" in streamed("html", groups).decode()


@pytest.mark.parametrize("format", ["json", "jsonl", "csv", "parquet", "html", "journal"])
def test_a_batch_that_breaks_off_leaves_what_was_answered(format):
    buffer = io.BytesIO()
    opened = open_stream(format, Assignment, buffer)
    opened.__enter__().write([CASE])
    assert not opened.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert buffer.getvalue() == streamed(format, [[CASE]])


def test_only_what_is_written_as_it_comes_is_there_at_once():
    sizes = {}
    for format in ("jsonl", "csv", "journal", "parquet", "json", "html"):
        buffer = io.BytesIO()
        with open_stream(format, Assignment, buffer) as stream:
            before = buffer.tell()
            stream.write([CASE])
            sizes[format] = buffer.tell() > before
    assert [format for format, at_once in sizes.items() if at_once] == ["jsonl", "csv", "journal"]


def test_a_group_is_written_when_it_is_full():
    written = []
    stream = Stream(written.append, 2, skips_failures=True)
    for case in (CASE, FAILED, CYMENE_CASE, CASE):
        stream.write([case])
    assert written == [[CASE, CYMENE_CASE]]
    stream.flush()
    stream.flush()
    assert written == [[CASE, CYMENE_CASE], [CASE]]


@pytest.mark.parametrize("format", ["pdf", "nmrium"])
def test_a_batch_of_failures_alone_writes_nothing(format):
    assert streamed(format, [[FAILED], [FAILED]]) == b""


@pytest.mark.parametrize("format", ["journal", "nmredata", "nmrium", "pdf"])
def test_formats_without_a_place_for_failures_skip_them(format):
    assert streamed(format, [[CASE], [FAILED, CYMENE_CASE]]) == export([CASE, CYMENE_CASE], format).content


def test_hits_and_failures_only():
    lines = streamed("csv", [[Case(HITS)], [FAILED]], Hits).decode().splitlines()
    assert len(lines) == 1 + 2 + 1
    assert pq.read_table(io.BytesIO(streamed("parquet", [[FAILED]]))).to_pylist()[0]["assignments"] is None
    assert pq.read_table(io.BytesIO(streamed("parquet", []))).num_rows == 0


@pytest.mark.parametrize(("format", "kind"), [("svg", Assignment), ("nmredata", Hits), ("word", Hits)])
def test_what_a_batch_cannot_be_is_refused(format, kind):
    with pytest.raises(ConfigError), open_stream(format, kind, io.BytesIO()):
        pass
