"""What is shown answers what is entered, or says that it does not; what is saved is what is shown."""

import json
from pathlib import Path

import pytest
from tests.web.browser.acts import ASPIRIN, paste

BUTANOLS = "CCCCO 1-butanol\nCCC(C)O 2-butanol"
pytestmark = pytest.mark.browser


def saved(page, format):
    with page.expect_download() as file:
        page.click(f"[aria-label='Save as {format}']:visible")
    return Path(file.value.path()).read_text()


def test_hits_of_an_earlier_spectrum_are_greyed_and_saved_as_they_are_shown(open_page, shot):
    page = open_page()
    paste(page, structure=None)
    page.click("#tab-search")
    page.click("#search-run")
    page.wait_for_selector("#search-cards .card .drawing svg")
    assert page.is_hidden("#search-stale")
    first = page.inner_text("#search-cards .smiles >> nth=0")
    page.fill("#spectrum-text", "69.2 32.0 22.6 9.9")
    page.wait_for_selector("#search-stale:visible")
    assert page.locator("#search-result.stale").count() == 1
    shot(page, "stale")
    assert json.loads(saved(page, "json"))["hits"][0]["smiles"] == first
    page.click("text=Search again")
    page.wait_for_selector("#search-stale", state="hidden")
    assert page.inner_text("#search-cards .smiles >> nth=0") != first


def test_a_ranking_is_stale_when_candidates_or_solvent_change_and_not_after_undo(open_page):
    page = open_page()
    paste(page, "69.2 32.0 22.6 9.9", structure=None)
    page.click("#tab-rank")
    page.fill("#candidates-text", BUTANOLS)
    page.click("#rank-run")
    page.wait_for_selector("#rank-cards .card")
    page.fill("#candidates-text", BUTANOLS + "\nCC(C)CO")
    page.wait_for_selector("#rank-stale:visible")
    page.fill("#candidates-text", BUTANOLS)
    page.wait_for_selector("#rank-stale", state="hidden")
    page.click("#more summary")
    page.select_option("#solvent", "CDCl3")
    page.wait_for_selector("#rank-stale:visible")
    page.click("#undo")
    page.wait_for_selector("#rank-stale", state="hidden")


@pytest.mark.parametrize("text", ["1H NMR (400 MHz, CDCl3) δ 7.26 (s, 1H), 3.9 (s, 3H)", "hello"])
def test_what_cannot_be_read_leaves_no_answer_that_looks_current(open_page, shot, text):
    page = open_page()
    paste(page)
    page.fill("#spectrum-text", text)
    page.wait_for_selector("#spectrum-error:visible")
    page.wait_for_selector("#spectrum-stale:visible")
    page.wait_for_selector("#assign-stale:visible")
    assert page.locator("#peaks-box.stale").count() == 1
    assert page.locator("#assign-result.stale").count() == 1
    page.click("#undo")
    page.wait_for_selector("#assign-stale", state="hidden")
    assert page.is_hidden("#spectrum-stale")


def test_a_structure_that_cannot_be_read_leaves_the_earlier_answer_greyed(open_page):
    page = open_page()
    paste(page)
    page.fill("#structure-text", "C1CC")
    page.wait_for_selector("#structure-error:visible")
    page.wait_for_selector("#assign-stale:visible")
    assert json.loads(saved(page, "json"))["smiles"] == ASPIRIN


def test_a_structure_alone_is_predicted_and_saved(open_page, shot):
    page = open_page()
    page.fill("#structure-text", ASPIRIN)
    page.wait_for_selector("#assignment [data-key='carbon-0']")
    assert "±" in page.inner_text("#assignment [data-key='carbon-0']")
    shot(page, "predict")
    assert len(json.loads(saved(page, "json"))["carbons"]) == 9


def answer_with(page, path, **more):
    """Let the service's answers hold more keys than they do."""

    def handle(route):
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), **more})

    page.route(f"**{path}", handle)


