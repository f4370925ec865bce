"""Hits as cards or a table, filtered and sorted, two or three of them side by side."""

import pytest
from tests.web.browser.acts import ASPIRIN, paste

pytestmark = pytest.mark.browser


def names(page):
    return page.eval_on_selector_all("#search-table tbody tr > td:nth-child(3)", "all => all.map(e => e.textContent)")


def searched(open_page):
    page = open_page()
    paste(page, structure=None)
    page.click("#tab-search")
    page.click("#search-run")
    page.wait_for_selector("#search-cards .card .drawing svg")
    return page


def test_hits_as_a_table_sort_filter_and_are_walked_by_keys(open_page, shot):
    page = searched(open_page)
    page.click("#search-tools >> text=Table")
    page.wait_for_selector("#search-table tbody tr")
    assert page.is_hidden("#search-cards")
    by_rank = names(page)
    assert by_rank[0] == "aspirin"
    page.click("#search-table [data-key='sort-Name']")
    assert names(page) == sorted(by_rank, key=str.lower)
    page.click("#search-table [data-key='sort-#']")
    page.focus("#search-table [aria-label='Assign hit 1']")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.ariaLabel") == "Assign hit 2"
    page.fill("#search-tools input", "aspi")
    assert names(page) == ["aspirin"]
    shot(page, "table")
    page.click("#search-tools >> text=Cards")
    assert page.locator("#search-cards .card:visible").count() == 1
    page.click("#search-tools >> text=Table")
    page.click("#search-table [aria-label='Assign hit 1']")
    page.wait_for_selector("#assignment .meter")
    assert page.input_value("#structure-text") == ASPIRIN


def test_three_hits_at_most_stand_side_by_side_peak_by_peak(open_page, shot):
    page = searched(open_page)
    page.check("[aria-label='Compare hit 1']")
    assert page.locator(".comparison").count() == 0
    page.check("[aria-label='Compare hit 2']")
    page.wait_for_selector(".comparison table tbody tr")
    rows = page.locator(".comparison tbody tr")
    assert rows.count() == 10  # nine peaks and the means
    assert page.locator(".comparison figure svg").count() == 2
    assert page.locator(".comparison tr.differ").count() >= 1
    means = [float(t) for t in rows.last.locator(".number").all_text_contents()]
    assert len(means) == 2
    assert min(means) >= 0
    shot(page, "compare")
    page.check("[aria-label='Compare hit 3']")
    page.check("[aria-label='Compare hit 4']")
    page.wait_for_selector(".comparison figure:nth-child(3) svg")
    shown = page.locator(".comparison figcaption").all_text_contents()
    assert [caption[0] for caption in shown] == ["2", "3", "4"]
    assert not page.is_checked("[aria-label='Compare hit 1']")
    page.fill("#f-formula", "C9H8O4")
    page.click("#search-run")
    page.wait_for_selector(".comparison", state="detached")
