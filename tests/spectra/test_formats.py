"""Formats of other programs: what each keeps, and what its real files do beside the standard."""

import io
import json
from itertools import pairwise

import numpy as np
import pytest
from openpyxl import Workbook
from tests.spectra import format_examples as examples
from tests.spectra.formats.test_sd_file import record

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import Peak, read_assigned, read_spectra
from km3aid.spectra.instruments.jeol import _numbers, filter_delay

SHIFTS = [170.2, 128.5, 127.9, 77.2, 21.0]


def read(text: str):
    (spectrum,) = read_spectra(io.StringIO(text))
    return spectrum


def shifts(text: str) -> list[float]:
    return [peak.shift_ppm for peak in read(text)]


def assigned(text: str):
    (found,) = read_assigned(io.StringIO(text))
    return found


def test_nmredata_gives_the_assignment_as_well():
    found = assigned(examples.NMREDATA)
    assert found.atoms == ((0,), (2,))
    assert found.interchangeable == ((0, 1),)
    assert found.spectrum.peaks == (Peak(170.2), Peak(21.0, None, 1))
    assert found.spectrum.solvent == "CDCl3"


@pytest.mark.parametrize(
    ("numbers", "multiplicities", "counts"),
    [
        ((3, 3), ["Q", "Q"], [None, None]),  # the hydrogens of dimethyl ether, as the format says
        ((1, 1), [None, None], [1, 1]),  # its carbons, as some programs write
        ((0, 3), ["S", "Q"], [None, None]),
        ((2, 2), [None, None], [None, None]),
    ],
)
def test_nmredata_numbers_are_hydrogens_unless_the_structure_says_carbons(numbers, multiplicities, counts):
    text = examples.NMREDATA.replace("L=b, N=1", f"L=b, N={numbers[1]}").replace("L=a", f"L=a, N={numbers[0]}")
    spectrum = read(text)
    assert [p.multiplicity for p in spectrum] == multiplicities
    assert [p.count for p in spectrum] == counts
    assert bool(spectrum.notes) is (multiplicities == [None, None])


def test_the_frequency_is_read():
    assert [read(text).frequency_mhz for text in (examples.NMREDATA, examples.JCAMP)] == [100.6, 100.6]
    assert read("13C NMR (100.6 MHz, CDCl3) δ 170.2, 21.0").frequency_mhz == 100.6
    assert read("13C NMR (400 MHz, CDCl3) δ 170.2, 21.0").frequency_mhz is None  # of the protons


@pytest.mark.parametrize(
    "damage",
    [
        lambda t: t.replace("\\\n", "\n"),
        lambda t: t.replace("\\\n", "\\"),
        lambda t: t.replace(", ", ","),
        lambda t: t.replace("170.2, L=a", "170.2, L=a, S=s, E=100 ;the acid"),
        lambda t: t.replace("170.2, L=a", "777.777, L=a"),
        lambda t: t.replace("170.2, L=a", "170.3-170.1, L=a"),
        lambda t: t.replace("NMREDATA_1D_13C>", "NMREDATA_1D_13C#2>").replace("> <", ">  <"),
        lambda t: t[: t.index("> <NMREDATA_1D")] + "\n$$$$\n",
    ],
)
def test_nmredata_as_programs_write_it(damage):
    found = assigned(damage(examples.NMREDATA))
    assert [peak.shift_ppm for peak in found.spectrum] == [170.2, 21.0]
    assert found.atoms == ((0,), (2,))


def test_nmrshiftdb2_atoms_that_count_from_one_are_told_by_the_elements():
    zero, one = (record(f"170.2;0.0S;{a}|21.0;0.0Q;{b}|") for a, b in ((0, 2), (1, 3)))
    block = examples.ACETATE
    for text, base in ((zero, 0), (one, 1)):
        body = text[text.index("> <") :]
        found = assigned(block + body)
        assert found.atoms == ((0,), (2,))
        assert bool(found.spectrum.notes) is bool(base)


def test_jcamp_peak_assignments_and_linked_blocks():
    text = (
        "##TITLE= outer\n##JCAMP-DX= 5.01\n##DATA TYPE= LINK\n##BLOCKS= 2\n"
        + examples.JCAMP.replace("13C", "1H")
        + examples.JCAMP.replace("PEAK TABLE= (XY..XY)", "PEAK ASSIGNMENTS= (XYMA)")
        .replace("170.2, 10.0", "(170.2, 10.0, S, <C-1>)")
        .replace("21.0, 12.0", "(21.0, 12.0, Q, <C-2>)")
        + "##END=\n"
    )
    spectrum = read(text)
    assert spectrum.peaks == (Peak(170.2, "S", None, 10.0), Peak(21.0, "Q", None, 12.0))
    assert any("another nucleus, 1H" in left.reason for left in spectrum.left_out)


