"""Nothing is lost: reload, Back, links, files, what was entered before."""

import json
from pathlib import Path

import pytest
from tests.web.browser.acts import ASPIRIN, REPORT, atoms_of, disc_of, drag, paste, wait_for_rows

pytestmark = pytest.mark.browser


def settled(page):
    """The address has everything in it."""
    page.wait_for_timeout(700)


def ready(page):
    page.wait_for_selector("html[data-ready]", state="attached")


def recent(page):
    page.click("#workspaces summary")
    page.wait_for_selector("#recent li")
    return page.locator("#recent .entry")


def test_a_reload_right_after_an_edit_loses_nothing(open_page):
    page = open_page()
    paste(page)
    drag(page, "#assignment [data-grab='3']", disc_of(atoms_of(page, 4)))
    page.fill("#peaks [data-key='ppm-0']", "171.0")
    page.keyboard.press("Tab")
    page.reload()
    ready(page)
    page.wait_for_selector("#assignment .pin")
    assert page.input_value("#peaks [data-key='ppm-0']") == "171.0"
    assert page.input_value("#spectrum-text") == REPORT


def test_back_returns_from_another_page(open_page, service):
    page = open_page()
    paste(page)
    page.click("text=API")
    page.wait_for_url("**/docs")
    page.go_back()
    ready(page)
    page.wait_for_selector("#assignment .meter")


def test_back_returns_to_the_task_before_and_keeps_its_hits(open_page):
    page = open_page()
    paste(page, structure=None)
    page.click("#tab-search")
    page.click("#search-run")
    page.wait_for_selector("#search-cards .card .drawing svg")
    page.click("#search-cards .card >> nth=0 >> text=Assign this one")
    page.wait_for_selector("#assignment .meter")
    page.go_back()
    page.wait_for_selector("#search-cards .card:visible")
    assert page.is_hidden("#search-stale")
    assert page.input_value("#structure-text") == ASPIRIN


def test_a_second_link_in_the_same_tab_is_opened_and_back_returns(open_page, service):
    page = open_page()
    paste(page, "58.3 18.4", "CCO")
    settled(page)
    first = page.url
    other = open_page()
    paste(other)
    other.goto(first)
    other.wait_for_selector("#peaks input[value='58.3']")
    assert other.input_value("#structure-text") == "CCO"
    other.go_back()
    other.wait_for_selector("#peaks input[value='170.2']")
    assert other.input_value("#structure-text") == ASPIRIN
    other.go_forward()
    other.wait_for_selector("#peaks input[value='58.3']")


@pytest.mark.parametrize("how", ["cut off", "changed", "of another shape"])
def test_a_damaged_link_is_told(open_page, service, how):
    page = open_page()
    paste(page)
    settled(page)
    link = page.url.partition("#")[2]
    bad = {
        "cut off": link[: len(link) // 2],
        "changed": link[:30] + "AAAA" + link[34:],
        "of another shape": "s=q1YqSKxUslKKVtJRKigtyixKLVGyMjTQUcpNzStRslKqBQA",
    }
    other = open_page("#" + bad[how])
    other.wait_for_selector("#page-error:has-text('damaged')")
    paste(other)
    other.goto(service + "#" + bad[how])
    other.wait_for_selector("#page-error:has-text('damaged')")
    assert other.locator("#peaks tbody tr").count() == 9


def test_a_link_of_an_earlier_version_of_the_page_is_opened(open_page):
    page = open_page()
    peaks = [{"ppm": 58.3, "multiplicity": None, "count": None}, {"ppm": 18.4}]
    entered = {"task": "assign", "peaks": peaks, "structure": "CCO", "pinned": {"1": [0]}, "leftOut": [], "filters": {}}
    link = page.evaluate(
        """async text => {
          const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
          const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
          return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
        }""",
        json.dumps(entered),
    )
    other = open_page("#s=" + link)
    other.wait_for_selector("#assignment tr[data-peak='1'] .pin")
    assert other.locator("#peaks tbody tr").count() == 2


def test_recent_work_is_opened_again(open_page, shot):
    page = open_page()
    paste(page)
    page.click("#workspaces summary")
    page.click("#workspace-new")
    wait_for_rows(page, 0)
    assert page.input_value("#structure-text") == ""
    paste(page, "58.3 18.4", "CCO")
    entries = recent(page)
    assert ASPIRIN in entries.first.inner_text()
    shot(page, "recent")
    entries.first.click()
    wait_for_rows(page, 9)
    page.wait_for_selector("#assignment .meter")
    recent(page)
    page.wait_for_selector("#recent .entry >> nth=0 >> text=CCO, 2 peaks")  # once the list is drawn anew


def test_work_is_saved_to_a_file_and_opened_from_it(open_page, tmp_path):
    page = open_page()
    paste(page)
    drag(page, "#assignment [data-grab='3']", disc_of(atoms_of(page, 4)))
    before = [atoms_of(page, p) for p in range(9)]
    page.click("#workspaces summary")
    with page.expect_download() as saved:
        page.click("#workspace-save")
    assert saved.value.suggested_filename.endswith(".km3aid.json")
    kept = tmp_path / saved.value.suggested_filename
    kept.write_bytes(Path(saved.value.path()).read_bytes())
    for field in ("#workspace-file", "#spectrum-file"):
        other = open_page()
        other.set_input_files(field, str(kept))
        other.wait_for_selector("#assignment .pin")
        assert [atoms_of(other, p) for p in range(9)] == before
    kept.write_text(json.dumps({"format": "km3aid workspace", "peaks": "many"}))
    other.set_input_files("#workspace-file", str(kept))
    other.wait_for_selector("#toast:has-text('cannot be opened')")


@pytest.mark.parametrize(("format", "name"), [("nmredata", "a.sdf"), ("nmrium", "a.nmrium")])
def test_a_saved_assignment_is_opened_with_structure_and_pins(open_page, tmp_path, format, name):
    page = open_page()
    paste(page)
    drag(page, "#assignment [data-grab='3']", disc_of(atoms_of(page, 4)))
    before = [atoms_of(page, p) for p in range(9)]
    with page.expect_download() as saved:
        page.click(f"[aria-label='Save as {format}']:visible")
    (tmp_path / name).write_bytes(Path(saved.value.path()).read_bytes())
    other = open_page()
    other.set_input_files("#spectrum-file", str(tmp_path / name))
    other.wait_for_selector("#assignment .pin")
    assert other.locator("#assignment .pin").count() == 9
    assert [atoms_of(other, p) for p in range(9)] == before
    assert "M  END" in other.input_value("#structure-text")
