"""Tables of natural products as they are copied from papers, pages and programs."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.spectra.reading import read
from tests.spectra.strategies import check_spectra_or_error

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import read_spectra
from km3aid.spectra.formats.column_names import carbon_compound
from km3aid.spectra.formats.table_markup import as_rows

ACETATE = [(171.4, "S"), (60.5, "T"), (21.0, "Q"), (14.2, "Q")]


def spectra(text: str):
    return read_spectra(io.StringIO(text))


def pairs(spectrum):
    return [(peak.shift_ppm, peak.multiplicity) for peak in spectrum]


SINGLE = {
    "type in its own column": "position\tδC\ttype\tδH (J in Hz)\tHMBC\n1\t171.4\tC\t\t\n"
    "2\t60.5\tCH2\t4.12, q (7.1)\t1, 4\n3\t21.0\tCH3\t2.04, s\t1\n4\t14.2\tCH3\t1.26, t (7.1)\t2\n",
    "type in the cell": "Position\tδC, type\tδH (J in Hz)\n1\t171.4, C\t\n2\t60.5, CH2\t4.12, q (7.1)\n"
    "3\t21.0, CH3\t2.04, s\n4\t14.2, CH3\t1.26, t (7.1)\n",
    "letters": "no.\tδH (J in Hz)\tδC\n1\t\t171.4 s\n2\t4.12 q (7.1)\t60.5 t\n3\t2.04 s\t21.0 q\n4\t1.26 t\t14.2 q\n",
    "brackets": "No.;δC (125 MHz, CDCl3);δH\n1;171.4 (C);–\n2;60.5 (CH2);4.12\n3;21.0 (CH3);2.04\n4;14.2 (CH3);1.26\n",
    "decimal commas": "Pos.;δC;Typ\n1;171,4;C\n2;60,5;CH2\n3;21,0;CH3\n4;14,2;CH3\n",
    "CSV with brackets": 'Atom,δC (ppm),type,δH (ppm; J in Hz)\n1,171.4,C,\n2,60.5,CH2,"4.12, q (7.1)"\n3,21.0,CH3,\n'
    "4,14.2,CH3,\n",
    "footnotes": "position\tδC<sup>a</sup>, type\tδH\n1\t171.4, C\t\n2\t60.5 b, CH2\t\n"
    "3\t21.0<sup>c</sup>, CH3\t\n4\t14.2, CH3\t\n",
    "title and footnote lines": "Table 1. 1H (500 MHz) and 13C NMR (125 MHz) data of 1 in CDCl3\n\npos.\tδC\tDEPT\n"
    "1\t171.4\tC\n2\t60.5\tCH2\n3\t21.0\tCH3\n4\t14.2\tCH3\na Assignments by HMBC.\n",
    "rows without a carbon": "position\tδC, type\tδH\n1\t171.4, C\t\n2\t60.5, CH2\t4.12\nOH\t\t5.20, s\n"
    "3\t21.0, CH3\t2.04\n"
    "4\t14.2, CH3\t1.26\n",
    "Markdown": "| position | δC, type | δH (J in Hz) |\n|:---|---|---:|\n| 1 | 171.4, C |  |\n"
    "| 2 | 60.5, CH2 | 4.12 |\n"
    "| 3 | 21.0, CH3 | 2.04 |\n| 4 | **14.2**, CH3 | 1.26 |\n",
    "Markdown among text": "# Ethyl acetate\n\nAs published.\n\n| C | δ (ppm) | type |\n|---|---|---|\n"
    "| 1 | 171.4 | C |\n"
    "| 2 | 60.5 | CH2 |\n| 3 | 21.0 | CH3 |\n| 4 | 14.2 | CH3 |\n\nThat is all.\n",
    "HTML": "<html><body><table><thead><tr><th>position</th><th>δ<sub>C</sub>, type"
    "</th><th>δ<sub>H</sub></th></tr></thead>"
    "<tr><td>1</td><td>171.4, C</td><td></td></tr>\n<tr><td>2</td><td>60.5, CH<sub>2</sub></td><td>4.12</td></tr>"
    "<tr><td>3</td><td>21.0, CH<sub>3</sub><sup>a</sup></td><td>2.04</td></tr><tr><td>4</td><td>14.2, CH<sub>3</sub>"
    "</td><td>1.26</td></tr></table></body></html>",
    "columns separated by blanks": "position δC, type δH (J in Hz) HMBC\n1 171.4, C\n2 60.5, CH2 4.12, q (7.1) 1, 4\n"
    "3 21.0, CH3 2.04, s 1\n4 14.2, CH3 1.26, t (7.1) 2\nOH 5.20, s\n",
}


@pytest.mark.parametrize("text", SINGLE.values(), ids=list(SINGLE))
def test_one_compound(text):
    (spectrum,) = spectra(text)
    assert pairs(spectrum) == ACETATE


SEVERAL = {
    "compounds above": "\t1\t\t2\t\nposition\tδC, type\tδH\tδC, type\tδH\n1\t171.4, C\t\t206.9, C\t\n"
    "2\t60.5, CH2\t4.12\t30.9, CH3\t2.2\n3\t21.0, CH3\t2.04\t\t\n4\t14.2, CH3\t1.26\t–\t\n",
    "compounds below": "position\tδC\t\tδH\t\n\t1\t2\t1\t2\n1\t171.4, C\t206.9, C\t\t\n"
    "2\t60.5, CH2\t30.9, CH3\t4.12\t2.2\n"
    "3\t21.0, CH3\t\t2.04\t\n4\t14.2, CH3\t\t1.26\t\n",
    "compounds in the names": "no.;δC (1);type;δC (2);type\n1;171.4;C;206.9;C\n2;60.5;CH2;30.9;CH3\n3;21.0;CH3;;\n"
    "4;14.2;CH3;;\n",
    "compounds alone": "Table 2. 13C NMR data (125 MHz, CDCl3) of compounds 1 and 2\nC\t1\t2\n1\t171.4 s\t206.9 s\n"
    "2\t60.5 t\t30.9 q\n3\t21.0 q\t\n4\t14.2 q\t\n",
    "HTML with spans": "<table><tr><td></td><td colspan='2'>1</td><td colspan=2>2</td></tr><tr><td>no.</td><td>δC</td>"
    "<td>type</td><td>δC</td><td>type</td></tr><tr><td>1</td><td>171.4</td><td>C</td><td>206.9</td><td>C</td></tr>"
    "<tr><td>2</td><td>60.5</td><td>CH2</td><td>30.9</td><td>CH3</td></tr><tr><td>3</td><td>21.0</td><td>CH3</td>"
    "<td></td><td></td></tr><tr><td>4</td><td>14.2</td><td>CH3</td></tr></table>",
    "columns separated by blanks": "1 2\nno. δC, type δC, type\n1 171.4, C 206.9, C\n2 60.5, CH2 30.9, CH3\n"
    "3 21.0, CH3\n"
    "4 14.2, CH3\n",
}


@pytest.mark.parametrize("text", SEVERAL.values(), ids=list(SEVERAL))
def test_several_compounds_are_several_spectra(text):
    first, second = spectra(text)
    assert pairs(first) == ACETATE
    assert pairs(second) == [(206.9, "S"), (30.9, "Q")]
    assert (first.id, second.id) == ("1", "2")


def test_a_type_that_several_compounds_share():
    first, second = spectra("no.\ttype\tδC 1\tδC 2\n1\tC\t171.4\t172.0\n2\tCH2\t60.5\t61.0\n")
    assert pairs(first) == [(171.4, "S"), (60.5, "T")]
    assert pairs(second) == [(172.0, "S"), (61.0, "T")]


def test_letters_beside_couplings_are_no_hydrogens():
    (spectrum,) = spectra("no.\tδC\n1\t164.1 d (245.0)\n2\t116.0 d (21)\n3\t21.0 q\n")
    assert pairs(spectrum) == [(164.1, None), (116.0, None), (21.0, None)]
    assert "not read as attached hydrogens" in spectrum.notes[0]


def test_two_positions_are_two_carbons():
    spectrum = read("position\tδC, type\n1\t140.2, C\n2, 6\t128.5, CH\n3/5\t127.1, CH\nC-4\t126.0, CH\n")
    assert [peak.count for peak in spectrum] == [None, 2, 2, None]


def test_the_solvent_of_the_column_or_the_title():
    assert read(SINGLE["brackets"]).solvent == "CDCl3"
    assert read(SINGLE["title and footnote lines"]).solvent == "CDCl3"


def test_computed_shifts_are_no_spectrum():
    (spectrum,) = spectra("no.\tδC exp\tδC calc\n1\t171.4\t170.0\n2\t60.5\t61.2\n")
    assert [peak.shift_ppm for peak in spectrum] == [171.4, 60.5]


LISTING = """ DU=/opt, USER=me, NAME=acetate, EXPNO=2, PROCNO=1
 F1=220.000ppm, F2=-10.000ppm, MI=0.50cm, MAXI=10000.00cm, PC=1.400

     #    ADDRESS    FREQUENCY               INTENSITY
                     [Hz]        [PPM]

     1    4018.4     17243.125   171.3988      1.20
     2   21411.3      6086.540    60.5012      8.04
     3   27122.8      2112.701    21.0003      4.50
