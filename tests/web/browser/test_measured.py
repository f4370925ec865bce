"""Folders of a spectrometer: the curve is drawn, and its peaks are edited by clicks."""

import pytest
from tests.spectra.format_examples import write_bruker
from tests.web.browser.acts import wait_for_rows

pytestmark = pytest.mark.browser


@pytest.fixture
def sample(tmp_path):
    """A folder with ethyl benzoate as TopSpin stores it, without the ester carbon among the assigned lines."""
    write_bruker(tmp_path / "sample" / "10", [166.6, 132.8, 130.6, 129.5, 128.3, 60.9, 14.3])
    (tmp_path / "sample" / ".DS_Store").write_text("x")
    return tmp_path / "sample"


def shifts(page):
    return page.eval_on_selector_all("#peaks tbody [data-key^=ppm]", "all => all.map(e => Math.round(Number(e.value)))")


def test_a_folder_is_read_with_its_curve_and_peaks_are_edited_by_clicks(open_page, sample, shot):
    page = open_page()
    page.set_input_files("#spectrum-folder-file", str(sample))
    wait_for_rows(page, 7)
    page.fill("#structure-text", "CCOC(=O)c1ccccc1")
    page.wait_for_selector("#assignment .meter")
    assert page.locator("#sticks-figure .trace").count() == 1
    shot(page, "measured")
    before = shifts(page)
    page.click("#edit-peaks")
    box = page.locator("#sticks-figure .stick[data-peak='5'] .grip").first.bounding_box()
    line = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.click(*line)
    wait_for_rows(page, 6)
    assert shifts(page) == [s for s in before if s != 61]
    page.mouse.click(line[0] + 3, line[1])
    wait_for_rows(page, 7)
    assert sorted(shifts(page)) == sorted(before)
    page.click("#undo")
    wait_for_rows(page, 6)
    page.reload()
    page.wait_for_selector("#sticks-figure .trace", state="attached")
    assert len(page.url) < 5000


def test_several_samples_are_offered_and_one_that_cannot_be_read_is_told(open_page, tmp_path):
    for name, lines in (("one", [58.3, 18.4]), ("two", [69.2, 32.0, 22.6, 9.9])):
        write_bruker(tmp_path / "all" / name / "10", lines)
    (tmp_path / "all" / "notes.txt").write_text("nothing to see")
    page = open_page()
    page.set_input_files("#spectrum-folder-file", str(tmp_path / "all"))
    page.wait_for_selector("#spectrum-choice:visible")
    assert page.locator("#spectrum-which option").count() == 2
    assert "notes.txt" in page.inner_text("#spectrum-error")
    page.select_option("#spectrum-which", "1")
    wait_for_rows(page, 4)
