"""The routes: each job from request to answer, bad input, limits, headers, who may ask."""

import base64
import gzip
import json
import re
import shutil
import time
from pathlib import Path

import pytest
from tests.spectra.format_examples import write_bruker

from km3aid.errors import ConfigError
from km3aid.spectra import Spectrum
from km3aid.web.assets import EDITOR, STATIC, page_assets
from km3aid.web.config import Limits, public_address

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
SHIFTS = [170.2, 169.8, 151.3, 134.9, 132.5, 126.2, 124.0, 122.2, 21.0]
PEAKS = [{"ppm": s} for s in SHIFTS]


def test_assign_is_what_the_engine_answers(client, engine):
    got = client.post("/api/assign", json={"id": "a", "smiles": ASPIRIN, "peaks": PEAKS})
    assert got.status_code == 200
    assert got.json() == engine.assign(ASPIRIN, Spectrum.from_shifts(SHIFTS, "a")).to_dict()
    assert "queue;dur=" in got.headers["server-timing"]


def test_detail_adds_the_drawing_and_all_predictions(client):
    got = client.post("/api/assign", json={"smiles": ASPIRIN, "peaks": PEAKS, "detail": True}).json()
    assert len(got["drawing"]["atoms"]) == 13
    assert len(got["drawing"]["bonds"]) == 13
    assert sorted(a for c in got["carbons"] for a in c["atoms"]) == [0, 1, 4, 5, 6, 7, 8, 9, 10]
    assert got["formula"] == "C9H8O4"


def test_several_structures_get_the_answers_that_each_would_get(client):
    body = {"peaks": PEAKS, "solvent": "CDCl3", "detail": True}
    got = client.post("/api/assignments", json=body | {"structures": [ASPIRIN, "C((", "CCO"]}).json()["answers"]
    assert [got[0], got[2]] == [
        client.post("/api/assign", json=body | {"smiles": smiles}).json() for smiles in (ASPIRIN, "CCO")
    ]
    assert "cannot be read" in got[1]["error"]
    many = client.post("/api/assignments", json=body | {"structures": ["CCO"] * 21})
    assert many.status_code == 422


def test_a_pinned_peak_stays(client):
    got = client.post("/api/assign", json={"smiles": ASPIRIN, "peaks": PEAKS, "pinned": {"3": [8]}}).json()
    assert {a["peak"]: a["atoms"] for a in got["assignments"] if a.get("pinned")} == {3: [8]}


def test_rank_puts_the_right_butanol_first(client):
    body = {
        "candidates": ["CCCCO", "CCC(C)O", "nonsense("],
        "names": ["one", "two", None],
        "report": "69.2 32.0 22.6 9.9",
    }
    got = client.post("/api/rank", json=body).json()
    assert [h["name"] for h in got["hits"]] == ["two", "one"]
    assert any("candidate 3" in w for w in got["warnings"])


def test_candidates_may_be_mol_blocks(client):
    from rdkit import Chem

    blocks = [Chem.MolToMolBlock(Chem.MolFromSmiles(smiles)) for smiles in ("CCCCO", "CCC(C)O")]
    got = client.post("/api/rank", json={"candidates": blocks, "report": "69.2 32.0 22.6 9.9"}).json()
    assert [h["smiles"] for h in got["hits"]] == ["CCC(C)O", "CCCCO"]


def test_elucidate_proposes_and_has_limits(client):
    body = {"peaks": [{"ppm": 58.0}, {"ppm": 18.0}], "formula": "C2H6O", "library": "alcohols", "seconds": 3}
    got = client.post("/api/elucidate", json=body).json()
    assert {hit["smiles"] for hit in got["hits"]} == {"CCO", "COC"}
    assert got["hits"][0]["smiles"] == "CCO"
    assert got["exhausted"]
    assert {hit["smiles"]: hit["novel"] for hit in got["hits"]} == {"CCO": False, "COC": True}
    long = client.post("/api/elucidate", json=body | {"seconds": 500})
    assert (long.status_code, "at most 20" in long.json()["error"]) == (422, True)
    wrong = client.post("/api/elucidate", json=body | {"formula": "C2H7O"})
    assert (wrong.status_code, "odd number" in wrong.json()["error"]) == (422, True)
    assert client.post("/api/elucidate?format=csv", json=body).text.startswith("id,rank,smiles,formula")


