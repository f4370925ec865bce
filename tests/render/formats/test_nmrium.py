import json

import pytest
from rdkit import Chem
from tests.render.cases import CASE, CYMENE_CASE

from km3aid.render.export import export


def test_peaks_carbons_and_structure_are_in_the_file():
    state = json.loads(export([CASE, CYMENE_CASE], "nmrium").content)
    assert state["version"] == 7
    first, second = state["data"]["spectra"]
    assert first["info"]["nucleus"] == "13C"
    assert "solvent" not in first["info"]
    assert "originFrequency" not in first["info"]
    assert (second["info"]["solvent"], second["info"]["originFrequency"]) == ("CDCl3", 100.6)
    ranges = second["ranges"]["values"]
    assert [r["assignment"] for r in ranges] == ["C4", "C7", "C6", "C5", "C2", "C1", "C8", ""]
    assert [r["signals"][0]["atoms"] for r in ranges][2:4] == [[5, 8], [4, 9]]
    assert [r["signals"][0]["delta"] for r in ranges] == [p.shift_ppm for p in CYMENE_CASE.spectrum]
    assert second["customInfo"]["km3aid"]["peaks"] == CYMENE_CASE.spectrum.to_dict()["peaks"]
    molfile = state["data"]["molecules"][1]["molfile"]
    assert Chem.MolToSmiles(Chem.MolFromMolBlock(molfile)) == "Cc1ccc(C(C)C)cc1"


def test_the_trace_is_even_and_has_its_tops_at_the_peaks():
    data = json.loads(export(CYMENE_CASE, "nmrium").content)["data"]["spectra"][0]["data"]
    steps = {b - a for a, b in zip(data["x"], data["x"][1:], strict=False)}
    assert steps == {1 / 16}
    height = dict(zip(data["x"], data["re"], strict=True))
    for peak in CYMENE_CASE.spectrum:
        nearest = min(height, key=lambda x: abs(x - peak.shift_ppm))
        assert height[nearest] == pytest.approx(1, abs=0.2)
