"""What can be counted of the page's quickness, whatever the machine."""

import pytest
from tests.web.browser.acts import REPORT, paste, wait_for_rows
from tests.web.browser.measures import draw_all_hits, draw_hits, loading, reach

pytestmark = pytest.mark.browser


def test_few_presses_of_tab_lead_from_part_to_part(open_page):
    found = reach(open_page())
    assert found["to_structure"] <= 3
    assert found["to_exports"] <= 8


@pytest.mark.parametrize(
    ("task", "entry"),
    [("verify", "verify-text"), ("rank", "candidates-text"), ("search", "library"), ("elucidate", "e-formula")],
)
def test_a_skip_leads_to_what_each_task_asks_for(open_page, task, entry):
    page = open_page()
    page.click(f"#tab-{task}")
    page.focus("#spectrum-text")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == entry


def test_a_row_is_removed_from_the_keyboard(open_page):
    page = open_page()
    paste(page, structure=None)
    page.focus("#peaks [data-key='ppm-2']")
    page.keyboard.press("Control+Delete")
    wait_for_rows(page, 8)
    assert page.evaluate("document.activeElement.dataset.key") == "ppm-3"


def test_the_page_comes_in_few_requests(open_page):
    found = loading(open_page())
    assert found["requests"] <= 10
    assert found["transferred_kb"] < 92


def test_a_hundred_hits_are_drawn(open_page, with_starter):
    page = open_page(at=with_starter)
    draw_hits(page, REPORT)
    assert page.locator("#search-cards .card .drawing svg").count() < 100
    draw_all_hits(page, REPORT)
