"""A batch of files as chemists have them: read, answered, sorted, filtered, saved; found again after a reload."""

import json
from pathlib import Path

import pytest
from openpyxl import Workbook
from tests.spectra.format_examples import write_bruker
from tests.web.browser.acts import ASPIRIN

pytestmark = pytest.mark.browser
SHIFTS = [170.2, 169.8, 151.3, 134.9, 132.5, 126.2, 124.0, 122.2, 21.0]
BUTANOLS = {"one": [62.6, 34.9, 19.0, 13.9], "two": [69.2, 32.0, 22.6, 9.9]}


@pytest.fixture
def files(tmp_path):
    """Two tables, a workbook, JSON lines, and a file that holds no spectrum."""
    for name, shifts in BUTANOLS.items():
        (tmp_path / f"{name}.csv").write_text("ppm\n" + "\n".join(map(str, shifts)))
    book = Workbook()
    for shift in ["ppm", *SHIFTS]:
        book.active.append([shift])
    book.save(tmp_path / "aspirin.xlsx")
    (tmp_path / "more.jsonl").write_text(json.dumps({"id": "ethanol", "report": "58.3 18.4"}) + '\n{"id": "bad"\n')
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7 ...")
    return [str(path) for path in sorted(tmp_path.iterdir())]


def column(page, number):
    cells = f"#batch-results tbody tr > td:nth-child({number})"
    return page.eval_on_selector_all(cells, "all => all.map(e => e.textContent)")


def run(page, files, task):
    page.click("#tab-batch")
    page.set_input_files("#batch-file", files)
    page.wait_for_selector("#batch-run:enabled")
    page.select_option("#batch-task", task)
    page.click("#batch-run")
    page.wait_for_selector("#batch-result:visible")


def test_files_of_all_kinds_become_a_table_that_sorts_filters_and_is_saved(open_page, files, shot):
    page = open_page()
    run(page, files, "search")
    assert "report.pdf" in page.inner_text("#batch-unread")
    assert column(page, 2) == ["aspirin.xlsx", "ethanol", "", "one.csv", "two.csv"]
    assert column(page, 3)[2] == "no answer"
    assert "not valid JSON" in column(page, 7)[2]
    assert "aspirin" in column(page, 3)[0]
    page.click("[data-key='sort-Spectrum']")
    page.click("[data-key='sort-Spectrum']")
    assert column(page, 2) == ["two.csv", "one.csv", "ethanol", "aspirin.xlsx", ""]
    assert page.get_attribute("#batch-results th:nth-child(2)", "aria-sort") == "descending"
    page.fill("#batch-filter", "csv")
    assert column(page, 2) == ["two.csv", "one.csv"]
    page.fill("#batch-filter", "")
    shot(page, "batch")
    with page.expect_download() as file:
        page.click("[aria-label='Save the answers as csv']")
    assert Path(file.value.path()).read_text().startswith("id,rank,")
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    page.click("#batch-jobs summary")
    page.click("#batch-jobs li >> nth=0 >> button")
    page.wait_for_selector("#batch-result:visible")
    assert len(column(page, 2)) == 5


def test_a_folder_of_measured_samples_is_verified_against_one_structure(open_page, tmp_path):
    for name, shifts in BUTANOLS.items():
        write_bruker(tmp_path / "all" / name / "10", shifts)
    page = open_page()
    page.fill("#structure-text", "CCC(C)O")
    page.wait_for_selector("#assignment [data-key='carbon-0']")
    page.click("#tab-batch")
    page.set_input_files("#batch-folder-file", str(tmp_path / "all"))
    page.wait_for_selector("#batch-run:enabled")
    page.click("#batch-run")
    page.wait_for_selector("#batch-result:visible")
    assert column(page, 2) == ["one.zip", "two.zip"] or len(column(page, 2)) == 2
    first, second = map(float, column(page, 5))
    assert first > second
    assert column(page, 6) == ["CCC(C)O"] * 2
    assert ASPIRIN not in column(page, 6)
