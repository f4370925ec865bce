"""Each job in the browser, from paste to result; overruling, bad input, keyboard, narrow screens, accessibility."""

import json
from pathlib import Path

import pytest
from tests.web.browser.acts import ASPIRIN, REPORT, atoms_of, box, disc_of, drag, paste

BUTANOLS = "CCCCO 1-butanol\nCCC(C)O 2-butanol\nCC(C)CO isobutanol\nCC(C)(C)O tert-butanol"

pytestmark = pytest.mark.browser


def test_assign_from_paste_to_result(open_page, shot):
    page = open_page()
    paste(page)
    assert page.locator("#peaks tbody tr").count() == 9
    assert "1 left out" in page.inner_text("#left-out")
    assert page.inner_text("#spectrum-count") == "9 peaks, CDCl3"
    assert atoms_of(page, 2) == "C5"
    assert "C5," in page.get_attribute(".atom[data-atom='4']", "aria-label")
    assert page.locator(".index[data-of='4']").text_content() == "5"
    assert "atoms count from 1" in page.inner_text("#assign-panel .head")
    page.hover("#assignment tr[data-peak='2']")
    assert page.locator(".atom[data-atom='4'].lit").count() == 1
    page.hover(".atom[data-atom='0']", force=True)
    assert page.locator("#assignment tr[data-peak='8'].lit").count() == 1
    shot(page, "assign")


def test_a_peak_dragged_to_another_carbon_overrules_and_undo_takes_it_back(open_page, shot):
    page = open_page()
    paste(page)
    third, fourth = atoms_of(page, 3), atoms_of(page, 4)
    target = disc_of(fourth)
    drag(page, "#assignment [data-grab='3']", target)
    page.wait_for_selector("#assignment tr[data-peak='3']:has-text('by hand')")
    assert atoms_of(page, 3) == fourth
    assert atoms_of(page, 4) == third
    shot(page, "overrule")
    page.click("#undo")
    page.wait_for_selector(".pin", state="detached")
    assert (atoms_of(page, 3), atoms_of(page, 4)) == (third, fourth)
    drag(page, ".stick[data-peak='3'] .grip", target)
    page.wait_for_selector("#assignment tr[data-peak='3']:has-text('by hand')")
    assert atoms_of(page, 3) == fourth


def test_solvent_and_dept_are_told_in_the_page_and_travel_in_the_link(open_page, shot):
    page = open_page()
    paste(page, "58.3 77.1 18.4", "CCO")
    assert page.locator(".aside").count() == 0
    page.click("#more summary")
    page.select_option("#solvent", "CDCl3")
    page.wait_for_selector("#assignment tr.aside:has-text('line of the solvent CDCl3')")
    assert atoms_of(page, 1) == "set aside"
    assert page.locator("#peaks tr[data-peak='1'].aside").count() == 1
    assert page.locator(".stick.aside[data-peak='1']").count() == 1
    assert "2 of 3 peaks assigned, 1 set aside" in page.inner_text("#assign-status")
    page.fill("#dept135", "-58.3 18.4")
    page.keyboard.press("Tab")
    page.wait_for_selector("#remarks:has-text('multiplicities from DEPT-135')")
    assert page.locator("#peaks tr[data-peak='0'] option:first-child").inner_text() == "(CH₂)"
    shot(page, "solvent")
    page.click("#link")
    page.wait_for_selector("#toast:has-text('link')")
    other = open_page(page.evaluate("location.hash"))
    other.wait_for_selector("#assignment tr.aside")
    assert other.input_value("#dept135") == "-58.3 18.4"
    assert other.input_value("#solvent") == "CDCl3"
    other.fill("#dept90", "x")
    other.keyboard.press("Tab")
    other.wait_for_selector("#extras-error:has-text('DEPT-90')")
    other.fill("#dept90", "")
    other.keyboard.press("Tab")
    other.select_option("#solvent", "none")
    other.wait_for_selector("#extras-error", state="hidden")
    other.wait_for_selector(".aside", state="detached")


