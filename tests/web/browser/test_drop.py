"""Files and folders dropped from outside the browser; a folder with several experiments."""

import os
import shutil
from pathlib import Path

import pytest
from tests.spectra.format_examples import write_bruker
from tests.web.browser.acts import drop, wait_for_rows

pytestmark = pytest.mark.browser
ETHYL_BENZOATE = [166.6, 132.8, 130.6, 129.5, 128.3, 60.9, 14.3]


def pulse(folder, name, sequence):
    """Let an experiment be measured with another pulse sequence."""
    path = folder / name / "acqus"
    path.write_text(path.read_text().replace("##END=", f"##$PULPROG= <{sequence}>\n##END="))


def sample(folder, **experiments):
    """A folder as TopSpin stores a sample: numbered experiments, each (shifts, pulse sequence)."""
    for number, (shifts, sequence) in experiments.items():
        write_bruker(folder / number.strip("_"), shifts)
        pulse(folder, number.strip("_"), sequence)
    return folder


def options(page):
    return page.locator("#spectrum-which option").all_text_contents()


def test_a_dropped_folder_is_read_and_its_experiments_can_be_chosen(open_page, tmp_path, shot):
    sample(
        tmp_path / "benzoate",
        _10=(ETHYL_BENZOATE, "zgpg30"),
        _11=([132.8, 129.5, 128.3, 14.3], "dept135"),
        _20=([58.3, 18.4], "zgpg30"),
    )
    page = open_page()
    drop(page, "#spectrum", tmp_path / "benzoate")
    wait_for_rows(page, 7)
    assert page.locator("#sticks-figure .trace").count() == 1
    first, second = options(page)
    assert "benzoate" in first
    assert "10 –" in first
    assert "7 peaks" in first
    assert "20 –" in second
    page.click("#left-out summary")
    assert "DEPT-135" in page.inner_text("#left-out")
    assert "--" not in page.inner_text("#left-out")
    page.select_option("#spectrum-which", "1")
    wait_for_rows(page, 2)
    shot(page, "experiments")
    page.select_option("#spectrum-which", "0")
    wait_for_rows(page, 7)


def test_a_measurement_that_cannot_stand_alone_is_refused_in_words_of_the_page(open_page, tmp_path):
    sample(tmp_path / "dept", _11=([132.8, 129.5, 128.3, 14.3], "dept135"))
    page = open_page()
    drop(page, "#spectrum", tmp_path / "dept")
    page.wait_for_selector("#spectrum-error:has-text('DEPT-135 spectrum')")
    assert "--" not in page.inner_text("#spectrum-error")


def test_several_dropped_files_are_each_told(open_page, tmp_path):
    (tmp_path / "ethanol.txt").write_text("58.3 18.4")
    (tmp_path / "butanol.csv").write_text("ppm,intensity\n69.2,1\n32.0,1\n22.6,1\n9.9,1\n")
    (tmp_path / "two.txt").write_text("13C NMR (101 MHz, CDCl3) δ 170.2, 21.0")
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7 ...")
    page = open_page()
    names = ["ethanol.txt", "butanol.csv", "two.txt", "report.pdf"]
    drop(page, "#spectrum", *(tmp_path / name for name in names))
    page.wait_for_selector("#spectrum-choice:visible")
    assert [text.partition(",")[0] for text in options(page)] == names[:3]
    assert "report.pdf" in page.inner_text("#spectrum-error")
    for number, peaks in enumerate((2, 4)):
        page.select_option("#spectrum-which", str(number))
        wait_for_rows(page, peaks)
        assert names[number] in page.inner_text("#spectrum-count")


def test_two_columns_without_a_header_are_read_once_it_is_said_what_they_are(open_page, tmp_path):
    (tmp_path / "columns.txt").write_text("170.2 100\n130.1 40\n21.0 80\n")
    page = open_page()
    page.fill("#spectrum-text", (tmp_path / "columns.txt").read_text())
    page.wait_for_selector("#spectrum-error:has-text('2 peaks or a shift with its count or intensity')")
    page.select_option("#input-format", "csv")  # stands open
    wait_for_rows(page, 3)
    assert page.is_hidden("#spectrum-error")
    page.select_option("#input-format", "list")
    wait_for_rows(page, 6)


def test_a_packed_sample_is_the_same_as_its_folder(open_page, tmp_path):
    sample(tmp_path / "s" / "benzoate", _10=(ETHYL_BENZOATE, "zgpg30"), _20=([58.3, 18.4], "zgpg30"))
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path / "s")
    page = open_page()
    drop(page, "#spectrum", packed)
    wait_for_rows(page, 7)
    assert len(options(page)) == 2


def test_folders_dropped_on_a_batch_are_samples(open_page, tmp_path):
    for name, shifts in (("one", [62.6, 34.9, 19.0, 13.9]), ("two", [69.2, 32.0, 22.6, 9.9])):
        write_bruker(tmp_path / name / "10", shifts)
    page = open_page()
    page.click("#tab-batch")
    page.select_option("#batch-task", "search")
    drop(page, "#batch-form", tmp_path / "one", tmp_path / "two")
    page.click("#batch-run:enabled")
    page.wait_for_selector("#batch-results tbody tr:nth-child(2)")


@pytest.mark.skipif("KM3AID_MEASURED" not in os.environ, reason="KM3AID_MEASURED names no folder of measured spectra")
def test_real_folders_are_dropped_and_read(open_page, tmp_path, shot):
    """Those that the authors of a paper deposited, unpacked: see `make measured`."""
    archives = sorted(Path(os.environ["KM3AID_MEASURED"], "bruker").glob("*.zip"))[:3]
    for archive in archives:
        shutil.unpack_archive(archive, tmp_path / archive.stem)
    page = open_page()
    drop(page, "#spectrum", *(tmp_path / archive.stem for archive in archives))
    page.wait_for_selector("#spectrum-choice:visible")
    assert len(options(page)) >= len(archives)
    assert page.locator("#sticks-figure .trace").count() == 1
    shot(page, "real-folders")
