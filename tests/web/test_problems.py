"""Errors as problem+json: what programs and people read of them, whoever refuses."""

import pytest

PEAKS = [{"ppm": 58.3}, {"ppm": 18.4}]


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "field"),
    [
        ("assign", {"smiles": "C1CC", "peaks": PEAKS}, 422, "molecule", "smiles"),
        ("search", {"peaks": PEAKS, "library": "none"}, 404, "library", "library"),
        ("search", {"peaks": PEAKS, "mass_da": "180"}, 422, "config", "mass_da"),
        ("rank", {"peaks": PEAKS, "candidates": ["xx"]}, 422, "molecule", None),
        ("assign", {"smile": "CCO", "peaks": PEAKS}, 422, "config", None),
        ("parse", {"text": "hello"}, 422, "spectrum-format", None),
        ("batch/assign?toop=1", {}, 422, "option", "toop"),
        ("batch/search?top=many", {}, 422, "option", "top"),
        ("nowhere", {}, 404, "not-found", None),
    ],
)
def test_a_problem_has_code_and_field(client, path, body, status, code, field):
    got = client.post(f"/api/{path}", json=body)
    said = got.json()
    assert got.headers["content-type"] == "application/problem+json"
    assert (got.status_code, said["status"], said["code"], said.get("field")) == (status, status, code, field)
    assert said["type"] == f"urn:km3aid:problem:{code}"
    assert said["error"] == said["detail"]
    assert "Input should be" not in said["detail"]  # as pydantic would say it


def test_what_is_refused_before_the_application_is_a_problem_too(client):
    got = client.get("/api/health", headers={"host": "rebound.example"})
    assert got.headers["content-type"] == "application/problem+json"
    assert got.json()["code"] == "forbidden"


def test_methods_are_answered_as_http_has_them(client):
    whole, head = client.get("/api/health"), client.head("/api/health")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == whole.headers["content-length"]
    assert client.head("/").status_code == 200
    refused = client.delete("/api/health")
    assert (refused.status_code, refused.json()["code"]) == (405, "method-not-allowed")
    assert refused.headers["allow"] == "GET"