def test_alternatives_of_a_peak_can_be_taken(open_page):
    page = open_page()
    paste(page)
    before = atoms_of(page, 0)
    page.click("#assignment [data-key='peak-0']")
    page.click(".choices button >> nth=0")
    page.wait_for_selector(".pin")
    assert atoms_of(page, 0) != before
    page.click("text=Remove the pin")
    page.wait_for_selector(".pin", state="detached")
    assert atoms_of(page, 0) == before


def test_rank_shows_cards_with_the_worst_carbons_marked(open_page, shot):
    page = open_page()
    paste(page, "69.2 32.0 22.6 9.9", structure=None)
    page.click("#tab-rank")
    page.fill("#candidates-text", BUTANOLS)
    page.click("#rank-run")
    page.wait_for_selector(".card:nth-child(4) .drawing svg")
    assert page.inner_text(".card >> nth=0").startswith("1\n2-butanol")
    assert page.locator(".card >> nth=0 >> .worst").count() == 0
    assert page.locator(".card >> nth=1 >> .atom.worst").count() > 0
    shot(page, "rank")


def test_search_filters_and_assigns_a_hit(open_page, shot):
    page = open_page()
    paste(page, structure=None)
    page.click("#tab-search")
    page.fill("#f-formula", "C9H8O4")
    page.click("#search-run")
    page.wait_for_selector(".card .drawing svg")
    assert "aspirin" in page.inner_text(".card >> nth=0")
    shot(page, "search")
    page.click(".card >> nth=0 >> text=Assign this one")
    page.wait_for_selector("#assignment .meter")
    assert page.input_value("#structure-text") == ASPIRIN


def test_batch_shows_progress_and_saves(open_page, tmp_path):
    page = open_page()
    lines = [{"id": str(n), "smiles": ASPIRIN, "report": "170.2 21.0"} for n in range(20)] + [{"id": "bad"}]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, lines)))
    page.click("#tab-batch")
    page.set_input_files("#batch-file", str(tmp_path / "in.jsonl"))
    page.click("#batch-run")
    page.wait_for_selector("#batch-save [data-key='jsonl']:visible")
    assert page.inner_text("#batch-status").startswith("done: 21 of 21 answered, 1 failed")
    with page.expect_download() as saved:
        page.click("#batch-save [data-key='jsonl']")
    assert len(Path(saved.value.path()).read_text().splitlines()) == 21


def test_files_are_read_and_answers_saved(open_page, tmp_path):
    page = open_page()
    (tmp_path / "peaks.csv").write_text("type,ppm\nS,170.2\nQ,21.0\n")
    (tmp_path / "acid.smi").write_text("CC(=O)O acetic acid\n")
    page.set_input_files("#spectrum-file", str(tmp_path / "peaks.csv"))
    page.set_input_files("#structure-file", str(tmp_path / "acid.smi"))
    page.wait_for_selector("#assignment .meter")
    with page.expect_download() as saved:
        page.click("[aria-label='Save as csv']")
    first, *rest = Path(saved.value.path()).read_text().splitlines()
    assert first.startswith("peak_from_1,shift_ppm,")
    assert ",atoms_from_1,predicted_ppm," in first
    assert len(rest) == 2


def test_bad_input_is_said_and_lost_nothing(open_page, shot):
    page = open_page()
    paste(page)
    page.fill("#structure-text", "C1CC")
    page.wait_for_selector("#structure-error:visible")
    assert "cannot be read" in page.inner_text("#structure-error")
    page.fill("#spectrum-text", "hello world")
    page.wait_for_selector("#spectrum-error:visible")
    assert page.locator("#peaks tbody tr").count() == 9
    page.fill("#peaks tbody tr:first-child input", "1000")
    page.keyboard.press("Tab")
    assert "between" in page.inner_text("#spectrum-error")
    shot(page, "bad-input")


def test_a_link_brings_everything_back(open_page):
    page = open_page()
    paste(page)
    drag(page, "#assignment [data-grab='3']", disc_of(atoms_of(page, 4)))
    before = [atoms_of(page, p) for p in range(9)]
    page.click("#link")
    page.wait_for_selector("#toast:has-text('link')")
    link = page.evaluate("location.hash")
    other = open_page(link)
    other.wait_for_selector("#assignment .pin")
    assert [atoms_of(other, p) for p in range(9)] == before


