"""What was saved can be opened again: structure, peaks and assignment."""

import base64
import json

import pytest

from km3aid.molecules import parse_structure

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
PEAKS = [{"ppm": s} for s in (170.2, 169.8, 151.3, 134.9, 132.5, 126.2, 124.0, 122.2, 21.0)]


def saved(client, format, **values):
    return client.post(f"/api/assign?format={format}", json={"smiles": ASPIRIN, "peaks": PEAKS, **values}).content


def opened(client, content, name):
    body = {"base64": base64.b64encode(content).decode(), "name": name}
    return client.post("/api/parse", json=body).json()["spectra"]


@pytest.mark.parametrize(("format", "name"), [("nmredata", "a.sdf"), ("nmrium", "a.nmrium")])
def test_a_saved_assignment_is_opened_with_its_structure(client, format, name):
    held = {"pinned": {"3": [8]}}
    (found,) = opened(client, saved(client, format, **held), name)
    assert [p["ppm"] for p in found["peaks"]] == [p["ppm"] for p in PEAKS]
    answer = client.post("/api/assign", json={"smiles": ASPIRIN, "peaks": PEAKS, **held}).json()
    assert found["assigned"] == [a["atoms"] for a in answer["assignments"]]
    assert parse_structure(found["structure"]).smiles == ASPIRIN


def test_a_pasted_sd_record_is_opened_too(client):
    text = saved(client, "nmredata").decode()
    (found,) = client.post("/api/parse", json={"text": text}).json()["spectra"]
    assert found["structure"].splitlines()[-1].startswith("M  END")


def test_a_peak_list_has_no_structure(client):
    (found,) = opened(client, b"170.2 21.0", "a.txt")
    assert (found["structure"], found["assigned"]) == (None, [])


def test_the_molecules_of_an_nmrium_file_with_several_belong_to_no_spectrum(client):
    state = json.loads(saved(client, "nmrium"))
    state["data"]["molecules"] *= 2
    (found,) = opened(client, json.dumps(state).encode(), "a.nmrium")
    assert found["structure"] is None


def test_intensities_are_kept(client):
    (found,) = opened(client, b"ppm,intensity\n170.2,0.5\n21.0,2\n", "a.csv")
    assert [p["intensity"] for p in found["peaks"]] == [0.5, 2.0]
