"""Whole JSON answers are compressed for clients that take gzip, once; everything else stays as it is."""

import gzip
import json

import pytest
from fastapi.responses import Response, StreamingResponse
from fastapi.testclient import TestClient
from tests.web.conftest import PEAKS

from km3aid.web.compression import Compression, accepts_gzip
from km3aid.web.problems import MEDIA_TYPE

SEARCH = {"peaks": PEAKS, "library": "compounds", "top": 40}
GZIP = {"accept-encoding": "gzip"}
PLAIN = {"accept-encoding": "identity"}


def raw(client, method, path, **how):
    """The headers of an answer, and its bytes as they come."""
    with client.stream(method, path, **how) as got:
        return got, b"".join(got.iter_raw())


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip, deflate, br", True),
        ("GZIP", True),
        ("*", True),
        ("gzip;q=0.5, identity", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("xgzip", False),
    ],
)
def test_gzip_is_accepted_by_its_weight(header, accepted):
    assert accepts_gzip(header) is accepted


def test_a_long_answer_is_compressed_where_that_is_accepted(client):
    got, packed = raw(client, "POST", "/api/search", json=SEARCH, headers=GZIP)
    assert got.headers["content-encoding"] == "gzip"
    assert got.headers["content-length"] == str(len(packed))
    assert "server-timing" in got.headers
    plain, whole = raw(client, "POST", "/api/search", json=SEARCH, headers=PLAIN)
    assert "content-encoding" not in plain.headers
    assert plain.headers["content-length"] == str(len(whole))
    assert len(packed) < 0.5 * len(whole)
    assert json.loads(gzip.decompress(packed))["hits"] == json.loads(whole)["hits"]
    for answer in (got, plain):
        assert answer.headers["vary"] == "accept-encoding"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-type"] == "application/json"


def test_a_short_answer_stays_and_varies_too(client):
    got, body = raw(client, "GET", "/api/health", headers=GZIP)
    assert "content-encoding" not in got.headers
    assert got.headers["vary"] == "accept-encoding"
    assert json.loads(body)["status"] == "ok"


def test_the_description_and_json_files_are_compressed_too(client):
    _, packed = raw(client, "GET", "/api/openapi.json", headers=GZIP)
    assert len(packed) < 20_000 < len(gzip.decompress(packed))
    _, packed = raw(client, "POST", "/api/search?format=json", json=SEARCH, headers=GZIP)
    assert json.loads(gzip.decompress(packed))["hits"]


def test_head_has_the_headers_without_the_body(client):
    got, body = raw(client, "HEAD", "/api/openapi.json", headers=GZIP)
    assert (got.status_code, got.headers["content-encoding"], body) == (200, "gzip", b"")


@pytest.mark.parametrize("name", ["compounds", "x" * 2000])
def test_an_error_stays_a_problem(client, name):
    asked = SEARCH | ({"library": name} if name != "compounds" else {"peaks": []})
    got, body = raw(client, "POST", "/api/search", json=asked, headers=GZIP)
    assert got.status_code in (404, 422)
    assert got.headers["content-type"] == MEDIA_TYPE
    text = gzip.decompress(body) if "content-encoding" in got.headers else body
    assert ("content-encoding" in got.headers) is (len(name) > 1000)
    assert json.loads(text)["status"] == got.status_code


def test_what_is_compressed_already_is_not_compressed_again(client):
    got, packed = raw(client, "GET", "/", headers=GZIP)
    assert got.headers.get_list("content-encoding") == ["gzip"]
    assert got.headers.get_list("vary") == ["accept-encoding"]
    assert gzip.decompress(packed).startswith(b"<!doctype html>")
    refused, page = raw(client, "GET", "/", headers={"accept-encoding": "gzip;q=0"})
    assert "content-encoding" not in refused.headers
    assert page.startswith(b"<!doctype html>")


def test_json_that_is_packed_or_comes_in_parts_stays():
    packed = gzip.compress(b"[" + b" " * 100_000 + b"]", 0)
    asked = Response(packed, media_type="application/json", headers={"content-encoding": "gzip"})
    _, body = raw(TestClient(Compression(asked)), "GET", "/", headers=GZIP)
    assert body == packed
    parts = StreamingResponse(iter([b"[" * 2000, b"]" * 2000]), media_type="application/json")
    got, body = raw(TestClient(Compression(parts)), "GET", "/", headers=GZIP)
    assert "content-encoding" not in got.headers
    assert body == b"[" * 2000 + b"]" * 2000


def test_lines_of_a_batch_come_as_they_are(client):
    lines = "\n".join(json.dumps({"smiles": "CCO", "peaks": [58.0, 18.0]}) for _ in range(20))
    got, body = raw(client, "POST", "/api/batch/assign", content=lines, headers=GZIP)
    assert "content-encoding" not in got.headers
    assert len(body.splitlines()) == 20
