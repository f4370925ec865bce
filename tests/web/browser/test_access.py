"""The page without a mouse or with other eyes: axe-core over its states, names, focus."""

from pathlib import Path

import pytest
from tests.web.browser.acts import ASPIRIN, atoms_of, disc_of, drag, paste

AXE = Path(__file__).parents[3] / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = pytest.mark.browser


def serious(page):
    found = page.evaluate("axe.run().then(r => r.violations)")
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in ("serious", "critical")]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 320), ("dark", 320)])
def test_axe_finds_no_serious_fault(open_page, shot, scheme, width):
    """A width of 320 is what a window of 1280 shows at 400 %."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: make browser")
    page = open_page(color_scheme=scheme, bypass_csp=True, viewport={"width": width, "height": 860})
    page.add_script_tag(path=str(AXE))
    states = {"empty": lambda: None}
    states["predicted"] = lambda: (
        page.fill("#structure-text", ASPIRIN),
        page.wait_for_selector("#assignment [data-key='carbon-0']"),
    )
    states["assigned"] = lambda: paste(page)
    states["choices"] = lambda: page.click("#assignment [data-key='peak-0']")
    states["picking"] = lambda: page.click("[data-key='move-0']")
    states["pinned"] = lambda: (page.keyboard.press("Enter"), page.wait_for_selector(".pin"))
    states["more"] = lambda: (page.click("#more summary"), page.select_option("#solvent", "CDCl3"))
    states["work"] = lambda: (page.click("#workspaces summary"), page.wait_for_selector("#recent li"))
    states["help"] = lambda: (page.keyboard.press("Escape"), page.click("#help-open"))
    states["rank"] = lambda: (page.keyboard.press("Escape"), page.click("#tab-rank"))
    states["hits"] = lambda: (
        page.click("#tab-search"),
        page.click("#search-run"),
        page.wait_for_selector(".card .drawing svg"),
    )
    states["compared hits"] = lambda: (
        page.check("[aria-label='Compare hit 1']"),
        page.check("[aria-label='Compare hit 2']"),
        page.wait_for_selector(".comparison table"),
    )
    states["hits as a table"] = lambda: page.click("#search-tools >> text=Table")
    states["stale hits"] = lambda: (
        page.fill("#spectrum-text", "hello"),
        page.wait_for_selector("#search-stale:visible"),
    )
    states["stale assignment"] = lambda: (page.click("#tab-assign"), page.wait_for_selector("#assign-stale:visible"))
    states["batch"] = lambda: page.click("#tab-batch")
    record = {"name": "a.csv", "mimeType": "text/csv", "buffer": b"ppm\n58.3\n18.4\n"}
    states["batch results"] = lambda: (
        page.set_input_files("#batch-file", record),
        page.click("#batch-run:enabled"),
        page.wait_for_selector("#batch-results tbody tr"),
    )
    for name, enter in states.items():
        enter()
        assert serious(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    page.click("#tab-assign")
    shot(page, f"assign-{scheme}-{width}")


def test_a_carbon_says_what_it_is(open_page):
    page = open_page()
    paste(page)
    label = page.get_attribute(".atom[data-atom='0']", "aria-label")
    assert label == "C1, CH₃, Peak 9, 21.0 ppm, C1, confidence 98 %"


def test_arrows_go_from_carbon_to_carbon_and_from_line_to_line(open_page):
    page = open_page()
    paste(page)
    assert page.locator("#structure-figure .atom[tabindex='0']").count() == 1
    assert page.locator("#sticks-figure .stick[tabindex='0']").count() == 1
    page.focus("#sticks-figure .stick[tabindex='0']")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.peak") == "2"
    page.keyboard.press("Enter")
    page.wait_for_selector(".choices")
    page.focus("#structure-figure .atom[tabindex='0']")
    before = page.evaluate("document.activeElement.dataset.atom")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.dataset.atom") != before


def test_escape_closes_the_choices_and_returns_to_the_peak(open_page):
    page = open_page()
    paste(page)
    page.click("#assignment [data-key='peak-2']")
    page.focus("[data-key='move-2']")
    page.keyboard.press("Escape")
    page.wait_for_selector(".choices", state="detached")
    assert page.evaluate("document.activeElement.dataset.key") == "peak-2"


def test_the_page_prints_its_peak_numbers(open_page):
    page = open_page()
    paste(page)
    page.emulate_media(media="print")
    assert page.is_visible("#assignment [data-key='peak-0']")
    assert page.is_hidden("#spectrum-open")


def test_rows_are_copied_as_rows(open_page, service):
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=service.rstrip("/"))
    paste(page)
    drag(page, "#assignment [data-grab='3']", disc_of(atoms_of(page, 4)))
    page.click("text=Copy rows")
    page.wait_for_selector("#toast:has-text('Copied')")
    rows = page.evaluate("navigator.clipboard.readText()").split("\n")
    assert len(rows) == 10
    assert rows[0].split("\t")[:3] == ["Peak", "δ / ppm", "Carbons"]
    assert rows[3].split("\t")[1] == "151.3"
