from openpyxl import Workbook
from tests.spectra import format_examples as examples

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