def test_search_takes_all_filters(client):
    body = {"peaks": PEAKS, "library": "compounds", "top": 3}
    assert client.post("/api/search", json=body).json()["hits"][0]["name"] == "aspirin"
    filters = {"formula": "C9H8O4", "mass_da": 180.0423, "mass_tolerance_ppm": 20, "elements": ["C", "H", "O"]}
    filters |= {"required": ["O"], "carbons": [8, 10], "substructure": "c(OC(C)=O)cC(=O)O"}
    got = client.post("/api/search", json=body | {"filters": filters}).json()
    assert [h["name"] for h in got["hits"]] == ["aspirin"]
    assert client.post("/api/search", json=body | {"filters": {"formula": "C99"}}).json()["hits"] == []


def test_predict(client):
    carbons = client.post("/api/predict", json={"smiles": "CC(C)O"}).json()["carbons"]
    assert [c["atoms"] for c in carbons] == [[0, 2], [1]]


ETHANOL = {"smiles": "CCO", "peaks": [{"ppm": 58.3}, {"ppm": 77.1}, {"ppm": 18.4}]}
ASIDE = "line of the solvent CDCl3 (77.16 ppm)"


@pytest.mark.parametrize(
    ("told", "aside", "said"),
    [
        ({}, None, ""),
        ({"solvent": "CDCl3"}, ASIDE, f"set aside 77.1 ppm: {ASIDE}"),
        ({"solvent": "none"}, None, ""),
        ({"solvent": "moonshine"}, None, "moonshine"),
        ({"solvent": "CDCl3", "one_per_carbon": True}, None, ""),
    ],
)
def test_the_lines_of_the_solvent_are_set_aside_and_shown_as_such(client, told, aside, said):
    understood = client.post("/api/spectrum", json={"peaks": ETHANOL["peaks"]} | told).json()
    assert [p["aside"] for p in understood["peaks"]] == [None, aside, None]
    assert any(said in remark for remark in understood["remarks"]) or not said
    if "one_per_carbon" not in told:
        got = client.post("/api/assign", json=ETHANOL | told | {"detail": True}).json()
        assert got["unassigned_peaks"] == ([] if aside else [1])
        assert got["spectrum"] == understood
        assert set(understood["remarks"]) <= set(got["warnings"])


def test_types_come_from_dept_and_apt(client):
    lists = {"dept135": "-58.3 18.4", "dept90": "30.0"}
    got = client.post("/api/spectrum", json={"peaks": ETHANOL["peaks"], "solvent": "CDCl3"} | lists).json()
    assert [p["multiplicity"] for p in got["peaks"]] == ["T", "S", "Q"]
    assert any("DEPT-90: 30" in remark for remark in got["remarks"])
    wrong = client.post("/api/assign", json=ETHANOL | {"apt": "58.3 x"})
    assert wrong.status_code == 422
    assert "APT" in wrong.json()["error"]


def test_rank_search_batch_and_files_know_the_solvent_too(client):
    told = {"peaks": ETHANOL["peaks"], "solvent": "CDCl3"}
    assert f"set aside 77.1 ppm: {ASIDE}" in client.post("/api/search", json=told).json()["warnings"]
    hits = client.post("/api/rank", json=told | {"candidates": ["CCO", "CO"]}).json()
    assert f"set aside 77.1 ppm: {ASIDE}" in hits["warnings"]
    file = client.post("/api/assign?format=csv", json=ETHANOL | {"solvent": "CDCl3"}).text
    assert file.splitlines()[2].startswith("2,77.1,,,,,")
    (line,) = client.post("/api/batch/assign?solvent=CDCl3", content=json.dumps(ETHANOL)).text.splitlines()
    assert json.loads(line)["unassigned_peaks"] == []
    assert "CDCl3" in client.get("/api/models").json()["solvents"]


