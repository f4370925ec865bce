import json

import numpy as np
import pytest
from tests.spectra import format_examples as examples
from tests.spectra.format_examples import SHIFTS
from tests.spectra.reading import shifts

from km3aid.spectra import read_spectra


def test_nmrium_of_all_ages():
    old = {"spectra": [{"info": {"nucleus": "13C"}, "peaks": [{"delta": 170.2}, {"delta": 21.0}], "ranges": []}]}
    new = {"version": 8, "data": {"spectra": examples.NMRIUM_V3["spectra"]}, "view": {}}
    signals = json.loads(
        json.dumps(examples.NMRIUM_V3).replace("signals", "signal").replace('"version": 3', '"version": 0')
    )
    for state in (old, new, signals):
        assert shifts(json.dumps(state)) == [170.2, 21.0]


def test_nmrium_marks_and_traces():
    state = json.loads(json.dumps(examples.NMRIUM_V3))
    state["spectra"][1]["ranges"]["values"][0]["signals"][0]["kind"] = "solvent"
    assert shifts(json.dumps(state)) == [21.0]
    ppm = np.linspace(-10, 220, 8192)
    bare = {"info": {"nucleus": "13C"}, "data": {"x": ppm.tolist(), "re": examples.lines_of(ppm, SHIFTS).tolist()}}
    assert shifts(json.dumps({"version": 3, "spectra": [bare]})) == pytest.approx(SHIFTS, abs=0.02)


def test_an_archive_of_nmrium(tmp_path):
    (tmp_path / "a.nmrium").write_bytes(examples.nmrium_zip())
    assert [p.shift_ppm for p in read_spectra(tmp_path / "a.nmrium")[0]] == [170.2, 21.0]