"""


def test_topspins_listing():
    spectrum = read(LISTING)
    assert [(p.shift_ppm, p.intensity) for p in spectrum] == [(171.3988, 1.2), (60.5012, 8.04), (21.0003, 4.5)]


@pytest.mark.parametrize("cut", ["number", "intensity"])
def test_topspins_listing_without_a_column(cut):
    part = slice(1, None) if cut == "number" else slice(0, 4)
    rows = [line.split()[part] for line in LISTING.splitlines()[-3:]]
    text = "# ADDRESS   FREQUENCY     INTENSITY\n#           [Hz]  [PPM]\n" + "\n".join(map("  ".join, rows))
    assert [p.shift_ppm for p in read(text)] == [171.3988, 60.5012, 21.0003]


def test_deltas_table():
    text = "Peak\tX [ppm]\tX [Hz]\tIntensity\n1\t171.4\t17243.1\t1.2\n2\t60.5\t6086.5\t8.0\n"
    assert [(p.shift_ppm, p.intensity) for p in read(text)] == [(171.4, 1.2), (60.5, 8.0)]


@pytest.mark.parametrize("mark", [" ", "\t", ": ", " = ", ", "])
@pytest.mark.parametrize("labels", [("C-1", "C-2", "C-3"), ("C1", "C2", "C3'"), ("1-C", "OCH2", "CH3-3")])
def test_a_list_of_labelled_shifts(mark, labels):
    shifts = ("171.4", "60.5 CH2", "21.0 (CH3)")
    spectrum = read("\n".join(f"{label}{mark}{shift}" for label, shift in zip(labels, shifts, strict=True)))
    assert pairs(spectrum) == [(171.4, None), (60.5, "T"), (21.0, "Q")]


def test_rows_numbered_before_a_comma():
    assert [peak.shift_ppm for peak in read("1,171.4\n2,60.5\n3,21.0\n4,14.2\n")] == [171.4, 60.5, 21.0, 14.2]


@pytest.mark.parametrize(
    "text",
    [
        "position\tδH (J in Hz)\tHMBC\n1\t4.12 q\t2\n2\t2.04 s\t1\n",
        "position δH (J in Hz) δC, type\n1 4.12 q 60.5 t\n2 2.04 s 21.0 q\n",
        "position δC δH δC δH\n1 60.5 4.12 61.2 4.15\n2 21.0 2.04 21.3 2.05\n",
    ],
)
def test_columns_that_cannot_be_told_apart_are_an_error(text):
    with pytest.raises(SpectrumFormatError, match=r"δ[HC]"):
        read(text)


@pytest.mark.parametrize("name", ["δH", "HMBC", "δ", "δC calc", "Δδ", "position", "c"])
def test_what_is_no_column_of_carbon_shifts(name):
    assert carbon_compound(name) is None


cells = st.sampled_from(
    ["171.4", "60.5, CH2", "", "1", "2a", "C", "δC", "δH", "position", "|", "-", "<td>", "a b", "§"]
)


@given(st.lists(st.lists(cells, max_size=5), max_size=6), st.sampled_from("\t|;, "))
def test_any_table_gives_spectra_or_an_error(rows, delimiter):
    text = "position\tδC 1\tδC 2\n".replace("\t", delimiter) + "\n".join(delimiter.join(row) for row in rows)
    check_spectra_or_error(lambda: spectra(text), "text stream")


@given(st.text(alphabet="<tablerdhspn/>='9 1.δC", max_size=80))
def test_any_markup_gives_rows(text):
    assert isinstance(as_rows(["<table><tr>", text]), list)


def test_a_spectrum_in_each_row():
    first, second = spectra("Compound\t13C NMR\n1\t13C NMR (101 MHz, CDCl3) δ 171.4, 60.5\n2\t13C NMR δ 206.9, 30.9\n")
    assert (first.id, first.solvent, [p.shift_ppm for p in first]) == ("1", "CDCl3", [171.4, 60.5])
    assert (second.id, [p.shift_ppm for p in second]) == ("2", [206.9, 30.9])
    first, second = spectra("Mol,Shifts\na,18.70,20.70,171.40\nb,7.30,19.40,206.90,33.1\n")
    assert (first.id, len(first), second.id, len(second)) == ("a", 3, "b", 4)
    (first,) = spectra("name;13C;remark\nc;171.4, 60.5, 21.0 (2C);x\n")
    assert (first.id, len(first), first.left_out[-1].text) == ("c", 3, "column 'remark'")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<?xml version='1.0'?>\n<nmrML xmlns='http://nmrml.org/schema'>\n</nmrML>", "nmrML"),
        ("data_bmse000001\nsave_entry_information\n_Entry.ID bmse000001\n", "NMR-STAR"),
        ('<cml xmlns="http://www.xml-cml.org/schema"><spectrum/></cml>', "CML"),
        ("<?xml version='1.0'?>\n<spectrum/>", "XML"),
    ],
)
def test_formats_that_are_not_read_are_named(text, name):
    with pytest.raises(SpectrumFormatError, match=f"{name}.*which is not read; give"):
        read(text)