@pytest.mark.parametrize("body", ["170.2,10 21.0,12", "170.2 10; 21.0 12", "170.2,10;21.0,12", "170.2\t10\n21.0\t12"])
def test_jcamp_tables_as_programs_write_them(body):
    assert shifts(examples.JCAMP.replace("170.2, 10.0\n21.0, 12.0", body)) == [170.2, 21.0]


def test_jcamp_tables_in_hertz():
    text = examples.JCAMP.replace("PPM", "HZ").replace("170.2,", f"{170.2 * 100.6},").replace("21.0,", "2112.6,")
    assert shifts(text) == [170.2, 21.0]


def jcamp_trace(ppm: np.ndarray, body: str) -> str:
    head = examples.JCAMP[: examples.JCAMP.index("##NPOINTS")].replace("PEAK TABLE", "SPECTRUM", 1)
    return f"{head}##FIRSTX= {ppm[0]}\n##LASTX= {ppm[-1]}\n##NPOINTS= {len(ppm)}\n{body}\n##END=\n"


def packed(values: list[int]) -> str:
    """Lines of 20 ordinates as first value and differences, each line beginning with the check of the last one."""
    digits = "%JKLMNOPQR"
    out = []
    for start in range(0, len(values), 20):
        part = values[max(0, start - 1) : start + 20]
        words = [str(start), " " if part[0] >= 0 else "", str(part[0])]
        for a, b in pairwise(part):
            text = str(abs(b - a))
            first = digits[int(text[0])] if b >= a else "jklmnopqr"[int(text[0]) - 1]
            words.append(first + text[1:])
        out.append("".join(words))
    return "\n".join(out)


def test_jcamp_traces_are_picked_from_any_form_of_the_data():
    ppm = np.linspace(220, -10, 8192)
    trace = [round(v) for v in examples.lines_of(ppm, SHIFTS) / 100]
    plain = "##XYDATA= (X++(Y..Y))\n" + "\n".join(
        f"{i} " + " ".join(map(str, trace[i : i + 10])) for i in range(0, len(trace), 10)
    )
    pairs = "##XYPOINTS= (XY..XY)\n" + "\n".join(f"{x:.6f}, {y}" for x, y in zip(ppm, trace, strict=True))
    for body in (plain, pairs, "##XYDATA= (X++(Y..Y))\n" + packed(trace)):
        spectrum = read(jcamp_trace(ppm, body))
        assert [p.shift_ppm for p in spectrum] == pytest.approx(SHIFTS, abs=0.02)
        assert "picked" in spectrum.notes[0]


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


def test_the_delay_of_jeols_filter():
    # two stages of order 54 and 73, decimating by 8 and 2: ½ (53/16 + 72/2) points
    assert filter_delay({"orders": "25473", "factors": "82"}) == pytest.approx(19.656, abs=1e-3)
    assert filter_delay({}) == filter_delay({"orders": "x", "factors": "0"}) == 0.0


def test_a_packed_record_of_nmredata(tmp_path):
    (tmp_path / "record.zip").write_bytes(examples.nmredata_zip())
    assert [p.shift_ppm for p in read_spectra(tmp_path / "record.zip")[0]] == [170.2, 21.0]


def test_an_empty_spectrum_of_nmredata_beside_a_full_one_is_left_out():
    empty = "> <NMREDATA_1D_13C#2>\nLarmor=100.6\\\n\n$$$$"
    found = assigned(examples.NMREDATA.replace("$$$$", empty))
    assert ("NMREDATA_1D_13C#2", "holds no signal") in [(x.text, x.reason) for x in found.spectrum.left_out]


def test_an_archive_of_nmrium(tmp_path):
    (tmp_path / "a.nmrium").write_bytes(examples.nmrium_zip())
    assert [p.shift_ppm for p in read_spectra(tmp_path / "a.nmrium")[0]] == [170.2, 21.0]


