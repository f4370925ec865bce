"""Edits by hand survive: typing in the box, Tab in the table, undo."""

import pytest
from tests.web.browser.acts import REPORT, atoms_of, disc_of, drag, paste, wait_for_rows

pytestmark = pytest.mark.browser


def shifts(page):
    return page.eval_on_selector_all("#peaks [data-key^=ppm-]", "all => all.map(e => e.value)")


def type_into_text(page, after, text):
    """Put the caret behind `after` in the box and type."""
    page.evaluate(
        "after => { const box = document.getElementById('spectrum-text'); box.focus(); "
        "const at = box.value.indexOf(after) + after.length; box.setSelectionRange(at, at) }",
        after,
    )
    page.keyboard.type(text, delay=30)


def test_typing_in_the_text_keeps_what_was_done_by_hand(open_page):
    page = open_page()
    paste(page)
    page.select_option("#peaks tr[data-peak='8'] select", "Q")
    page.fill("#peaks [data-key='count-3']", "1")
    page.keyboard.press("Tab")
    page.click("[aria-label='Remove peak 2']")
    page.click("#peak-add")
    page.keyboard.type("55.5")
    page.keyboard.press("Tab")
    drag(page, "#assignment [data-grab='3']", disc_of(atoms_of(page, 4)))
    held = atoms_of(page, 3)
    type_into_text(page, "21.0", ", 18.3")
    page.wait_for_selector("#peaks input[value='18.3']")
    assert shifts(page) == ["170.2", "151.3", "134.9", "132.5", "126.2", "124.0", "122.2", "21.0", "18.3", "55.5"]
    assert page.input_value("#peaks tr[data-peak='8'] select") == "Q"
    assert page.input_value("#peaks [data-key='count-3']") == "1"
    page.wait_for_selector("#assignment tr[data-peak='3'] .pin")
    assert atoms_of(page, 3) == held


def test_a_corrected_shift_keeps_its_pin(open_page):
    page = open_page()
    paste(page)
    drag(page, "#assignment [data-grab='3']", disc_of(atoms_of(page, 4)))
    type_into_text(page, "134.9", "5")
    page.wait_for_selector("#peaks input[value='134.95']")
    page.wait_for_selector("#assignment tr[data-peak='3']:has-text('134.95') .pin")


def test_another_spectrum_begins_anew_and_undo_brings_the_old_one_back(open_page):
    page = open_page()
    paste(page)
    page.select_option("#peaks tr[data-peak='8'] select", "Q")
    drag(page, "#assignment [data-grab='3']", disc_of(atoms_of(page, 4)))
    page.focus("#spectrum-text")
    page.keyboard.press("Control+a")
    page.evaluate(
        """text => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text", text);
          const event = new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true});
          document.getElementById("spectrum-text").dispatchEvent(event);
        }""",
        "69.2 32.0 22.6 9.9",
    )
    page.wait_for_selector("#peaks input[value='69.2']")
    assert len(shifts(page)) == 4
    page.wait_for_selector(".pin", state="detached")
    while page.input_value("#spectrum-text") != REPORT:
        page.click("#undo")
    page.wait_for_selector(".pin")
    assert page.input_value("#peaks tr[data-peak='8'] select") == "Q"
    assert len(shifts(page)) == 9


def test_tab_goes_on_to_the_next_cell_while_answers_arrive(open_page):
    page = open_page()
    paste(page)
    page.focus("#peaks [data-key='ppm-2']")
    for value, key in (("151.4", "type-2"), (None, "count-2")):
        if value:
            page.keyboard.press("Control+a")
            page.keyboard.type(value)
        page.keyboard.press("Tab")
        page.wait_for_timeout(300)
        assert page.evaluate("document.activeElement.dataset.key") == key
    page.wait_for_selector("#assignment tr[data-peak='2']:has-text('151.4')")


def test_a_click_after_an_edit_is_not_swallowed(open_page):
    page = open_page()
    paste(page)
    page.fill("#peaks [data-key='ppm-0']", "171.0")
    page.click("[aria-label='Remove peak 9']")
    wait_for_rows(page, 8)
    page.wait_for_selector("#peaks input[value='171.0']")


def test_enter_and_arrows_move_between_rows(open_page):
    page = open_page()
    paste(page)
    page.focus("#peaks [data-key='ppm-0']")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.dataset.key") == "ppm-2"
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.dataset.key") == "ppm-1"


def test_undo_covers_the_text_and_the_table(open_page):
    page = open_page()
    paste(page)
    page.fill("#peaks [data-key='ppm-0']", "171.0")
    page.keyboard.press("Tab")
    page.click("[aria-label='Remove peak 9']")
    page.fill("#spectrum-text", "30.0")
    page.wait_for_selector("#peaks input[value='30.0']")
    page.click("#undo")
    page.wait_for_selector("#peaks input[value='171.0']")
    assert page.input_value("#spectrum-text") == REPORT
    assert len(shifts(page)) == 8
    page.click("#undo")
    wait_for_rows(page, 9)
    page.click("#undo")
    page.wait_for_selector("#peaks input[value='170.2']")
    for _ in range(3):
        page.click("#redo")
    page.wait_for_selector("#peaks input[value='30.0']")
    assert page.input_value("#spectrum-text") == "30.0"


def test_few_tabs_lead_from_the_spectrum_to_the_structure_and_the_exports(open_page):
    page = open_page()
    paste(page, " ".join(f"{20 + 5 * n}.0" for n in range(27)))
    page.focus("#spectrum-text")

    def tabs_until(inside):
        for count in range(1, 60):
            page.keyboard.press("Tab")
            if page.evaluate(f"document.activeElement.closest('{inside}') !== null"):
                return count
        raise AssertionError(inside)

    assert tabs_until("#structure-text") <= 16
    assert tabs_until("[data-export]") <= 16
