"""What the description says of every answer is what the service answers."""

import base64
import io
import json
import zipfile

import pytest
from jsonschema import Draft202012Validator
from tests.spectra.format_examples import write_bruker

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
PEAKS = [{"ppm": s} for s in (170.2, 169.8, 151.3, 134.9, 132.5, 126.2, 124.0, 122.2, 21.0)]
BLOCK = "\n  x\n\n  1  0  0  0  0  0            999 V2000\n    0.0000    0.0000    0.0000 C   0  0\nM  END\n$$$$\n"


@pytest.fixture(scope="module")
def described(client):
    return client.get("/api/openapi.json").json()


def check(described, method, path, got, status=200):
    assert got.status_code == status, got.text
    schema = described["paths"][path][method]["responses"][str(status)]["content"]["application/json"]["schema"]
    whole = {"components": described["components"], **schema}
    assert [e.message for e in Draft202012Validator(whole).iter_errors(got.json())] == []


@pytest.mark.parametrize(
    ("task", "body"),
    [
        ("assign", {"smiles": ASPIRIN, "peaks": PEAKS}),
        ("assign", {"smiles": ASPIRIN, "peaks": PEAKS, "detail": True, "pinned": {"0": [1]}, "id": "a"}),
        ("assignments", {"structures": [ASPIRIN, "C((", "CCO"], "peaks": PEAKS, "detail": True}),
        ("assignments", {"structures": ["CCO"], "peaks": PEAKS, "id": "a"}),
        ("verify", {"smiles": "COC(=O)c1ccccc1C(=O)O", "peaks": PEAKS}),
        ("rank", {"candidates": ["CCCCO", "CCC(C)O", "OCCCC"], "report": "69.2 32.0 22.6 9.9"}),
        ("search", {"peaks": PEAKS}),
        ("predict", {"smiles": ASPIRIN}),
        ("predict", {"smiles": ASPIRIN, "detail": True}),
        ("spectrum", {"report": "13C NMR (101 MHz, CDCl3) δ 170.1, 77.1, 21.0", "apt": "170.1 -21.0"}),
        ("parse", {"text": "13C NMR (101 MHz, CDCl3) δ 170.1, 77.2 (CDCl3), 21.0"}),
        ("parse", {"kind": "structures", "text": "CCO ethanol\nnonsense( bad\n"}),
        ("parse", {"kind": "structures", "text": BLOCK}),
    ],
)
def test_an_answer_is_as_it_is_described(client, described, task, body):
    check(described, "post", f"/api/{task}", client.post(f"/api/{task}", json=body))


def test_an_elucidation_is_as_it_is_described(client, described):
    body = {"report": "58.3 18.4", "formula": "C2H6O", "molecules": 50, "library": "alcohols"}
    check(described, "post", "/api/elucidate", client.post("/api/elucidate", json=body))


@pytest.mark.parametrize("path", ["health", "models", "libraries"])
def test_the_state_is_as_it_is_described(client, described, path):
    check(described, "get", f"/api/{path}", client.get(f"/api/{path}"))


def test_a_job_and_its_lines_are_as_they_are_described(client, described):
    lines = [{"smiles": "CCO", "report": "58.3 18.4"}, {"smiles": "C((", "report": "58.3 18.4"}]
    begun = client.post("/api/jobs/assign", content="\n".join(map(json.dumps, lines)))
    check(described, "post", "/api/jobs/{task}", begun, 202)
    place = begun.headers["location"]
    answers = client.get(f"{place}/answers").text.splitlines()
    check(described, "get", "/api/jobs/{job}", client.get(place))
    found = described["paths"]["/api/jobs/{job}/answers"]["get"]["responses"]["200"]["content"]
    (schema,) = (kind["schema"] for name, kind in found.items() if name == "application/x-ndjson")
    valid = Draft202012Validator({"components": described["components"], **schema})
    assert [valid.is_valid(json.loads(line)) for line in answers] == [True, True]
    assert not valid.is_valid({"id": "a", "atoms": []})


def test_a_problem_is_as_it_is_described(client, described):
    found = described["paths"]["/api/assign"]["post"]["responses"]["422"]["content"]["application/problem+json"]
    whole = {"components": described["components"], **found["schema"]}
    got = client.post("/api/assign", json={"smiles": "C((", "peaks": PEAKS}).json()
    assert [e.message for e in Draft202012Validator(whole).iter_errors(got)] == []


@pytest.mark.parametrize("task", ["verify", "elucidate"])
def test_a_batch_of_every_task_ends(client, task):
    record = {"smiles": "CCO", "report": "58.3 18.4", "molecules": 20, "formula": "C2H6O", "library": "alcohols"}
    got = client.post(f"/api/batch/{task}", content=json.dumps(record))
    (line,) = got.text.splitlines()
    assert "error" not in json.loads(line)


def test_a_measured_folder_comes_with_its_curve_and_without_what_is_set_aside(client, described, tmp_path):
    write_bruker(tmp_path / "sample" / "10", [170.0, 128.5, 21.0])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in tmp_path.rglob("*"):
            if path.is_file():
                archive.write(path, path.relative_to(tmp_path))
    body = {"base64": base64.b64encode(packed.getvalue()).decode(), "name": "sample.zip"}
    got = client.post("/api/parse", json=body)
    check(described, "post", "/api/parse", got)
    (spectrum,) = got.json()["spectra"]
    assert [round(p["ppm"]) for p in spectrum["peaks"]] == [170, 128, 21]
    trace = spectrum["trace"]
    assert max(trace["high"]) == 10_000
    assert trace["left_ppm"] > 170 > 21 > trace["right_ppm"]