def test_parse_shows_what_was_left_out(client):
    text = "13C NMR (101 MHz, CDCl3) δ 170.1, 77.2 (CDCl3), 21.0"
    (spectrum,) = client.post("/api/parse", json={"text": text}).json()["spectra"]
    assert [p["ppm"] for p in spectrum["peaks"]] == [170.1, 21.0]
    assert "77.2" in spectrum["left_out"][0]["text"]


def test_parse_shows_the_first_errors_and_counts_the_rest(client):
    text = "\n".join(['{"peaks": [21.0]}', *['{"peaks": []}'] * 25])
    got = client.post("/api/parse", json={"text": text, "name": "a.jsonl"}).json()
    assert len(got["spectra"]) == 1
    assert got["errors"][0].startswith("a.jsonl, line 2: ")
    assert got["errors"][20:] == ["… and 5 more errors"]


def test_what_the_reader_decided_is_told(client):
    text = "13C NMR (101 MHz, CDCl3) δ 170.1 (s), 128.5 (d), 60.1 (t), 21.0 (q)"
    (spectrum,) = client.post("/api/parse", json={"text": text}).json()["spectra"]
    assert "the letters s, d, t, q are read as attached hydrogens" in spectrum["notes"][0]
    assert spectrum["notes"][0] in client.post("/api/spectrum", json={"report": text}).json()["remarks"]


def test_parse_takes_a_packed_file_and_names_it_in_errors(client):
    packed = base64.b64encode(gzip.compress(b"ppm,type\n170.2,S\n21.0,Q\n")).decode()
    got = client.post("/api/parse", json={"base64": packed, "name": "a/b/peaks.csv.gz"}).json()
    assert [p["multiplicity"] for p in got["spectra"][0]["peaks"]] == ["S", "Q"]
    binary = base64.b64encode(b"%PDF-1.7 ...").decode()
    got = client.post("/api/parse", json={"base64": binary, "name": "report.pdf"})
    assert got.status_code == 422
    assert got.json()["error"].startswith("report.pdf: a PDF document")


def test_a_gz_file_that_unpacks_to_too_much_is_refused(client):
    bomb = base64.b64encode(gzip.compress(bytes(Limits().unpacked_bytes + 10))).decode()
    got = client.post("/api/parse", json={"base64": bomb})
    assert got.status_code == 422
    assert "unpacks to more than" in got.json()["error"]


def test_parse_structures_keeps_the_mol_block(client):
    from rdkit import Chem

    block = Chem.MolToMolBlock(Chem.MolFromSmiles("OCC"))
    got = client.post("/api/parse", json={"kind": "structures", "text": f"{block}\n$$$$\n"}).json()
    assert got["structures"][0]["smiles"] == "CCO"
    assert "M  END" in got["structures"][0]["block"]
    got = client.post("/api/parse", json={"kind": "structures", "text": "CCO ethanol\nnonsense( bad\n"}).json()
    assert [s["name"] for s in got["structures"]] == ["ethanol"]
    assert "structure 2" in got["errors"][0]


