import re
from xml.etree import ElementTree

import pytest

from km3aid.engine.results import Alternative, AssignedPeak, Assignment, PredictedCarbon, Prediction
from km3aid.errors import ConfigError
from km3aid.render import write_assignment, write_prediction
from km3aid.render.svg import confidence_colour
from km3aid.spectra import parse_peaks

SVG = "{http://www.w3.org/2000/svg}"
ETHANOL = Assignment(
    "<b>id</b>",
    "CCO",
    (AssignedPeak(0, 58.0, (1,), 57.5, 0.98, (Alternative((0,), 0.02),)), AssignedPeak(1, 18.0, (0,), 17.9, 0.6)),
    (2,),
    (),
    -3.0,
    ("1 peak(s) fit no carbon <script>",),
)
PEAKS = parse_peaks("58.0 18.0 77.2")


def marks(element):
    return [e.get("data-mark") for e in element.iter() if e.get("data-mark")]


def test_the_picture_marks_every_peak_and_its_atoms(tmp_path):
    write_assignment("CCO", PEAKS, ETHANOL, svg=tmp_path / "a.svg")
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    assert sorted(marks(root)) == ["1", "1", "2", "2", "3"]  # two peaks and their atoms, and one peak alone
    texts = [t.text for t in root.iter(f"{SVG}text")]
    assert "OH" in texts
    sticks = {
        e.get("data-mark"): float(e.find(f"{SVG}line").get("x1"))
        for e in root.iter(f"{SVG}g")
        if e.get("data-mark") and e.find(f"{SVG}line") is not None
    }
    assert sticks["3"] < sticks["1"] < sticks["2"]  # the axis runs from high to low shift


def test_the_page_needs_nothing_else_and_escapes_everything(tmp_path):
    write_assignment("CCO", PEAKS, ETHANOL, html=tmp_path / "a.html")
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert not re.search(r"(?:src|href)=", text)
    assert "<script>" not in text.replace("<script>\nconst", "")
    assert "fit no carbon &lt;script&gt;" in text
    assert "98%" in text
    assert text.count("<tr data-mark=") == 3


@pytest.mark.parametrize(
    "smiles",
    [
        "C",
        "CC#N",
        "[13CH3]C",
        "C[N+](C)(C)CC(=O)[O-]",
        "C[C@@H]1CC[C@H](C(C)C)[C@@H](O)C1",
        "c1ccc2cc3ccccc3cc2c1",
        "CCO.CCN",
        "C" * 60,
        "C/C=C/C=C\\C",
    ],
)
def test_every_structure_can_be_drawn(tmp_path, engine, smiles):
    answer = engine.predict(smiles)
    write_prediction(smiles, answer, svg=tmp_path / "p.svg", html=tmp_path / "p.html")
    root = ElementTree.parse(tmp_path / "p.svg").getroot()
    carbons = sum(len(c.atoms) for c in answer.carbons)
    assert len(marks(root)) == carbons + len(answer.carbons)
    for e in root.iter(f"{SVG}circle"):
        assert 0 <= float(e.get("cx")) <= 760


def test_atoms_are_numbered_as_in_the_input(tmp_path):
    answer = Prediction("CO", (PredictedCarbon((2,), 50.0, 1.0, "Q"),))
    write_prediction("[H]OC", answer, svg=tmp_path / "p.svg")
    assert len(marks(ElementTree.parse(tmp_path / "p.svg").getroot())) == 2


def test_colours_run_from_red_to_green():
    assert confidence_colour(0.5) == confidence_colour(0.1) == "#9c1c1c"
    assert confidence_colour(1.0) == "#1c9c46"


def test_a_file_that_cannot_be_written_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match="cannot be written"):
        write_assignment("CCO", PEAKS, ETHANOL, svg=tmp_path / "no" / "a.svg")
