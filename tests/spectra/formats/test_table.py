import csv
import io

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.spectra.reading import read
from tests.spectra.strategies import peaks

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import Peak, read_spectra
from km3aid.spectra.formats.table_rows import has_columns, has_header
from km3aid.spectra.instruments.nucleus import proton_doubt

full_peaks = st.builds(
    lambda peak, intensity: Peak(peak.shift_ppm, peak.multiplicity, peak.count, intensity),
    peaks,
    st.none() | st.floats(0, 1e6),
)


@given(
    st.lists(full_peaks, min_size=1, max_size=10),
    st.permutations(["shift", "multiplicity", "count", "intensity"]),
    st.sampled_from(",;\t"),
    st.booleans(),
)
def test_what_is_written_is_read_back_in_any_order_of_columns(rows, order, delimiter, comma):
    assume(len(rows) < 4 or proton_doubt(peak.shift_ppm for peak in rows) is None)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(order)
    for peak in rows:
        cells = {
            "shift": f"{peak.shift_ppm:.2f}",
            "multiplicity": peak.multiplicity or "",
            "count": peak.count or "",
            "intensity": "" if peak.intensity is None else repr(peak.intensity),
        }
        row = [str(cells[name]).replace(".", ",") if comma else cells[name] for name in order]
        writer.writerow(row)
    assert read(out.getvalue()).peaks == tuple(rows)


@pytest.mark.parametrize(
    "name", ["shift", "ppm", "13C", "δ", "delta", "δ (ppm)", "Chemical shift [ppm]", "shift_ppm", "13C shift", "δC/ppm"]
)
def test_names_of_the_shift_column(name):
    assert read(f"Type,{name}\nC,170.2\nch3,21.0\n").peaks == (Peak(170.2, "S"), Peak(21.0, "Q"))


@pytest.mark.parametrize("name", ["multiplicity", "type", "mult", "Mult.", "Carbon type"])
def test_names_of_the_multiplicity_column(name):
    assert read(f"{name}\tshift\nD\t128.5\n").peaks == (Peak(128.5, "D"),)


@pytest.mark.parametrize(
    "text",
    ["chemical shift\n170.2\n21.0\n", "ppm\n170,2\n21,0\n", "\n# ours\nppm \n170.2\n\n# end\n21.0\n"],
)
def test_a_single_column(text):
    assert read(text).peaks == (Peak(170.2), Peak(21.0))


def test_columns_separated_by_spaces_or_named_in_a_comment():
    expected = (Peak(170.2, "S", 1), Peak(128.5, "D", 2))
    assert read("shift  mult  count\n170.2  C  1\n128.5  CH  2\n").peaks == expected
    assert read("# shift mult count\n170.2  C  1\n128.5  CH  2\n").peaks == expected


def test_other_columns_and_unknown_multiplicities_are_left_out_with_a_reason():
    spectrum = read("no,13C,1H,type\n1,170.2,,m\n2,21.0,2.1,Q\n")
    assert spectrum.peaks == (Peak(170.2), Peak(21.0, "Q"))
    assert [left.text for left in spectrum.left_out] == ["column 'no'", "column '1H'", "m (line 2)"]


def test_rows_of_solvents_and_rows_without_a_shift_are_left_out():
    spectrum = read("ppm,Intensity,Type\n170.2,1.0,Compound\n77.2,9.0,Solvent\n-,3.0,Compound\n,,\n")
    assert spectrum.peaks == (Peak(170.2, intensity=1.0),)
    assert [left.reason for left in spectrum.left_out] == ["marked as solvent", "the row has no shift"]


def test_cells_may_hold_remarks_and_ranges():
    spectrum = read("shift;mult\n128.5 (2C);D\n128.9-128.4;\n")
    assert spectrum.peaks == (Peak(128.5, "D", 2), Peak(128.65))
    assert "midpoint" in spectrum.left_out[0].reason


def test_without_a_header_words_are_the_multiplicity():
    spectrum = read("170.2;C\n128.5;CH\n")
    assert spectrum.peaks == (Peak(170.2, "S"), Peak(128.5, "D"))
    assert spectrum.left_out[0].reason == "no header names it; it is taken as the multiplicity"


def test_without_a_header_numbers_are_count_or_intensity_only_when_asked_for():
    assert read("170.2,1\n128.5,2\n", "csv").peaks == (Peak(170.2, None, 1), Peak(128.5, None, 2))
    assert read("170.2,0.5\n128.5,2\n", "csv").peaks == (Peak(170.2, intensity=0.5), Peak(128.5, intensity=2.0))