@pytest.mark.parametrize("body", [b"{", b'{"smiles": "\xff"}', b"[" * 100_000, b'{"report": 1' + b"0" * 5000 + b"}"])
def test_a_body_that_is_no_json_is_refused(client, body):
    got = client.post("/api/assign", content=body, headers={"content-type": "application/json"})
    assert got.status_code == 422
    assert got.json()["error"].startswith("request: not ")


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("assign", {"smiles": "C1CC", "peaks": PEAKS}, 422, "SMILES 'C1CC' cannot be read"),
        ("assign", {"smiles": "CCO"}, 422, "give the spectrum either"),
        ("assign", {"smiles": "CCO", "peaks": [{"ppm": 1000}]}, 422, "peak 1: shift 1000.0 ppm is outside"),
        ("assign", {"smiles": "CCO", "report": "hello world"}, 422, "spectrum"),
        ("assign", {"smiles": "C" * 400, "peaks": PEAKS}, 422, "400 atoms"),
        ("assign", {"smiles": "CCO", "peaks": PEAKS, "pinned": {"0": [2]}}, 422, "atom 2 "),
        ("assign", {"smiles": "CCO", "peaks": PEAKS, "model": "/etc/passwd"}, 422, "request: unknown key 'model'"),
        ("assign", {"smiles": "C" * 200_001, "peaks": PEAKS}, 422, "200,001 characters"),
        ("assign", {"smile": "CCO", "peaks": PEAKS}, 422, "did you mean 'smiles'?"),
        ("assign", {"smiles": "CCO", "peaks": [{"ppm": 18, "multiplicty": "Q"}]}, 422, "did you mean 'multiplicity'?"),
        ("assign", {"smiles": "CCO", "report": "18", "one_per_carbon": "yes"}, 422, "one_per_carbon: 'yes'; expected"),
        ("assign", [], 422, "request: []; expected"),
        ("assign", {"smiles": "CCO", "peaks": [18.0] * 1001}, 422, "1001 peaks"),
        ("assign", {"smiles": "CCO", "report": "18", "pinned": {str(10**30): [10**30]}}, 422, "pinned"),
        ("rank", {"candidates": ["CCO"] * 1001, "peaks": PEAKS}, 422, "1001 candidates"),
        ("rank", {"candidates": ["CCO"], "names": [], "peaks": PEAKS}, 422, "0 names for 1 candidates"),
        ("rank", {"candidates": ["xx"], "peaks": PEAKS}, 422, "no candidate can be read"),
        ("search", {"peaks": PEAKS, "library": "../../etc"}, 404, "available: compounds, alcohols"),
        ("search", {"peaks": PEAKS, "filters": {"formula": "Zz2"}}, 422, "no element"),
        ("search", {"peaks": PEAKS, "filters": {"carbon": [1, 2]}}, 422, "did you mean 'carbons'?"),
        ("search", {"peaks": PEAKS, "mass_da": "180"}, 422, "mass_da: '180'; expected a number"),
        ("search", {"peaks": PEAKS, "top": 10**9}, 422, "top"),
        ("spectrum", {"peaks": []}, 422, "peaks"),
        ("spectrum", {"peaks": [18.0] * 1001}, 422, "1001 peaks"),
        ("parse", {}, 422, "give either text or base64"),
        ("parse", {"text": ""}, 422, "empty"),
        ("parse", {"base64": "…"}, 422, "base64"),
    ],
)
def test_bad_input_is_said_in_one_line(client, path, body, status, said):
    got = client.post(f"/api/{path}", json=body)
    assert got.status_code == status
    assert said in got.json()["error"]


def test_answers_come_in_every_format(client):
    written = client.get("/api/models").json()["formats"]
    assert {"json", "csv", "svg", "html"} <= set(written["assign"])
    for wanted in written["assign"]:
        got = client.post(f"/api/assign?format={wanted}", json={"smiles": ASPIRIN, "peaks": PEAKS})
        assert got.status_code == 200
        assert got.content
    table = client.post("/api/assign?format=csv", json={"smiles": "CCO", "report": "58 18"}).text
    assert "peak_from_1,shift" in table.splitlines()[0]
    assert client.post("/api/search?format=csv", json={"peaks": PEAKS}).text.count("\n") == 11
    assert client.post("/api/assign?format=exe", json={"smiles": "CCO", "peaks": PEAKS}).status_code == 422


def test_a_batch_is_answered_line_by_line_in_order(client):
    lines = [{"id": n, "smiles": "CCO", "report": "58 18"} for n in range(20)]
    lines[3] = {"id": 3, "smiles": "CCO"}
    lines[7]["smiles"] = "C(("
    content = "\n".join(map(json.dumps, lines)) + "\n{broken"
    got = client.post("/api/batch/assign", content=content, headers={"content-type": "application/x-ndjson"})
    answers = [json.loads(line) for line in got.text.splitlines()]
    assert [a["id"] for a in answers] == [*map(str, range(20)), None]
    assert [i for i, a in enumerate(answers) if "error" in a] == [3, 7, 20]