def test_a_workbook(tmp_path):
    (tmp_path / "peaks.xlsx").write_bytes(examples.workbook())
    (spectrum,) = read_spectra(tmp_path / "peaks.xlsx")
    assert spectrum.peaks == (Peak(170.2, "S"), Peak(21.0, "Q"))


def test_a_german_workbook_with_other_sheets_titles_and_mixed_numbers(tmp_path):
    book = Workbook()
    book.active.append(["Probe", 17.5])
    sheet = book.create_sheet("Peaks")
    for row in (
        [],
        ["Auswertung 13C"],
        ["Nr.", "Chemische Verschiebung δ / ppm", "Klasse"],
        [1, "170,2", "Cq"],
        [2, 21.5, "CH3"],
    ):
        sheet.append(row)
    book.save(tmp_path / "peaks.xlsx")
    (spectrum,) = read_spectra(tmp_path / "peaks.xlsx")
    assert spectrum.peaks == (Peak(170.2, "S"), Peak(21.5, "Q"))


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("given", ["10", "10/pdata/1", "10/pdata/1/1r", "10/acqus"])
def test_a_processed_bruker_folder(tmp_path, order, given):
    examples.write_bruker(tmp_path / "10", SHIFTS, order)
    (spectrum,) = read_spectra(tmp_path / given)
    assert [p.shift_ppm for p in spectrum] == pytest.approx(SHIFTS, abs=0.01)
    assert spectrum.solvent == "CDCl3"


@pytest.mark.parametrize("delay", [0.0, 67.98])
def test_a_raw_bruker_folder_is_transformed_and_phased(tmp_path, delay):
    examples.write_bruker_fid(tmp_path / "10", SHIFTS, delay)
    (spectrum,) = read_spectra(tmp_path / "10")
    assert [p.shift_ppm for p in spectrum] == pytest.approx(SHIFTS, abs=0.05)
    assert "transformed" in spectrum.notes[0]


def test_a_raw_varian_folder(tmp_path):
    examples.write_varian(tmp_path / "carbon.fid", SHIFTS)
    (spectrum,) = read_spectra(tmp_path / "carbon.fid")
    assert [p.shift_ppm for p in spectrum] == pytest.approx(SHIFTS, abs=0.05)
    assert spectrum.solvent == "CDCl3"


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("processed", [False, True])
def test_a_file_of_jeol(tmp_path, order, processed):
    examples.write_jeol(tmp_path / "carbon.jdf", SHIFTS, order, processed)
    (spectrum,) = read_spectra(tmp_path / "carbon.jdf")
    assert [p.shift_ppm for p in spectrum] == pytest.approx(SHIFTS, abs=0.05)
    assert (spectrum.id, spectrum.solvent) == ("carbon", "CHLOROFORM-D")
    assert ("transformed" in spectrum.notes[0]) is not processed


def test_nmrglue_finds_the_same_numbers_in_a_file_of_jeol(tmp_path):
    nmrglue = pytest.importorskip("nmrglue")
    path = examples.write_jeol(tmp_path / "carbon.jdf", SHIFTS)
    _, theirs = nmrglue.jeol.read(str(path))
    assert np.array_equal(_numbers(path.read_bytes(), "<", is_complex=True), theirs)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    examples.write_bruker(tmp_path / "other", SHIFTS)
    examples.write_bruker(tmp_path / "10", SHIFTS)
    (tmp_path / "10" / "pdata" / "1" / "1r").unlink()
    (tmp_path / "10" / "pdata" / "1" / "1r").symlink_to(tmp_path / "other" / "pdata" / "1" / "1r")
    with pytest.raises(SpectrumFormatError, match="leads out of the folder"):
        read_spectra(tmp_path / "10")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (examples.JCAMP.replace("13C", "1H"), "no 13C peak table or spectrum .*another nucleus, 1H"),
        (examples.JCAMP.replace("170.2, 10.0\n21.0, 12.0\n", ""), "holds no peak"),
        (examples.TEXT["nmrium"].replace("13C", "19F"), "no processed one-dimensional 13C spectrum"),
        (
            examples.PEAKLIST.replace(
                "<PeakList m", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><PeakList m'
            ),
            "document type or entities",
        ),
        (examples.PEAKLIST[:-30], "not valid XML"),
        (examples.NMREDATA[: examples.NMREDATA.index("> <NMREDATA_ASS")] + "$$$$\n", "neither NMREDATA_1D_13C nor"),
    ],
)
def test_errors(text, message):
    with pytest.raises(SpectrumFormatError, match=message):
        read(text)