def test_a_verdict_has_its_place_and_takes_the_green_away(open_page, shot):
    page = open_page()
    paste(page)
    hue = "document.querySelector(\"#assignment tr[data-peak='8']\").style.getPropertyValue('--hue')"
    assert page.locator("#verdict .verdict").count() == 1
    green = float(page.evaluate(hue))
    answer_with(page, "/api/assign", verdict="inconsistent", probability=0.02)
    page.click("#assign-run")
    page.wait_for_selector(".verdict.inconsistent:has-text('2 %')")
    assert float(page.evaluate(hue)) < 40 < green
    shot(page, "verdict")


def test_none_of_these_stands_under_the_hits_where_it_is_known(open_page, shot):
    page = open_page()
    paste(page, structure=None)
    page.click("#tab-search")
    page.click("#search-run")
    page.wait_for_selector("#search-cards .card")
    assert page.locator("#search-none .none-of-these").count() == 1
    answer_with(page, "/api/search", present=0.62)
    page.click("#search-run")
    page.wait_for_selector("#search-none:has-text('None of these: 38 %')")
    shot(page, "none-of-these")


def test_peaks_that_may_be_exchanged_say_so(open_page):
    page = open_page()
    paste(page, text="18.9 17.1 77.0 30.5 26.9 10.3", structure="CC(C)[C@H](O)CC")
    page.wait_for_selector("#assignment tr[data-peak='0'] .exchange:has-text('2')")
    page.wait_for_selector("#assignment tr[data-peak='1'] .exchange:has-text('1')")
    assert page.locator("#assignment .exchange").count() == 2


def test_only_hits_in_view_are_drawn_and_none_of_an_earlier_answer(open_page):
    page = open_page(viewport={"width": 1280, "height": 500})
    paste(page, structure=None)
    asked = []
    page.on("request", lambda r: asked.extend(r.post_data_json["structures"]) if "assignments" in r.url else None)
    page.click("#tab-search")
    page.fill("#f-top", "40")
    page.click("#search-run")
    page.wait_for_selector("#search-cards .card:nth-child(40)")
    page.wait_for_selector("#search-cards .card:nth-child(3) .drawing svg")
    page.wait_for_timeout(1000)
    assert 3 <= len(asked) < 20
    page.locator("#search-cards .card").last.scroll_into_view_if_needed()
    page.wait_for_selector("#search-cards .card:nth-child(40) .drawing svg")


@pytest.mark.parametrize("formula", ["C₉H₈O₄", " C9 H8 O4 "])
def test_a_formula_is_understood_in_any_writing(open_page, formula):
    page = open_page()
    paste(page, structure=None)
    page.click("#tab-search")
    page.fill("#f-formula", formula)
    page.click("#search-run")
    page.wait_for_selector("#search-status:has-text('passed the filters')")
    assert "aspirin" in page.inner_text("#search-cards .card >> nth=0")


def test_a_measured_ion_finds_its_molecule(open_page):
    page = open_page()
    paste(page, structure=None)
    page.click("#tab-search")
    page.fill("#f-mass", "203.0315")
    page.select_option("#f-adduct", "[M+Na]+")
    page.click("#search-run")
    page.wait_for_selector("#search-status:has-text('passed the filters')")
    assert "aspirin" in page.inner_text("#search-cards .card >> nth=0")


def test_a_prediction_says_where_the_lines_lie_and_what_the_model_never_saw(open_page):
    page = open_page()

    def handle(route):
        answer = route.fetch()
        values = answer.json()
        values["carbons"][0]["interval_95_ppm"] = 3.0
        values["warnings"] = ["the surroundings of C1 are rare"]
        route.fulfill(response=answer, json=values)

    page.route("**/api/predict", handle)
    page.fill("#structure-text", "CCO")
    page.wait_for_selector("#assign-warnings:has-text('the surroundings of C1 are rare')")
    row = page.locator("#assignment [data-key='carbon-0']")
    low, high = (float(word) for word in row.inner_text().split("95 %: ")[1].split(" to "))
    assert high - low == pytest.approx(6.0, abs=0.11)
    assert page.locator("#sticks-figure .reach95").count() >= 1
    title = page.locator("#sticks-figure .predicted title").all_text_contents()
    assert any("95 % of such lines" in text for text in title)
