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


def test_proposals_say_whether_the_library_has_them(open_page, shot):
    page = open_page()
    paste(page, "64.0 25.3", structure=None)
    page.click("#tab-elucidate")
    page.fill("#e-formula", "C3H8O")
    page.fill("#e-seconds", "3")
    page.click("#elucidate-run")
    page.wait_for_selector("#elucidate-cards .card")
    known = page.locator("#elucidate-cards .card:has(.mark:text-is('in the library')) .smiles")
    assert known.all_inner_texts() == ["CC(C)O"]
    new = page.locator("#elucidate-cards .card:has(.mark.novel:text-is('not in the library')) .smiles")
    assert sorted(new.all_inner_texts()) == ["CCCO", "CCOC"]
    shot(page, "elucidate-novel")
    page.click("#elucidate-tools >> text=Table")
    page.fill("#elucidate-tools [data-key='words']", "not in")
    page.wait_for_selector("#elucidate-table tbody tr:nth-child(3)", state="detached")
    rows = page.locator("#elucidate-table tbody tr")
    assert all("C3H8O" in row and "not in the library" in row for row in rows.all_inner_texts())
    assert rows.count() == 2


def test_hsqc_and_rare_chemistry_are_asked_for_and_kept(open_page):
    page = open_page()
    paste(page, "64.0 25.3", structure=None)
    page.click("#tab-elucidate")
    page.click("#more summary")
    page.fill("#hsqc", "64.0\t3.95\t-8.1\n25.3\t1.20\t9.4")
    page.press("#hsqc", "Tab")
    page.wait_for_selector("#remarks:has-text('multiplicities from an edited HSQC')")
    types = page.locator("#peaks tbody option:first-child").all_text_contents()
    assert types == ["(CH₂)", "(CH/CH₃)"]
    page.fill("#hsqc", "64.0/3.95 25.3/1.20")
    page.press("#hsqc", "Tab")
    page.wait_for_selector("#peaks option:text-is('(CH/CH₂/CH₃)')", state="attached")
    page.fill("#e-formula", "C3H8O")
    page.fill("#e-seconds", "2")
    page.check("#e-unusual")
    with page.expect_request("**/api/elucidate") as asked:
        page.click("#elucidate-run")
    sent = asked.value.post_data_json
    assert (sent["hsqc"], sent["usual"]) == ("64.0/3.95 25.3/1.20", False)
    page.wait_for_selector("#elucidate-cards .card")
    page.click("#link")
    page.wait_for_selector("#toast:has-text('link')")
    other = open_page(page.evaluate("location.hash"))
    assert other.input_value("#hsqc") == "64.0/3.95 25.3/1.20"
    assert other.is_checked("#e-unusual")
    page.uncheck("#e-unusual")
    page.wait_for_selector("#elucidate-stale:not([hidden])")
    page.fill("#hsqc", "64.0/x")
    page.press("#hsqc", "Tab")
    page.wait_for_selector("#extras-error:has-text('HSQC')")


def test_cards_are_assigned_with_what_hsqc_says(open_page):
    page = open_page()
    paste(page, "64.0 25.3", structure=None)
    page.click("#more summary")
    page.fill("#hsqc", "-64.0/3.95 25.3/1.20")
    page.press("#hsqc", "Tab")
    page.click("#tab-elucidate")
    page.fill("#e-formula", "C3H8O")
    page.fill("#e-seconds", "2")
    with page.expect_request("**/api/assignments") as asked:
        page.click("#elucidate-run")
    assert asked.value.post_data_json["hsqc"] == "-64.0/3.95 25.3/1.20"
