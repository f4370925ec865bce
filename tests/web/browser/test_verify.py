"""A structure is held against the spectrum beside isomers, and what stands there is always about what is entered."""

import pytest
from tests.web.browser.acts import paste

pytestmark = pytest.mark.browser
METHYL_ESTER = "COC(=O)c1ccccc1C(=O)O"  # an isomer of aspirin


def test_a_wrong_isomer_is_inconsistent_and_the_right_one_is_named(open_page, shot):
    page = open_page()
    paste(page, structure=METHYL_ESTER)
    page.click("#verify-run")
    page.wait_for_selector("#verification .verdict.inconsistent")
    assert page.locator("#verification tbody tr").count() >= 4
    assert "CC(=O)Oc1ccccc1C(=O)O explains the spectrum better" in page.inner_text("#verification .against")
    shot(page, "verify")


def test_it_goes_when_the_structure_changes(open_page):
    page = open_page()
    assert page.is_hidden("#verify-run")
    paste(page, structure=METHYL_ESTER)
    page.click("#verify-run")
    page.wait_for_selector("#verification .verdict")
    page.fill("#structure-text", "CC(=O)Oc1ccccc1C(=O)O")
    page.wait_for_selector("#verification .verdict", state="detached")
    page.click("#verify-run")
    page.wait_for_selector("#verification .verdict:not(.inconsistent)")
