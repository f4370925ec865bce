"""Every format through the one door, and what each refuses."""

import csv
import io
import json

import pyarrow.parquet as pq
import pytest
from tests.render.cases import CASE, CYMENE_CASE, ETHANOL, HITS, PREDICTION

from km3aid.errors import ConfigError
from km3aid.render.export import export
from km3aid.render.registry import FORMATS
from km3aid.requests.answers import Case
from km3aid.spectra import read_spectra

STARTS = {
    "json": b"{",
    "jsonl": b"{",
    "csv": b"peak_from_1,",
    "parquet": b"PAR1",
    "html": b"<!doctype html>",
    "journal": b"13C NMR",
    "nmredata": b"\n     RDKit",
    "nmrium": b'{"version"',
    "svg": b"<svg",
    "png": b"\x89PNG",
    "pdf": b"%PDF",
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_writes_an_assignment(name):
    document = export(CASE, name)
    assert document.content.startswith(STARTS[name])
    assert document.suffix in FORMATS[name].suffixes
    assert document.media_type == FORMATS[name].media_type


@pytest.mark.parametrize("name", FORMATS)
def test_what_a_format_cannot_show_is_an_error(name):
    for answer in (HITS, PREDICTION):
        case = Case(answer, "CCO")
        if type(answer) in FORMATS[name].answers:
            assert export(case, name).content
        else:
            with pytest.raises(ConfigError, match=f"{name}: is for"):
                export(case, name)
    if FORMATS[name].several:
        assert export([CASE, CYMENE_CASE], name).content
    else:
        with pytest.raises(ConfigError, match="shows one answer, not 2"):
            export([CASE, CYMENE_CASE], name)


def test_what_is_missing_is_said():
    with pytest.raises(ConfigError, match="unknown format 'word'; known: json"):
        export(CASE, "word")
    with pytest.raises(ConfigError, match="no answer"):
        export([], "json")
    with pytest.raises(ConfigError, match="needs the structure and the spectrum"):
        export(Case(ETHANOL), "nmredata")
    with pytest.raises(ConfigError, match="of one kind"):
        export([CASE, Case(HITS)], "json")


@pytest.mark.parametrize("answer", [ETHANOL, HITS, PREDICTION])
def test_json_and_parquet_give_back_what_went_in(answer):
    case = Case(answer)
    assert json.loads(export(case, "json").content) == answer.to_dict()
    lines = export([case, case], "jsonl").content.decode().splitlines()
    assert [json.loads(line) for line in lines] == [answer.to_dict()] * 2
    assert json.loads(export([case, case], "json").content) == [answer.to_dict()] * 2
    rows = pq.read_table(io.BytesIO(export([case, case], "parquet").content)).to_pylist()
    assert rows == [{**answer.to_dict(), "error": None}] * 2


def test_csv_has_a_row_for_every_peak_and_every_carbon_alone(tmp_path):
    text = export(CYMENE_CASE, "csv").content.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [r["atoms_from_1"] for r in rows] == ["4", "7", "6 9", "5 10", "2", "1 3", "8", ""]
    assert rows[2]["alternatives_from_1"] == "5 10 (0.34)"
    alone = Case(ETHANOL.__class__("#1\n2", "CCO", ETHANOL.assignments[:1], (), (0,), 0.0))
    rows = list(csv.DictReader(io.StringIO(export(alone, "csv").content.decode())))
    assert [(r["peak_from_1"], r["shift_ppm"], r["atoms_from_1"], r["id"]) for r in rows] == [
        ("1", "58.0", "2", "#1 2"),
        ("", "", "1", "#1 2"),
    ]


@pytest.mark.parametrize("format", ["csv", "journal"])
@pytest.mark.parametrize("case", [CASE, CYMENE_CASE])
def test_read_back_as_a_spectrum_nothing_has_changed(case, format, tmp_path):
    path = tmp_path / f"a{FORMATS[format].suffixes[0]}"
    path.write_bytes(export(case, format).content)
    (spectrum,) = read_spectra(path)
    kept = [(p.shift_ppm, p.multiplicity, p.count) for p in case.spectrum]
    assert [(p.shift_ppm, p.multiplicity, p.count) for p in spectrum] == kept
    if format == "csv":
        assert [p.intensity for p in spectrum] == [p.intensity for p in case.spectrum]
    else:
        assert spectrum.solvent == case.spectrum.solvent


def test_the_journal_line():
    assert export(CYMENE_CASE, "journal").content.decode() == (
        "13C NMR (100.6 MHz, CDCl3) δ 145.85 (1Cq, C-4), 135.1 (Cq, C-7), 128.97 (2CH, C-6, C-9), "
        "126.24 (2CH, C-5, C-10), 33.7 (1CH, C-2), 24.13 (2CH3, C-1, C-3), 20.9 (1CH3, C-8), -1.25.\n"
    )
    assert export(Case(PREDICTION, "CCO"), "journal").content.decode() == (
        "13C NMR (predicted) δ 57.9 (C-2), 18.3 (C-1).\n"
    )
