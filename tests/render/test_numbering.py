"""One assignment in every format: the same peak has the same atoms, however they are counted."""

import csv
import html
import io
import json
import re

import pyarrow.parquet as pq
import pytest
from tests.render.cases import CYMENE_CASE

from km3aid.engine.results import Matrix
from km3aid.render.drawing.marks import ASSIGNMENT_COLUMNS, marks_of
from km3aid.render.export import export
from km3aid.render.rows import answer_rows
from km3aid.requests.answers import Case

EXPECTED = {a.peak: set(a.atoms) for a in CYMENE_CASE.answer.assignments}
SHIFTS = [p.shift_ppm for p in CYMENE_CASE.spectrum]


def text_of(format, case=CYMENE_CASE):
    return export(case, format).content.decode()


def from_1(text):
    return {int(n) - 1 for n in re.findall(r"[0-9]+", text)}


def of_dicts(answer):
    return {a["peak"]: set(a["atoms"]) for a in answer["assignments"]}


def of_rows(rows):
    return {int(r["peak_from_1"]) - 1: from_1(r["atoms_from_1"]) for r in rows if r["atoms_from_1"]}


def of_journal(text):
    peaks = re.findall(r"(-?[0-9.]+)(?: \(([^)]*)\))?(?:, |\.$)", text.partition("δ")[2].strip())
    return {SHIFTS.index(float(shift)): from_1(" ".join(re.findall("C-[0-9]+", said))) for shift, said in peaks if said}


def of_nmredata(text):
    lines = re.search(r"<NMREDATA_ASSIGNMENT>\n(.*?)\n\n", text, re.DOTALL)[1].splitlines()
    parts = [line.split(" ;")[0].split(", ", 2) for line in lines if "=" not in line]
    return {SHIFTS.index(float(shift)): from_1(atoms) for _, shift, atoms in parts}


def of_nmrium(text):
    ranges = json.loads(text)["data"]["spectra"][0]["ranges"]["values"]
    signals = [r["signals"][0] for r in ranges]
    assert all(from_1(s["assignment"]) <= set(s["atoms"]) for s in signals)
    return {SHIFTS.index(s["delta"]): set(s["atoms"]) for s in signals if s["atoms"]}


def of_titles(text):
    titles = re.findall(r"peak ([0-9]+): [-0-9.]+ ppm, atoms ([0-9 ]+),", text)
    return {int(peak) - 1: from_1(atoms) for peak, atoms in titles}


def of_table(text):
    rows = re.findall(r'<tr data-mark="([0-9]+)" tabindex="0">(.*?)</tr>', text)
    cells = {int(number) - 1: re.sub("<[^>]*>", " ", row.split("<td>")[3]) for number, row in rows}
    return {peak: from_1(atoms) for peak, atoms in cells.items() if from_1(atoms)}


FOUND = {
    "json": lambda: of_dicts(json.loads(text_of("json"))),
    "jsonl": lambda: of_dicts(json.loads(text_of("jsonl"))),
    "parquet": lambda: of_dicts(pq.read_table(io.BytesIO(export(CYMENE_CASE, "parquet").content)).to_pylist()[0]),
    "csv": lambda: of_rows(csv.DictReader(io.StringIO(text_of("csv")))),
    "terminal": lambda: of_rows(answer_rows(CYMENE_CASE)),
    "journal": lambda: of_journal(text_of("journal")),
    "nmredata": lambda: of_nmredata(text_of("nmredata")),
    "nmrium": lambda: of_nmrium(text_of("nmrium")),
    "svg": lambda: of_titles(text_of("svg")),
    "html": lambda: of_table(text_of("html")),
    "html titles": lambda: of_titles(html.unescape(text_of("html"))),
}


@pytest.mark.parametrize("format", FOUND)
def test_a_peak_has_the_same_atoms_in_every_format(format):
    assert FOUND[format]() == EXPECTED


def test_what_people_read_says_that_it_counts_from_1():
    assert text_of("csv").startswith("peak_from_1,")
    assert "peaks and atoms counted from 1" in text_of("svg")
    page = text_of("html")
    assert all(f"<th>{column}</th>" in page for column in ("peak (from 1)", "atoms (from 1)"))
    assert [m.columns[0] for m in marks_of(CYMENE_CASE)] == [str(n) for n in range(1, len(SHIFTS) + 1)]
    assert len(ASSIGNMENT_COLUMNS) == len(marks_of(CYMENE_CASE)[0].columns)


def test_the_matrix_counts_from_1():
    matrix = Matrix(((7,), (0, 2)), (21.0, 24.0), ((1.0, 2.0),) * 8, ((0.5, 0.5),) * 8)
    case = Case(CYMENE_CASE.answer, CYMENE_CASE.structure, CYMENE_CASE.spectrum, matrix)
    head = text_of("html", case).partition('class="matrix"')[2].partition("</thead>")[0]
    assert re.findall(r"<th>([0-9 ]+)<br>", head) == ["1 3", "8"]
