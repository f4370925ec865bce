"""Structures are proposed on the page, with what is certain and the chance of none of them."""

import pytest
from tests.web.browser.acts import paste

pytestmark = pytest.mark.browser


def test_proposals_come_as_cards(open_page, shot):
    page = open_page()
    paste(page, "58.0 18.0")
    page.click("#tab-elucidate")
    page.fill("#e-formula", "C₂H₆O")
    page.fill("#e-seconds", "3")
    page.click("#elucidate-run")
    page.wait_for_selector("#elucidate-cards .card")
    assert page.locator("#elucidate-cards .card").count() == 2
    first = page.locator("#elucidate-cards .card").first
    assert first.locator(".smiles").inner_text() == "CCO"
    assert "C2H6O" in first.inner_text()
    assert "None of these" in page.inner_text("#elucidate-none")
    assert "nothing was left to try" in page.inner_text("#elucidate-status")
    shot(page, "elucidate")


def test_what_cannot_be_is_said_and_an_older_answer_is_greyed(open_page):
    page = open_page()
    paste(page, "58.0 18.0")
    page.click("#tab-elucidate")
    page.fill("#e-formula", "C2H7O")
    page.click("#elucidate-run")
    page.wait_for_selector("#elucidate-error:not([hidden])")
    assert "odd number" in page.inner_text("#elucidate-error")
    page.fill("#e-formula", "C2H6O")
    page.fill("#e-seconds", "3")
    page.click("#elucidate-run")
    page.wait_for_selector("#elucidate-cards .card")
    page.fill("#e-formula", "C2H6")
    page.press("#e-formula", "Tab")
    page.wait_for_selector("#elucidate-stale:not([hidden])")
