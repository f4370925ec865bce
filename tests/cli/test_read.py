"""What `km3aid read` shows of a spectrum, without a model."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.runner import km3aid
from tests.spectra import format_examples as examples
from tests.spectra.format_examples import SHIFTS

from km3aid.spectra import read_spectra


@pytest.fixture
def measured(tmp_path):
    """A spectrum of four carbons, and the solvent's line."""
    return examples.write_bruker(tmp_path / "10", SHIFTS)


def test_every_line_is_shown_with_what_it_is_taken_for(measured):
    done = km3aid("read", measured, "--format", "table")
    assert done.returncode == 0, done.stderr
    assert "10: 4 peaks, 1 lines set aside, plain 13C, CDCl3, 100.6 MHz" in done.stdout
    for shift in SHIFTS:
        assert f"{shift:.2f}" in done.stdout
    assert "line of the solvent CDCl3" in done.stdout


def test_json_is_a_record_with_the_peaks_alone(measured, tmp_path):
    found = json.loads(km3aid("read", measured, "--format", "json").stdout)
    assert [p["ppm"] for p in found["peaks"]] == pytest.approx([s for s in SHIFTS if abs(s - 77.2) > 1], abs=0.01)
    assert [p["ppm"] for p in found["aside"]] == pytest.approx([77.2], abs=0.01)
    assert found["noise"] > 0
    (tmp_path / "a.json").write_text(json.dumps(found))
    assert [p.shift_ppm for p in read_spectra(tmp_path / "a.json")[0]] == [p["ppm"] for p in found["peaks"]]


def test_csv_is_read_back_without_what_is_set_aside(measured, tmp_path):
    assert km3aid("read", measured, "--out", tmp_path / "a.csv").returncode == 0
    (back,) = read_spectra(tmp_path / "a.csv")
    assert [p.shift_ppm for p in back] == pytest.approx([s for s in SHIFTS if abs(s - 77.2) > 1], abs=0.01)
    assert any(left.reason.startswith("set aside: line of the solvent") for left in back.left_out)


def test_a_journal_line_has_the_peaks_alone():
    done = km3aid("read", "--peaks", "170.2(C/CH2) 77.2 21.0Q", "--solvent", "CDCl3", "--format", "journal")
    assert done.stdout == "13C NMR (CDCl3) δ 170.2 (C/CH2), 21.0 (CH3).\n"


@pytest.mark.parametrize("source", ["measured", "list"])
def test_the_picture_marks_every_line(measured, tmp_path, source):
    given = [measured] if source == "measured" else ["--peaks", " ".join(map(str, SHIFTS)), "--solvent", "CDCl3"]
    assert km3aid("read", *given, "--out", tmp_path / "a.svg").returncode == 0
    drawn = (tmp_path / "a.svg").read_text()
    assert len(re.findall('class="mark"', drawn)) == len(SHIFTS)
    assert ("5 × noise" in drawn, "<polygon" in drawn) == ((True, True) if source == "measured" else (False, False))
    assert "4 × peak" in drawn
    assert "1 × set aside: solvent, reference" in drawn


def test_the_page_tells_what_was_decided(measured, tmp_path):
    assert km3aid("read", measured, "--out", tmp_path / "a.html").returncode == 0
    page = (tmp_path / "a.html").read_text()
    assert "set aside 77.2 ppm: line of the solvent" in page
    assert page.count("<tr data-mark") == len(SHIFTS)
    records = tmp_path / "two.jsonl"
    records.write_text('{"peaks": [20, 30]}\n{"peaks": [40]}\n')
    done = km3aid("read", records, "--format", "html")
    assert "2 answers" in done.stdout


def test_no_model_is_loaded(measured):
    code = "import sys; from km3aid.cli import main; sys.argv = ['km3aid', 'read', sys.argv[1], '--format', 'json'];"
    code += "main.__globals__['app'](standalone_mode=False);"
    code += "sys.exit(str([m for m in ('torch', 'onnxruntime', 'rdkit', 'km3aid.engine.engine') if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code, measured], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "[]"


def test_formats_for_computed_answers_are_refused(measured):
    done = km3aid("read", measured, "--format", "nmredata")
    assert done.returncode == 2
    assert "nmredata: is for assignments, not for readings" in done.stderr


def test_a_record_without_a_spectrum_is_left_out_and_told(tmp_path):
    good, bad = examples.NMREDATA, "\n\n\n  1  0  0  0  0  0  0  0  0  0999 V2000\n"
    bad += "    0.0000    0.0000    0.0000 C   0  0\nM  END\n> <ID>\n2\n\n$$$$\n"
    (tmp_path / "a.sdf").write_text(good + bad)
    done = km3aid("read", tmp_path / "a.sdf")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["peaks"]) == 2
    assert json.loads(done.stdout)["left_out"][-1]["text"] == "a record"
    (tmp_path / "b.sdf").write_text(bad)
    assert km3aid("read", tmp_path / "b.sdf").returncode == 2


def test_prose_that_speaks_of_a_spectrum_is_refused():
    done = km3aid("read", Path(__file__).parents[2] / "README.md")
    assert done.returncode != 0
    assert "the 13C part has no shift" in done.stderr