def test_a_batch_counts_the_lines_of_the_file_and_names_each_bad_record(client):
    separator = "\u2028"  # which a JSON text may hold as it is
    lines = [
        {"id": "a", "smiles": "CCO", "report": f"58{separator}18"},
        {"id": "b", "smiles": "CCO", "report": 5},
        {"id": "c", "smile": "CCO", "report": "58 18"},
    ]
    content = "\n\r\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    got = client.post("/api/batch/assign", content=b"\xef\xbb\xbf" + content.encode())
    first, second, third = map(json.loads, got.text.splitlines())
    assert [a["atoms"] for a in first["assignments"]] == [[1], [0]]
    assert second == {"id": "b", "error": "line 3: report: 5; expected text"}
    assert third["id"] == "c"
    assert third["error"].startswith("line 5: unknown key 'smile'; did you mean 'smiles'?")


def test_the_options_of_a_batch_hold_where_a_record_says_nothing(client):
    lines = [{"report": "58.3 18.4"}, {"report": "58.3 18.4", "library": "compounds", "top": 2}]
    got = client.post("/api/batch/search?library=alcohols&top=1", content="\n".join(map(json.dumps, lines)))
    usual, own = map(json.loads, got.text.splitlines())
    assert (len(usual["hits"]), usual["candidates"]) == (1, 5)
    assert len(own["hits"]) == 2
    assert own["candidates"] > 5


@pytest.mark.parametrize("option", ["library=compounds", "top=3", "toop=3", "one_per_carbon=perhaps"])
def test_an_option_that_a_batch_does_not_take_is_an_error(client, option):
    got = client.post(f"/api/batch/assign?{option}", content=json.dumps(ETHANOL))
    assert got.status_code == 422
    assert option.partition("=")[0] in got.json()["error"]


def test_a_batch_of_searches_uses_each_formula(client):
    lines = [{"id": "a", "peaks": PEAKS}, {"id": "b", "peaks": PEAKS, "formula": "C9H8O4"}]
    got = client.post("/api/batch/search?top=2", content="\n".join(map(json.dumps, lines)))
    first, second = map(json.loads, got.text.splitlines())
    assert first["hits"][0]["name"] == second["hits"][0]["name"] == "aspirin"
    assert first["candidates"] > second["candidates"]


def test_a_mixed_batch_of_searches_answers_each_record_as_it_answers_alone(client):
    records = [
        {"id": "a", "peaks": PEAKS, "library": "compounds", "top": 2},
        {"id": "b", "report": "58.3 18.4", "library": "alcohols", "top": 3},
        {"id": "c", "peaks": PEAKS},
        {"id": "d", "report": "77.2 58.3 18.4", "solvent": "CDCl3", "library": "alcohols", "top": 1},
        {"id": "e", "report": "77.2 58.3 18.4", "solvent": "CDCl3", "one_per_carbon": True, "top": 1},
        {"id": "f", "peaks": PEAKS, "library": "compounds", "top": 2, "filters": {"carbons": [4, 9]}},
    ]
    alone = [client.post("/api/search", json=record).json() for record in records]
    together = client.post("/api/batch/search", content="\n".join(map(json.dumps, records))).text.splitlines()
    assert [_comparable(json.loads(line)) for line in together] == [_comparable(answer) for answer in alone]
    assert [len(answer["hits"]) for answer in alone] == [2, 3, 10, 1, 1, 2]


def _comparable(answer):
    """An answer without its time; spectra that are encoded together differ in the last digits."""
    hits = [(hit["smiles"], round(hit["probability"], 4), round(hit["match_score"], 4)) for hit in answer["hits"]]
    return answer["id"], hits, answer["candidates"], answer["warnings"]


def test_a_job_reports_progress_and_keeps_its_answers(client):
    content = "\n".join(json.dumps({"id": str(n), "smiles": "CCO", "report": "58 18"}) for n in range(30))
    begun = client.post("/api/jobs/assign", content=content)
    assert begun.status_code == 202
    events = client.get(begun.headers["location"] + "/events").text.strip().split("\n\n")
    assert events[-1].startswith("event: end")
    last = json.loads(events[-1].split("data: ")[1])
    assert (last["state"], last["done"], last["total"]) == ("done", 30, 30)
    assert len(client.get(begun.headers["location"] + "/answers").text.splitlines()) == 30
    assert client.get("/api/jobs/unknown").status_code == 404


