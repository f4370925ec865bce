"""Every peak and every carbon can be pointed at, however close it lies to another."""

import pytest
from tests.web.browser.acts import disc_of, paste

CHOLESTEROL = "C[C@H](CCCC(C)C)[C@H]1CC[C@@H]2[C@@]1(CC[C@H]3[C@H]2CC=C4[C@@]3(CC[C@@H](C4)O)C)C"
SHIFTS = (
    "140.8 121.7 71.8 56.8 56.2 50.1 42.3 42.3 39.8 39.5 37.3 36.5 36.2 35.8 31.9 31.9 31.7 28.2 28.0 24.3 23.8 22.8 "
    "22.6 21.1 19.4 18.7 11.9"
)
CAMPHOR = "CC1(C)C2CCC1(C)C(=O)C2"

pytestmark = pytest.mark.browser


def lit(page):
    return page.eval_on_selector_all("#sticks-figure .stick.lit", "all => all.map(e => e.dataset.peak)")


def point(page, x, y):
    page.mouse.move(5, 5)
    page.mouse.move(x, y)


@pytest.mark.parametrize("width", [1280, 390])
def test_every_label_and_every_line_of_27_peaks_is_its_own(open_page, shot, width):
    page = open_page(viewport={"width": width, "height": 860})
    paste(page, SHIFTS, CHOLESTEROL)
    page.locator("#sticks-figure").scroll_into_view_if_needed()
    sticks = page.locator("#sticks-figure .stick")
    assert sticks.count() == 27
    for n in range(27):
        stick = sticks.nth(n)
        own = [stick.get_attribute("data-peak")]
        label = stick.locator("text").bounding_box()
        point(page, label["x"] + label["width"] / 2, label["y"] + label["height"] / 2)
        assert lit(page) == own, f"label of {own}"
        strip = stick.locator(".grip").first.bounding_box()
        assert strip["width"] > 0
        point(page, strip["x"] + strip["width"] / 2, strip["y"] + strip["height"] / 2)
        assert lit(page) == own, f"line of {own}"
    shot(page, f"labels-{width}")


def test_labels_overlap_nowhere(open_page):
    page = open_page()
    paste(page, SHIFTS, CHOLESTEROL)
    boxes = [e.bounding_box() for e in page.locator("#sticks-figure .stick text").all()]
    for n, a in enumerate(boxes):
        for b in boxes[n + 1 :]:
            apart_x = a["x"] + a["width"] <= b["x"] + 1 or b["x"] + b["width"] <= a["x"] + 1
            apart_y = abs(a["y"] - b["y"]) >= min(a["height"], b["height"]) - 4
            assert apart_x or apart_y


@pytest.mark.parametrize("smiles", [CHOLESTEROL, CAMPHOR])
def test_every_carbon_is_its_own_target(open_page, shot, smiles):
    page = open_page()
    page.fill("#structure-text", smiles)
    page.wait_for_selector("#structure-figure .atom")
    for atom in page.locator("#structure-figure .atom").all():
        disc = atom.locator(".disc").bounding_box()
        middle = disc["x"] + disc["width"] / 2, disc["y"] + disc["height"] / 2
        found = page.evaluate("([x, y]) => document.elementFromPoint(x, y).closest('.atom')?.dataset.atom", middle)
        assert found == atom.get_attribute("data-atom")
    shot(page, f"structure-{len(smiles)}")


def test_wheel_drag_and_keys_zoom_the_spectrum(open_page, shot):
    page = open_page()
    paste(page, SHIFTS, CHOLESTEROL)
    seen = page.locator("#sticks-figure .stick")
    canvas = page.locator("#sticks-figure .canvas").bounding_box()
    y = canvas["y"] + canvas["height"] * 0.75
    page.mouse.move(canvas["x"] + canvas["width"] * 0.7, y)
    page.mouse.down()
    page.mouse.move(canvas["x"] + canvas["width"] * 0.9, y, steps=4)
    page.mouse.up()
    assert 0 < seen.count() < 27
    shot(page, "zoomed")
    page.focus("#sticks-figure .stick[tabindex='0']")
    page.keyboard.press("0")
    assert seen.count() == 27
    page.mouse.move(canvas["x"] + canvas["width"] * 0.8, y)
    page.mouse.wheel(0, -800)
    assert seen.count() < 27
    page.dblclick("#sticks-figure .canvas", position={"x": 20, "y": canvas["height"] * 0.75})
    assert seen.count() == 27


def test_the_structure_is_enlarged_and_its_labels_are_chosen(open_page):
    page = open_page()
    paste(page, SHIFTS, CHOLESTEROL)
    before = page.locator(disc_of("C1")).bounding_box()
    page.click("#structure-figure [data-zoom=in]")
    after = page.locator(disc_of("C1")).bounding_box()
    assert before != after
    page.click("#structure-figure [data-zoom=whole]")
    assert page.locator(disc_of("C1")).bounding_box() == before
    for label, text in (("atom", "C20"), ("ppm", "140.8"), ("predicted", "."), ("peak", "1")):
        page.select_option("#labels", label)
        assert text in page.inner_text("#structure-figure .canvas")