@pytest.mark.parametrize("cell", ["1,234.5", '"1,234.5"', "1234.5"])
def test_thousands_in_the_intensity(cell):
    assert read(f"ppm\tintensity\n21.0\t{cell}\n").peaks[0].intensity == 1234.5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("shift,mult\n170.2,S\nabc,D\n", r"line 3: 'abc' cannot be read"),
        ("shift,count\n170.2,two\n", r"line 2: count 'two'; expected a whole number"),
        ("shift,count\n170.2,0\n", r"line 2: count '0'"),
        ("shift,mult\n\n1702,S\n", r"line 3: shift 1702.0 ppm is outside"),
        ("shift,mult\n170,2,S\n", r"line 2: 3 cells, but the header names 2; .* decimal comma in quotes"),
        ("shift;mult\n170,2;S\n21.0;Q\n", r"decimal points \(line 3\) and decimal commas \(line 2\)"),
        ("shift,ppm\n170.2,21.0\n", r"'shift' and 'ppm' both name the shift"),
        ("shift,mult\n", r"the table has no row"),
        ("shift,mult\n,\n-,S\n", r"no row of the table has a shift"),
        ("shift,mult\n170.2 (CH),S\n", r"line 2: two multiplicity values, D and S"),
        ("shift,mult\n170.2 21.0,S\n", r"line 2: '170.2 21.0' has 2 shifts"),
    ],
)
def test_errors_name_line_and_cell(text, message):
    with pytest.raises(SpectrumFormatError, match=message):
        read(text)


@pytest.mark.parametrize(
    "line",
    ["13C NMR (CDCl3, 75 MHz, δ, ppm): 170.1, 21.0", "1H NMR δ 7.2 (m)", "δ, 170, 21", "170.2 S", "name,formula"],
)
def test_what_is_not_a_header(line):
    assert not has_header([line])


def test_columns_are_recognised_only_where_every_row_has_them():
    assert has_columns(["170.2,S\n", "128.5,\n"])
    assert not has_columns(["170.2,S\n", "128.5\n"])
    assert not has_columns(["170.2,128.5\n"])


@pytest.mark.parametrize(
    "text",
    [
        # MestReNova, TopSpin, ACD, NMRium; then other languages
        "Peak\tppm\tHz\tIntensity\tWidth\tArea\tType\tFlags\n1\t170.2\t17122.1\t10.5\t1.1\t9\tCompound\tNone\n"
        "2\t21.0\t2112.6\t12.5\t1.1\t9\tCompound\tNone\n",
        "Peak\tν(F1) [ppm]\tν(F1) [Hz]\tIntensity [abs]\tIntensity [rel]\n1\t170.2\t17122.1\t10.5\t0.9\n"
        "2\t21.0\t2112.6\t12.5\t1.0\n",
        "Acetate in CDCl3\nNucleus\t13C\n\nNo.\t(ppm)\t(Hz)\tHeight\n1\t170.2\t17122.1\t10.5\n2\t21.0\t2112.6\t12.5\n",
        "#;δ (ppm);δ (Hz);Intensity\n1;170,2;17122,1;10,5\n2;21,0;2112,6;12,5\n",
        "Nr.;Chem. Verschiebung [ppm];Intensität\n1;170,2;10,5\n2;21,0;12,5\n",
        "Intensité;Déplacement chimique (ppm)\n10,5;170,2\n12,5;21,0\n",
        "编号\t化学位移\t强度\n1\t170.2\t10.5\n2\t21.0\t12.5\n",
        "Intensidad\tDesplazamiento químico (ppm)\n10,5\t170,2\n12,5\t21,0\n",
    ],
)
def test_exports_of_other_programs_and_languages(text):
    assert [(p.shift_ppm, p.intensity) for p in read(text)] == [(170.2, 10.5), (21.0, 12.5)]


def test_numbered_rows_without_a_header():
    spectrum = read("1\t170.2\t17122.1\t10.5\n2\t128.5\t12927.1\t11.5\n3\t21.0\t2112.6\t12.5\n")
    assert [(p.shift_ppm, p.intensity) for p in spectrum] == [(170.2, 10.5), (128.5, 11.5), (21.0, 12.5)]
    assert [left.reason for left in spectrum.left_out][:2] == ["numbers the rows", "the shift again, in Hz"]


def test_singlets_of_a_decoupled_spectrum_are_not_multiplicities():
    text = "From\tTo\tδ (ppm)\tMult.\n170.1\t170.3\t170.2\ts\n20.9\t21.1\t21.0\ts\n"
    (spectrum,) = read_spectra(io.StringIO(text))
    assert [(p.shift_ppm, p.multiplicity) for p in spectrum] == [(170.2, None), (21.0, None)]
    assert any("decoupled" in item.reason for item in spectrum.left_out)
    (spectrum,) = read_spectra(io.StringIO(text.replace("21.0\ts", "21.0\tq")))
    assert [p.multiplicity for p in spectrum] == ["S", "Q"]


def test_a_table_in_the_range_of_1h_gets_a_note():
    assert "check that the table is of 13C" in read("ppm,Intensity\n7.26,1\n4.12,2\n1.26,3\n").notes[0]
    assert read("ppm,Intensity\n17.26,1\n4.12,2\n1.26,3\n").notes == ()


def test_intensities_of_both_signs_get_a_note():
    assert "both signs, as in DEPT and APT" in read("ppm,intensity\n51.5,18.3\n38.3,-25.3\n12.8,22.0").notes[0]
    assert not read("ppm,intensity\n51.5,18.3\n12.8,22.0").notes


def test_four_shifts_in_the_range_of_1h_are_refused(tmp_path):
    (tmp_path / "a.csv").write_text("ppm,Intensity\n7.26,1\n4.12,2\n2.04,3\n1.26,3\n")
    with pytest.raises(SpectrumFormatError, match="probably shifts of 1H: all 4 shifts"):
        read_spectra(tmp_path / "a.csv")
    assert len(read_spectra(tmp_path / "a.csv", "csv")[0]) == 4
