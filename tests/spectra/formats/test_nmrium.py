import json
import zipfile

import numpy as np
import pytest
from tests.spectra import format_examples as examples
from tests.spectra.format_examples import SHIFTS
from tests.spectra.reading import read, shifts

from km3aid.errors import SpectrumFormatError
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


def spectrum_with(**info: object) -> str:
    entry = {"info": {"nucleus": "13C", "dimension": 1} | info, "peaks": [{"delta": 170.2}, {"delta": 21.0}]}
    return json.dumps({"version": 3, "spectra": [entry]})


@pytest.mark.parametrize(
    ("info", "message"),
    [
        ({"nucleus": "1H"}, "nucleus '1H'"),
        ({"nucleus": ["1H", "13C"], "dimension": 2}, "nucleus .'1H', '13C'."),
        ({"nucleus": None}, "nucleus None"),
        ({"dimension": 2}, "2 dimensions"),
        ({"pulseSequence": "deptsp135"}, "a DEPT-135 spectrum has no carbons without hydrogen"),
        ({"title": "5a, DEPT-90"}, "a DEPT-90 spectrum"),
    ],
)
def test_what_is_not_13c_or_of_no_use_alone_is_refused(info, message):
    with pytest.raises(SpectrumFormatError, match=f"spectrum 1: {message}"):
        read(spectrum_with(**info))


def test_a_note_names_the_experiment():
    assert read(spectrum_with(pulseSequence="zgpg30")).notes == ()
    assert "an APT spectrum" in read(spectrum_with(pulseSequence="jmod")).notes[0]


def archive(tmp_path, entries, files):
    with zipfile.ZipFile(tmp_path / "b.nmrium", "w") as out:
        out.writestr("state.json", json.dumps({"version": 22, "data": {"spectra": entries}}))
        for name, content in files.items():
            out.writestr(name, content)
    return tmp_path / "b.nmrium"


def entry(root: str, **more: object) -> dict[str, object]:
    empty: dict[str, object] = {"peaks": {"values": []}, "ranges": {"values": []}}
    return empty | {"selector": {"root": root, "files": ["13c.dx"]}} | more


PROTON = examples.JCAMP.replace("^13C", "^1H").replace("100.6", "400.0").replace("acetate", "proton")


def test_todays_archive_refers_to_the_measured_files(tmp_path):
    path = archive(tmp_path, [entry("u1"), entry("u2")], {"data/u1/13c.dx": PROTON, "data/u2/13c.dx": examples.JCAMP})
    (spectrum,) = read_spectra(path)
    assert ([p.shift_ppm for p in spectrum], spectrum.id) == ([170.2, 21.0], "acetate")
    assert "1H" in spectrum.left_out[0].reason
    with pytest.raises(SpectrumFormatError, match=r"no processed 1D 13C spectrum .*1H"):
        read_spectra(archive(tmp_path, [entry("u1")], {"data/u1/13c.dx": PROTON}))


def test_peaks_and_ranges_of_todays_archive_come_first(tmp_path):
    own = {"ranges": {"values": [{"signals": [{"delta": 171.4}]}, {"signals": [{"delta": 60.5}]}]}}
    (spectrum,) = read_spectra(archive(tmp_path, [entry("u", **own)], {"data/u/13c.dx": examples.JCAMP}))
    assert ([p.shift_ppm for p in spectrum], spectrum.frequency_mhz) == ([171.4, 60.5], 100.6)


@pytest.mark.parametrize("root", ["../..", "", "nowhere", 5, None])
def test_a_reference_to_nothing_is_refused(tmp_path, root):
    with pytest.raises(SpectrumFormatError, match="no processed 1D 13C spectrum"):
        read_spectra(archive(tmp_path, [entry(root)], {"data/u/13c.dx": examples.JCAMP}))