@pytest.mark.parametrize("task", ["assign", "search"])
def test_the_answers_of_a_job_are_had_in_the_formats_of_its_task(client, task):
    lines = [{"id": n, "smiles": "CCO", "report": "58 18", "top": 1} for n in "abc"]
    lines[1]["report"] = "hello"
    place = client.post(f"/api/jobs/{task}", content="\n".join(map(json.dumps, lines))).headers["location"]
    client.get(f"{place}/events")
    tables = {}
    for wanted in client.get("/api/models").json()["formats"][task]:
        got = client.get(f"{place}/answers?format={wanted}")
        tables[wanted] = got.text if got.status_code == 200 else got.json()["code"]
        assert got.status_code == 200 or wanted in ("png", "svg", "pdf"), (wanted, got.text)
    assert tables["csv"].count("\n") >= 3
    assert "answers</title>" in tables["html"]
    assert client.get(f"{place}/answers?format=exe").status_code == 422


def test_a_job_can_be_cancelled(client):
    content = "\n".join(json.dumps({"smiles": "CCO", "report": "58 18"}) for _ in range(400))
    begun = client.post("/api/jobs/assign", content=content)
    status = client.delete(begun.headers["location"]).json()
    assert status["state"] == "cancelled"
    assert status["done"] < 400


def test_too_large_a_body_is_refused(make_client):
    with make_client(limits=Limits(body_bytes=1000)) as small:
        assert small.post("/api/assign", json={"smiles": "C" * 2000, "peaks": PEAKS}).status_code == 413
        chunks = (b" " * 600 for _ in range(3))
        got = small.post("/api/assign", content=chunks, headers={"content-type": "application/json"})
        assert got.status_code == 413
    with make_client(limits=Limits(upload_bytes=1000)) as small:
        assert small.post("/api/batch/assign", content=(b" " * 600 for _ in range(3))).status_code == 413


def test_security_headers_are_on_every_answer(client):
    for path in ("/", "/static/main.js", "/api/health", "/nowhere"):
        headers = client.get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_the_page_needs_no_other_host_and_no_inline_script(client):
    page = client.get("/").text
    assert "http://" not in page
    assert "https://" not in page
    assert "<script>" not in page
    assert " style=" not in page


def test_other_sites_and_foreign_names_are_refused(client):
    assert client.get("/api/health", headers={"origin": "https://evil.example"}).status_code == 403
    assert client.get("/api/health", headers={"host": "rebound.example"}).status_code == 403
    form = {"content-type": "text/plain"}
    assert client.post("/api/assign", content=json.dumps(ETHANOL), headers=form).status_code == 415
    for site in ("cross-site", "same-site"):
        assert client.get("/api/health", headers={"sec-fetch-site": site}).status_code == 403
        assert client.get("/", headers={"sec-fetch-site": site}).status_code == 200  # a link from elsewhere


def test_a_token_is_wanted_where_one_is_set(make_client):
    with make_client(token="secret") as guarded:
        assert guarded.get("/").status_code == 200
        assert guarded.get("/api/health").status_code == 200
        assert guarded.get("/api/models").status_code == 401
        assert guarded.get("/metrics").status_code == 401
        assert guarded.get("/api/models", headers={"authorization": "Bearer wrong"}).status_code == 401
        right = {"authorization": "Bearer secret", "host": "nmr.example"}
        assert guarded.get("/api/models", headers=right).status_code == 200


def test_metrics_count_what_was_answered(make_client):
    with make_client() as counted:
        counted.post("/api/assign", json={"smiles": "CCO", "report": "58 18"})
        counted.post("/api/assign", json={"smiles": "C((", "report": "58 18"})
        text = counted.get("/metrics").text
    assert 'km3aid_requests_total{route="/api/assign",status="200"} 1' in text
    assert 'km3aid_requests_total{route="/api/assign",status="422"} 1' in text
    assert 'km3aid_work_seconds_count{task="assign"} 2' in text


