"""The page without a mouse or with other eyes: axe-core over its states, names, focus."""

import pytest
from tests.web.browser.acts import atoms_of, disc_of, drag, paste
from tests.web.browser.states import AXE, load_axe, serious, states

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 320), ("dark", 320)])
def test_axe_finds_no_serious_fault(open_page, shot, scheme, width):
    """A width of 320 is what a window of 1280 shows at 400 %."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: make browser")
    page = open_page(color_scheme=scheme, bypass_csp=True, viewport={"width": width, "height": 860})
    ways = states(page)
    assert len(ways) >= 20
    for name, enter in ways.items():
        enter()
        load_axe(page)
        assert serious(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        if name == "edited picture":
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
