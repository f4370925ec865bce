"""A report says when, by what and how it was made."""

from km3aid import __version__

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
PEAKS = [{"ppm": s} for s in (170.2, 169.8, 151.3, 134.9, 132.5, 126.2, 124.0, 122.2, 21.0)]


def test_a_report_says_when_by_what_and_how_it_was_made(client, engine):
    body = {"smiles": ASPIRIN, "peaks": PEAKS, "solvent": "DMSO-d6", "pinned": {"3": [8]}}
    page = client.post("/api/assign?format=html", json=body).text
    assert f"by km3aid {__version__}" in page
    assert f"best {engine.model_sha256[:12]}, precise {engine.precise.model_sha256[:12]}" in page
    assert "<th>Solvent</th><td>DMSO-d6</td>" in page
    assert "<th>Held by hand</th><td>peak 4 on C9</td>" in page
    assert "<th>DEPT-135</th>" not in page
    assert "verdict" in page
    searched = {"peaks": PEAKS, "library": "compounds", "filters": {"formula": "C9H8O4"}}
    page = client.post("/api/search?format=html", json=searched).text
    assert "<th>Filters</th><td>formula: C9H8O4" in page
    assert "<th>Library</th><td>compounds</td>" in page