def test_the_keyboard_alone_is_enough(open_page):
    page = open_page()
    page.focus("#spectrum-text")
    page.keyboard.insert_text(REPORT)
    page.wait_for_selector("#peaks tbody tr")
    page.focus("#structure-text")
    page.keyboard.insert_text(ASPIRIN)
    page.keyboard.press("Enter")
    page.wait_for_selector("#assignment .meter")
    page.focus("#assignment [data-key='peak-3']")
    page.keyboard.press("Enter")
    page.focus("[data-key='move-3']")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.classList.contains('atom')")
    first = page.evaluate("document.activeElement.dataset.atom")
    page.keyboard.press("Enter")
    page.wait_for_selector(".pin")
    assert atoms_of(page, 3) == f"C{int(first) + 1}"
    page.focus("#undo")
    page.keyboard.press("Enter")
    page.wait_for_selector(".pin", state="detached")
    page.focus("#tab-assign")
    page.keyboard.press("ArrowRight")
    assert page.get_attribute("#tab-verify", "aria-selected") == "true"


@pytest.mark.parametrize(("name", "width", "height"), [("phone", 390, 844), ("tablet", 820, 1180), ("twice", 640, 430)])
def test_narrow_screens_scroll_in_one_direction_only(open_page, shot, name, width, height):
    """640 by 430 is what a window of 1280 by 860 shows at 200 %."""
    page = open_page(viewport={"width": width, "height": height})
    paste(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    shot(page, name, full_page=True)


def test_a_finger_can_drag(open_page):
    page = open_page(viewport={"width": 820, "height": 1180}, has_touch=True)
    paste(page)
    fourth = atoms_of(page, 4)
    page.locator("#assignment [data-grab='3']").scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    start, end = box(page, "#assignment [data-grab='3']"), box(page, disc_of(fourth))
    fingers = page.context.new_cdp_session(page)
    for kind, (x, y) in (("touchStart", start), ("touchMove", (start[0], start[1] - 30)), ("touchMove", end)):
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_selector(".pin")
    assert atoms_of(page, 3) == fourth


def test_the_first_paint_shifts_nothing(open_page):
    page = open_page()
    page.evaluate(
        "window.shift = 0; new PerformanceObserver(l => l.getEntries().forEach(e => { if (!e.hadRecentInput) "
        "window.shift += e.value })).observe({type: 'layout-shift', buffered: true})"
    )
    page.wait_for_timeout(300)
    assert page.evaluate("window.shift") < 0.02


def test_a_drawn_structure_is_assigned_as_it_was_drawn(open_page, shot):
    page = open_page()
    page.wait_for_timeout(500)
    if page.locator("#structure-draw:visible").count() == 0:
        pytest.skip("the editor is not installed: make editor")
    page.fill("#structure-text", "CCO")
    page.click("#structure-draw")
    page.wait_for_selector("#editor-canvas canvas >> nth=0")
    page.wait_for_timeout(500)
    shot(page, "editor")
    page.click("#editor-use")
    page.wait_for_selector("#structure-figure svg")
    assert page.input_value("#structure-text") == "CCO"
    page.click("#structure-draw")
    page.click("#editor-canvas canvas >> nth=0", position={"x": 10, "y": 10})
    page.keyboard.press("Escape")
    page.wait_for_selector("#editor", state="hidden")
    assert page.input_value("#structure-text") == "CCO"


def test_the_page_loads_with_few_requests_and_works_from_its_modules_too(open_page):
    page = open_page()
    loaded = page.evaluate("performance.getEntriesByType('resource').map(r => r.name)")
    assert len(loaded) + 1 <= 10, loaded
    paste(page)
    page.goto(page.url.partition("#")[0] + "?modules")
    page.wait_for_selector("html[data-ready]", state="attached")
    paste(page)


def test_a_type_that_is_a_choice_comes_back_with_the_link(open_page):
    page = open_page()
    paste(page, "64.0 25.3", structure=None)
    page.select_option("#peaks [data-key='type-0']", "S/T")
    page.click("#link")
    page.wait_for_selector("#toast:has-text('link')")
    other = open_page(page.evaluate("location.hash"))
    other.wait_for_selector("#peaks tbody tr")
    assert other.input_value("#peaks [data-key='type-0']") == "S/T"
