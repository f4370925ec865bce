"""Pictures: what is on them, and where."""

import io
import itertools
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.render.cases import CASE, CYMENE_CASE

from km3aid.engine.results import PredictedCarbon, Prediction
from km3aid.render.drawing.marks import confidence_colour
from km3aid.render.drawing.picture import picture
from km3aid.render.drawing.scene import Mark, Text, width_of
from km3aid.render.drawing.sticks import spread
from km3aid.render.export import export
from km3aid.requests.answers import Case

SVG = "{http://www.w3.org/2000/svg}"
STRUCTURES = [
    "C",
    "CC#N",
    "[13CH3]C",
    "C[N+](C)(C)CC(=O)[O-]",
    "C[C@@H]1CC[C@H](C(C)C)[C@@H](O)C1",
    "c1ccc2cc3ccccc3cc2c1",
    "CCO.CCN",
    "C" * 60,
    "C/C=C/C=C\\C",
]


def root_of(case):
    return ElementTree.fromstring(export(case, "svg").content.decode())


def marks(element):
    return [e.get("data-mark") for e in element.iter() if e.get("data-mark")]


def test_the_picture_marks_every_peak_and_its_atoms():
    root = root_of(CASE)
    assert sorted(marks(root)) == ["1", "1", "2", "2", "3"]  # two peaks and their atoms, and one peak alone
    assert "OH" in [t.text for t in root.iter(f"{SVG}text")]
    sticks = {
        e.get("data-mark"): float(e.find(f"{SVG}line").get("x1"))
        for e in root.iter(f"{SVG}g")
        if e.get("data-mark") and e.find(f"{SVG}line") is not None
    }
    assert sticks["3"] < sticks["1"] < sticks["2"]  # the axis runs from high to low shift


@pytest.mark.parametrize("smiles", STRUCTURES)
def test_every_structure_can_be_drawn(engine, smiles):
    answer = engine.predict(smiles)
    case = Case(answer, smiles)
    root = root_of(case)
    carbons = sum(len(c.atoms) for c in answer.carbons)
    assert len(marks(root)) == carbons + len(answer.carbons)
    for e in root.iter(f"{SVG}circle"):
        assert 0 <= float(e.get("cx")) <= float(root.get("width"))
    for format in ("png", "pdf", "html"):
        assert export(case, format).content


def test_atoms_are_numbered_as_in_the_input():
    answer = Prediction("CO", (PredictedCarbon((2,), 50.0, 1.0, "Q"),))
    assert len(marks(root_of(Case(answer, "[H]OC")))) == 2


def test_numbers_do_not_run_into_each_other():
    """Sixty peaks within 6 ppm, and all the methyls of a crowded molecule."""
    smiles = "CC(C)(C)c1cc(C(C)(C)C)c(O)c(C(C)(C)C)c1"
    carbons = [PredictedCarbon((n,), 30 + 0.1 * n, 1.0, None) for n in (0, 1, 2, 3, 7, 8, 9, 10, 13, 14, 15, 16)]
    for case in (Case(Prediction(smiles, tuple(carbons)), smiles), _long_list()):
        boxes = [
            (s.x, s.y, width_of(s.text, s.size))
            for item in picture(case).items
            if isinstance(item, Mark)
            for s in item.shapes
            if isinstance(s, Text)
        ]
        clashes = [
            (a, b)
            for n, a in enumerate(boxes)
            for b in boxes[:n]
            if abs(a[0] - b[0]) < (a[2] + b[2]) / 2 and abs(a[1] - b[1]) < 9
        ]
        assert not clashes


def _long_list():
    carbons = tuple(PredictedCarbon((n,), 30 + 0.1 * n, 1.0, None) for n in range(60))
    return Case(Prediction("C" * 60, carbons), "C" * 60)


@given(st.lists(st.floats(0, 500), max_size=40), st.floats(1, 30))
def test_spread_places_stay_in_order_apart_and_within(wanted, gap):
    wanted = sorted(wanted)
    places = spread(wanted, gap, 0.0, 500.0)
    apart = min(gap, 500 / max(len(wanted) - 1, 1))
    assert len(places) == len(wanted)
    assert all(b - a >= apart - 1e-6 for a, b in itertools.pairwise(places))
    assert all(-1e-6 <= p <= 500 + 1e-6 for p in places)
    if all(b - a >= gap for a, b in itertools.pairwise(wanted)):
        assert places == pytest.approx(wanted, abs=1e-6)


def test_png_and_pdf_show_the_picture():
    scene = picture(CYMENE_CASE)
    image = Image.open(io.BytesIO(export(CYMENE_CASE, "png").content))
    assert image.size == (round(2 * scene.width), round(2 * scene.height))
    pixels = np.asarray(image.convert("RGB")).reshape(-1, 3)
    assert (pixels == 255).all(1).mean() > 0.8
    sure = [int(confidence_colour(0.99)[i : i + 2], 16) for i in (1, 3, 5)]
    assert (np.abs(pixels - np.array(sure)).sum(1) < 12).sum() > 200  # green sticks and numbers
    pdf = export([CYMENE_CASE, CASE], "pdf").content
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 2
    assert b"BitstreamVeraSans" in pdf


def test_the_same_picture_gives_the_same_bytes():
    for format in ("svg", "png", "pdf"):
        assert export(CASE, format).content == export(CASE, format).content


def test_colours_run_from_red_to_green():
    assert confidence_colour(0.5) == confidence_colour(0.1) == "#9c1c1c"
    assert confidence_colour(1.0) == "#1c9c46"
