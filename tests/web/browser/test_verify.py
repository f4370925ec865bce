"""A structure is held against the spectrum beside isomers; the verdict is on what is entered, or greyed."""

import json
from pathlib import Path

import pytest
from tests.web.browser.acts import ASPIRIN, paste

pytestmark = pytest.mark.browser
METHYL_ESTER = "COC(=O)c1ccccc1C(=O)O"  # an isomer of aspirin


def verified(page, structure):
    page.click("#tab-verify")
    page.fill("#verify-text", structure)
    page.click("#verify-run")
    page.wait_for_selector("#verify-status:has-text('compared')")
    page.wait_for_selector("#verification .verdict")


def test_a_wrong_isomer_is_inconsistent_and_the_right_one_is_named(open_page, shot):
    page = open_page()
    paste(page, structure=None)
    verified(page, METHYL_ESTER)
    assert page.locator("#verification .verdict.inconsistent").count() == 1
    assert page.locator("#verification tbody tr").count() >= 4
    assert f"{ASPIRIN} explains the spectrum better" in page.inner_text("#verification .compared")
    page.wait_for_selector("#verification figure:nth-child(2) svg")
    shot(page, "verify")
    page.click(f"[aria-label='Verify {ASPIRIN}']")
    page.wait_for_selector("#verification .verdict:not(.inconsistent)")
    assert page.input_value("#verify-text") == ASPIRIN
    assert page.input_value("#structure-text") == ASPIRIN


def test_the_verdict_on_what_was_entered_before_is_greyed_and_saved_as_it_is(open_page):
    page = open_page()
    paste(page, structure=None)
    verified(page, METHYL_ESTER)
    page.fill("#verify-text", ASPIRIN)
    page.wait_for_selector("#verify-stale:visible")
    assert page.locator("#verify-result.stale").count() == 1
    with page.expect_download() as file:
        page.click("#verify-panel [aria-label='Save as json']")
    assert json.loads(Path(file.value.path()).read_text())["smiles"] == METHYL_ESTER
    page.click("text=Verify again")
    page.wait_for_selector("#verify-stale", state="hidden")
    page.wait_for_selector("#verification .verdict:not(.inconsistent)")
    page.click("#undo")
    page.wait_for_selector("#verify-stale:visible")


def test_error_rates_and_a_library_are_asked_for_and_kept(open_page):
    page = open_page()
    paste(page, structure=None)
    page.click("#tab-verify")
    page.fill("#v-accept", "1")
    page.fill("#v-reject", "20 %")
    page.select_option("#v-library", "compounds")
    page.fill("#verify-text", ASPIRIN)
    with page.expect_request("**/api/verify") as asked:
        page.press("#verify-text", "Enter")
    sent = asked.value.post_data_json
    assert (sent["false_accept"], sent["false_reject"], sent["library"]) == (0.01, 0.2, "compounds")
    page.wait_for_selector("#verification .verdict")
    page.reload()
    page.wait_for_selector("#verification .verdict")
    assert page.input_value("#v-reject") == "20 %"
    assert page.input_value("#v-library") == "compounds"
    page.fill("#v-accept", "0")
    page.press("#v-accept", "Tab")
    page.wait_for_selector("#verify-stale:visible")
    page.click("#verify-run")
    page.wait_for_selector("#verify-error:has-text('Wrong accepted: enter a number from 1 to 50')")


def test_what_is_missing_is_said(open_page):
    page = open_page()
    page.click("#tab-verify")
    page.click("#verify-run")
    page.wait_for_selector("#verify-error:has-text('Give a spectrum first')")
    paste(page, structure=None)
    page.click("#verify-run")
    page.wait_for_selector("#verify-error:has-text('Give a structure')")
    page.fill("#verify-text", "C1CC")
    page.click("#verify-run")
    page.wait_for_selector("#verify-error:has-text('C1CC')")


def test_the_assignment_leads_to_its_verification(open_page):
    page = open_page()
    assert page.is_hidden("#to-verify")
    paste(page, structure=METHYL_ESTER)
    page.click("#to-verify")
    page.wait_for_selector("#verification .verdict.inconsistent")
    assert page.get_attribute("#tab-verify", "aria-selected") == "true"
    page.go_back()
    page.wait_for_selector("#assignment .meter")


def test_rivals_are_ranked_beside_it(open_page):
    page = open_page()
    paste(page, structure=None)
    verified(page, METHYL_ESTER)
    page.click("text=Rank them")
    page.wait_for_selector("#rank-cards .card")
    ranked = page.locator("#rank-cards .smiles").all_inner_texts()
    assert {ASPIRIN, METHYL_ESTER} <= set(ranked)