def test_the_description_says_what_every_body_holds(client):
    described = client.get("/api/openapi.json").json()
    paths, schemas = described["paths"], described["components"]["schemas"]
    assert {"/api/libraries", "/api/models", "/api/health", "/api/batch/{task}", "/api/jobs/{task}"} <= set(paths)
    for task in ("assign", "rank", "search", "predict", "spectrum", "parse"):
        body = paths[f"/api/{task}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        schema = schemas[body["$ref"].rpartition("/")[2]]
        assert schema["additionalProperties"] is False
        assert all(field.get("description") for field in schema["properties"].values())
    assert (
        schemas["SearchRecord"]["properties"]["top"] | {"minimum": 1, "maximum": 100}
        == (schemas["SearchRecord"]["properties"]["top"])
    )
    assert schemas["AssignRequest"]["required"] == ["smiles"]
    assert schemas["AssignRequest"]["oneOf"] == [{"required": ["peaks"]}, {"required": ["report"]}]
    assert set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(described))) <= set(schemas)


def test_the_page_loads_one_script_and_one_style_which_browsers_may_keep(client):
    page = client.get("/").text
    named = re.findall(r'(?:src|href|data-editor)="(assets/[^"]+|static/[^"]+)"', page)
    editor = ["assets/editor.js"] if (STATIC / EDITOR).exists() else []
    assert [re.sub(r"-[0-9a-f]{16}", "", path) for path in named] == [
        *editor, "static/icon.svg", "assets/style.css", "assets/page.js",
    ]  # fmt: skip
    for path in (f"/{name}" for name in named if name.startswith("assets")):
        got = client.get(path, headers={"accept-encoding": "gzip"})
        assert got.headers["content-encoding"] == "gzip"
        assert "immutable" in got.headers["cache-control"]
        plain = client.get(path, headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.content == got.content
        assert client.head(path).status_code == 200
    assert client.get("/assets/page-0.js").status_code == 404
    assert '"static/main.js"' in client.get("/?modules").text


def test_without_an_editor_the_page_names_none(client, monkeypatch):
    monkeypatch.setattr(type(STATIC), "exists", lambda path: False)
    page, assets = page_assets()
    assert "data-editor" not in page
    assert len(assets) == 2


def test_no_link_of_the_page_leaves_its_folder():
    """So that it works under any prefix."""
    for path in (*STATIC.glob("*.html"), *STATIC.glob("*.js"), *STATIC.glob("*.css")):
        found = re.findall(r"""(?:href|src)="/|["'`(]/(?:api|static|assets|docs)\b""", path.read_text("utf-8"))
        assert found == [], path.name


@pytest.mark.parametrize("line", ["170.2 ", "170.2\n", "ppm;intensity\n170.2;1\n"])
def test_a_small_gzip_file_of_a_long_list_is_refused_before_it_is_read(client, line):
    content = gzip.compress((line * (19_000_000 // len(line))).encode())
    body = {"base64": base64.b64encode(content).decode(), "name": "a.gz"}
    began = time.perf_counter()
    got = client.post("/api/parse", json=body)
    assert time.perf_counter() - began < 5
    assert got.status_code == 422
    assert "at most 200,000 are taken" in got.json()["error"]


def test_an_expired_batch_is_a_problem_with_its_own_status(make_client):
    with make_client(limits=Limits(jobs=1)) as client:
        body = json.dumps({"smiles": "CCO", "report": "58.3 18.4"})
        first, second = (client.post("/api/jobs/assign", content=body).json()["id"] for _ in wait_for_each(client, 2))
        gone = client.get(f"/api/jobs/{first}/answers")
        assert gone.status_code == 410
        assert gone.headers["content-type"] == "application/problem+json"
        assert (gone.json()["code"], gone.json()["status"]) == ("gone", 410)
        assert "has expired" in gone.json()["detail"]
        assert client.get(f"/api/jobs/{second}").status_code == 200


def wait_for_each(client, count):
    """Count up, each time after all batches have ended."""
    for n in range(count):
        yield n
        time.sleep(1.0)


PUBLIC = public_address("https://Lab.example:8443/a/nmr/")


@pytest.mark.parametrize("prefix", ["", "/a/nmr"])
def test_a_service_with_a_public_address_answers_to_it_with_and_without_the_prefix(make_client, prefix):
    assert (PUBLIC.url, PUBLIC.netloc) == ("https://lab.example:8443/a/nmr/", "lab.example:8443")
    with make_client(public=PUBLIC) as client:
        for host in ("lab.example:8443", "127.0.0.1:8013"):  # a proxy may name either
            headers = {"host": host, "origin": "https://lab.example:8443"}
            got = client.post(f"{prefix}/api/predict", json={"smiles": "CCO"}, headers=headers)
            assert got.status_code == 200
        body = json.dumps({"smiles": "CCO", "report": "58.3 18.4"})
        made = client.post(f"{prefix}/api/jobs/assign", content=body)
        assert made.headers["location"] == f"/a/nmr/api/jobs/{made.json()['id']}"
        assert client.get(f"{prefix}/api/openapi.json").json()["servers"] == [{"url": PUBLIC.url.rstrip("/")}]
        assert client.get(f"{prefix}/").status_code == 200
        for wrong in (
            {"host": "other.example"},
            {"origin": "https://other.example"},
            {"origin": "http://lab.example:8443"},
        ):
            assert client.post(f"{prefix}/api/predict", json={"smiles": "CCO"}, headers=wrong).status_code == 403


def test_the_usual_port_need_not_be_named():
    assert public_address("https://lab.example:443/").origin == public_address("https://lab.example").origin


def test_the_prefix_alone_leads_to_the_page(make_client):
    with make_client(public=PUBLIC) as client:
        led = client.get("/a/nmr", follow_redirects=False)
        assert (led.status_code, led.headers["location"]) == (308, "/a/nmr/")
        assert client.get("/a/nmrium").status_code == 404


@pytest.mark.parametrize("url", ["lab.example", "ftp://lab.example/", "https://", "https://a/?b=c", "http://a:x/"])
def test_what_is_no_public_address_is_said(url):
    with pytest.raises(ConfigError, match="--public-url"):
        public_address(url)


def test_every_experiment_of_a_measurement_is_given_where_it_is_asked_for(client, tmp_path):
    for number, shifts in (("10", [166.6, 60.9, 14.3]), ("20", [58.3, 18.4])):
        write_bruker(tmp_path / "sample" / number, shifts)
    packed = Path(shutil.make_archive(str(tmp_path / "sample"), "zip", tmp_path / "sample"))
    body = {"base64": base64.b64encode(packed.read_bytes()).decode(), "name": "sample.zip"}
    usual = client.post("/api/parse", json=body)
    assert (usual.status_code, "different compounds" in usual.json()["error"]) == (422, True)
    spectra = client.post("/api/parse", json=body | {"every": True}).json()["spectra"]
    assert [(s["id"], s["experiment"], len(s["peaks"])) for s in spectra] == [
        ("10", "plain 13C", 3), ("20", "plain 13C", 2),
    ]  # fmt: skip


def test_an_inchi_is_a_structure_and_detail_names_it(client):
    inchi = "InChI=1S/C4H10O/c1-3-4(2)5/h4-5H,3H2,1-2H3"
    got = client.post("/api/predict", json={"smiles": inchi, "detail": True}).json()
    assert (got["smiles"], got["inchi"], got["inchi_key"]) == ("CCC(C)O", inchi, "BTANRVKWQNVYAZ-UHFFFAOYSA-N")
    body = {"candidates": ["CCCCO", inchi], "report": "69.2 32.0 22.6 9.9"}
    assert client.post("/api/rank", json=body).json()["hits"][0]["smiles"] == "CCC(C)O"
    assert client.post("/api/predict?format=svg", json={"smiles": inchi}).status_code == 200
    wrong = client.post("/api/predict", json={"smiles": "InChI=1S/C4H10O/c1-3-4(2"})
    assert (wrong.status_code, "cannot be read" in wrong.json()["error"]) == (422, True)
