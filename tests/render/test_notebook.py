"""Answers and spectra in notebooks and data frames."""

import re
import sys
from dataclasses import replace

import pyarrow as pa
import pytest

from km3aid import Spectrum
from km3aid.engine.results import Answers, Hits
from km3aid.render import notebook

PEAKS = [170.2, 169.8, 151.3, 134.9, 132.5, 126.2, 124.0, 122.2, 21.0]
ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"


@pytest.fixture(scope="module")
def spectrum():
    return Spectrum.from_shifts(PEAKS, id="mine")


@pytest.fixture(scope="module")
def answered(engine, spectrum):
    return {
        "assign": engine.assign(ASPIRIN, spectrum),
        "verify": engine.verify(ASPIRIN, spectrum),
        "rank": engine.rank([ASPIRIN, "COC(=O)c1ccccc1O"], spectrum),
        "predict": engine.predict(ASPIRIN),
    }


def frame(shown, monkeypatch):
    """The rows without pandas."""
    monkeypatch.setitem(sys.modules, "pandas", None)
    made = shown.to_dataframe()
    assert isinstance(made, pa.Table)
    return made.to_pylist()


@pytest.mark.parametrize("task", ["assign", "verify", "rank", "predict"])
def test_every_answer_draws_itself(answered, task):
    html = answered[task]._repr_html_()
    assert html.startswith('<div class="km3aid">')
    assert "<svg" in html
    assert "<table" in html


def test_the_colours_of_pictures_are_said(answered, spectrum):
    """They are variables of the page, which a notebook's page does not have."""
    for shown in (*answered.values(), spectrum):
        html = shown._repr_html_()
        used = set(re.findall(r"""["':]var\((--\w+)\)""", html))
        assert used
        assert used <= set(re.findall(r"(--\w+):", html))


def test_a_spectrum_draws_itself(spectrum):
    assert "170.20" in spectrum._repr_html_()


def test_several_answers_are_an_overview(answered):
    answers = Answers([answered["rank"], answered["rank"]])
    assert answers._repr_html_().count("<details>") == 2


def test_what_was_asked_is_no_part_of_the_answer(answered, engine, spectrum):
    assert "asked" not in answered["assign"].to_dict()
    assert replace(answered["assign"], asked=None) == answered["assign"]
    assert replace(answered["assign"], asked=None)._repr_html_() is None


def test_rows_of_an_assignment_are_peaks_then_carbons_without_one(engine, monkeypatch):
    rows = frame(engine.assign("CCCO", Spectrum.from_shifts([64.0, 10.0, 150.0])), monkeypatch)
    assert [row["peak"] for row in rows] == [0, 1, 2, None]
    assert rows[0]["atoms"] == [2]
    assert rows[2]["atoms"] == []
    assert rows[3]["atoms"] == [1]


def test_rows_of_the_other_answers(answered, spectrum, monkeypatch):
    hits = frame(answered["rank"], monkeypatch)
    assert (hits[0]["id"], hits[0]["rank"]) == ("mine", 1)
    assert len(frame(Answers([answered["rank"]] * 2), monkeypatch)) == 2 * len(hits)
    assert {row["name"] for row in frame(answered["verify"], monkeypatch)} >= {"shifts", "number of lines"}
    assert sorted(a for row in frame(answered["predict"], monkeypatch) for a in row["atoms"]) == [0, 1, *range(4, 11)]
    assert [row["shift_ppm"] for row in frame(spectrum, monkeypatch)] == PEAKS


@pytest.mark.parametrize("task", ["assign", "verify", "rank", "predict"])
def test_a_frame_without_rows_has_the_columns_of_others(answered, task):
    shown = answered[task]
    assert set(notebook._NO_COLUMNS[type(shown)]) == {name for row in notebook.rows_of(shown) for name in row}


def test_no_hit_is_a_frame_without_rows(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    assert Hits(None, (), 0, 0.0).to_dataframe().column_names[:3] == ["id", "rank", "smiles"]


def test_pandas_where_it_is_installed(answered):
    pd = pytest.importorskip("pandas", reason="needs pandas: pip install 'km3aid[notebook]'")
    made = answered["rank"].to_dataframe()
    assert isinstance(made, pd.DataFrame)
    assert str(made["rank"].dtype) == "Int64"


def test_shifts_beside_the_atoms_of_rdkit(answered, engine):
    drawn = answered["assign"].to_rdkit()
    assert drawn.GetAtomWithIdx(0).GetProp("atomNote") == "21"
    assert answered["predict"].to_rdkit().GetAtomWithIdx(0).HasProp("atomNote")
    assert answered["rank"].hits[0].to_rdkit().GetNumAtoms() == 13
