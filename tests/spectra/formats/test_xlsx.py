import pytest
from openpyxl import Workbook
from tests.spectra import format_examples as examples

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import Peak, read_spectra


def test_a_workbook(tmp_path):
    (tmp_path / "peaks.xlsx").write_bytes(examples.workbook())
    (spectrum,) = read_spectra(tmp_path / "peaks.xlsx")
    assert spectrum.peaks == (Peak(170.2, "S"), Peak(21.0, "Q"))


def test_a_german_workbook_with_other_sheets_titles_and_mixed_numbers(tmp_path):
    book = Workbook()
    book.active.append(["Probe", 17.5])
    sheet = book.create_sheet("Peaks")
    for row in (
        [],
        ["Auswertung 13C"],
        ["Nr.", "Chemische Verschiebung δ / ppm", "Klasse"],
        [1, "170,2", "Cq"],
        [2, 21.5, "CH3"],
    ):
        sheet.append(row)
    book.save(tmp_path / "peaks.xlsx")
    (spectrum,) = read_spectra(tmp_path / "peaks.xlsx")
    assert spectrum.peaks == (Peak(170.2, "S"), Peak(21.5, "Q"))


def two_sheets(tmp_path, *titles):
    book = Workbook()
    book.remove(book.active)
    for place, title in enumerate(titles):
        sheet = book.create_sheet(title)
        for row in (["No", "ppm"], [1, 170.2 if "13C" in title else 2.5 + place], [2, 21.5 if "13C" in title else 1.5]):
            sheet.append(row)
    book.save(tmp_path / "peaks.xlsx")
    return tmp_path / "peaks.xlsx"


@pytest.mark.parametrize("first", ["1H", "Proton NMR", "19F", "Sheet"])
def test_the_sheet_named_after_13c_is_read(tmp_path, first):
    (spectrum,) = read_spectra(two_sheets(tmp_path, first, "13C"))
    assert [p.shift_ppm for p in spectrum] == [170.2, 21.5]
    assert (first == "Sheet") or any(first in item.text for item in spectrum.left_out)


def test_a_sheet_named_after_another_nucleus_is_refused(tmp_path):
    with pytest.raises(SpectrumFormatError, match=r"sheet '1H NMR': named after 1H; expected 13C; .*rename the sheet"):
        read_spectra(two_sheets(tmp_path, "1H NMR"))


def test_the_first_of_sheets_without_a_nucleus_is_read(tmp_path):
    (spectrum,) = read_spectra(two_sheets(tmp_path, "5b, 2H", "5a"))
    assert spectrum.peaks[0].shift_ppm == 2.5


def test_a_formula_without_its_value_is_an_error(tmp_path):
    book = Workbook()
    for row in (["ppm", "note"], ["=170+1.4", "a"], [60.5, "=1+1"]):
        book.active.append(row)
    book.save(tmp_path / "peaks.xlsx")
    with pytest.raises(SpectrumFormatError, match=r"'=170\+1.4' .*formula was saved without its value"):
        read_spectra(tmp_path / "peaks.xlsx")
    book.active["A2"] = 171.4
    book.save(tmp_path / "peaks.xlsx")
    assert [p.shift_ppm for p in read_spectra(tmp_path / "peaks.xlsx")[0]] == [171.4, 60.5]


def test_a_journal_line_in_each_row(tmp_path):
    book = Workbook()
    for row in (["Compound", "13C NMR"], [1, "13C NMR δ 171.4, 60.5"], ["2b", "13C NMR δ 206.9, 30.9"]):
        book.active.append(row)
    book.save(tmp_path / "peaks.xlsx")
    first, second = read_spectra(tmp_path / "peaks.xlsx")
    assert (first.id, len(first), second.id, len(second)) == ("1", 2, "2b", 2)
