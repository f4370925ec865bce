"""A list ends at the first thing that is neither a shift nor a remark on one."""

import time

import pytest
from tests.spectra.reading import read, shifts

from km3aid.spectra.text.list_end import find_list

HEAD = "13C NMR (101 MHz, CDCl3) δ "


@pytest.mark.parametrize(
    "list_",
    [
        "171.4, 128.5 (2C), 21.0",
        "171.4 (C), 128.5 (d, J = 7.1 Hz), 21.0 ppm",
        "171.4, d, J = 245.3, 12.1 Hz; 128.5; 21.0",
        "171.4 C, 128.5 2CH, 21.0 CH3",
        "171.4. 128.5. (C=O) C-2 21.0",
        "171.4,\n128.5\nand 21.0",
        "171.4a, 128.5*, 21.0 (minor)",
        "C=O: 171.4; Ar-C 128.5; OCH3: 21.0",
        "171.4, 128.5, and\n21.0",
        "171.4 (C-1), ca. 128.5 (v br), 21.0 - CH3",
        "171.4 (ester, 128.5 (2 × CH), 21.0",
    ],
)
def test_what_belongs_to_a_list(list_):
    assert find_list(f"δ {list_}").tail == ""
    assert shifts(HEAD + list_) == [171.4, 128.5, 21.0]


@pytest.mark.parametrize(
    "foreign",
    [
        ". 3.2. Synthesis of 12.5 g",
        ". 12. Yellow oil",
        ". 12b: white solid",
        ", white solid, 45.2 mg",
        "; qwertz 45.2, 33.1",
        ", 45.3 mg",
        ", 98 °C",
        ", 67.8%",
        ".\n140",
        ". 84",
        "\n\n45.2",
        ".\n2-(4-Bromophenyl)-1H-indole 45.2",
        ". N-(4-Bromophenyl)acetamide, 45.2",
        "; Tm = 98.2 °C",
        "; pKa 9.2",
        "; 2,4-Dichloro-1-nitrobenzene 45.2",
        ", 2-(acetoxymethyl)-6-chlorohexane 45.2",
        "; 1 C not observed",
        "; 31P 22.7",
        "\n0.45 g",
        " V = 1234.5",
        " HRMS 237.1",
        ".HRMS 237.1",
        "。以上数据与文献 45.2 一致",
    ],
)
def test_what_ends_a_list(foreign):
    assert shifts(f"{HEAD}171.4 (C=O), 21.0 (CH3){foreign}") == [171.4, 21.0]
    assert shifts(f"{HEAD}171.4, 21.0{foreign}") == [171.4, 21.0]


@pytest.mark.parametrize(
    "page", ["S23", "114", "Page 5 of 45", "J. Org. Chem. 2012, 81, 8003−9857\n2373", "- 59 -", "4/87", "\nS-38\n"]
)
def test_the_head_of_a_page_is_no_part_of_a_list(page):
    found = find_list(f"δ 171.4, 128.5,\n{page}\n60.5, 21.0 ppm. HRMS")
    assert found.text == "δ 171.4, 128.5, 60.5, 21.0 ppm"
    assert found.between == [page.strip()]


def test_what_was_copied_from_a_page():
    text = "1H  NMR  (CDCl3)  δ  7.2  (m,  5H).  13\r\nC  NMR  (CDCl\r\n3):  d = 171.4,  128.\r\n5,  21.0"
    assert shifts(text) == [171.4, 128.5, 21.0]


def test_a_finished_list_does_not_go_on_behind_the_end_of_a_page():
    assert find_list("δ 171.4, 128.5.\nS23\n60.5, 21.0").text == "δ 171.4, 128.5"


def test_whole_numbers_go_on_as_whole_numbers():
    assert shifts(f"{HEAD}171, 60,\nChapter 5\n116\n21, 14 ppm. 3. Results") == [171, 60, 21, 14]
    assert shifts(f"{HEAD}171.4, 114 (d, J = 19.5 Hz), 21.0") == [171.4, 114, 21.0]


def test_another_analysis_is_no_page():
    assert find_list("δ 171.4, 128.5,\nAnal. C, 63.14; H,\n5.48; N, 8.31").text == "δ 171.4, 128.5"

    text = "δ 171.4, 128.5,\nWhite solid\nAnal. C, 63.14; H,\n5.48; N, 8.31"
    assert find_list(text).text == "δ 171.4, 128.5"


def test_a_drawing_between_shifts():
    assert shifts(f"{HEAD}171.4, 5 O O OH HO NO2 S31 128.5 (trityl), 21.0") == [171.4, 128.5, 21.0]


def test_a_number_broken_behind_the_end_of_a_page():
    assert shifts(f"{HEAD}171.4, 128.5,\nNature | VOL 2\n751\n60. 5, 21.0") == [171.4, 128.5, 60.5, 21.0]


def test_a_list_that_breaks_off_is_told():
    spectrum = read(f"{HEAD}171.4, 128.5, zzz yyy xxx 60.5, 21.0, 14.2")
    assert [peak.shift_ppm for peak in spectrum] == [171.4, 128.5]
    assert "60.5, 21.0 …" in spectrum.notes[0]
    assert read(f"{HEAD}171.4, 128.5; IR 998, 45 cm-1").notes == ()


@pytest.mark.parametrize(
    ("list_", "expected"),
    [
        ("170.1 carbonyl, 128.5 aromatic CH, 21.0 methyl", [170.1, 128.5, 21.0]),
        *(
            (f"170.1, 128.5 {word}, 21.0, 14.1", [170.1, 128.5, 21.0, 14.1])
            for word in ("overlapping", "quaternary", "weak", "sharp", "arom", "arom.", "two carbons", "\noverlapping")
        ),
        ("170.1 lactone; 128.5 phenyl; 21.0", [170.1, 128.5, 21.0]),
        ("170.1 ester C=O, 128.5 arom. CH, 60.1 OCH2 ethyl, 21.0", [170.1, 128.5, 60.1, 21.0]),
        ("170.1 carbonyl 128.5 aromatic 21.0 methyl", [170.1, 128.5, 21.0]),
        ("C1:170.1, C2:128.5, C3:21.0", [170.1, 128.5, 21.0]),
        ("170.1^a, 128.5^b, 21.0", [170.1, 128.5, 21.0]),
        ("170.1 • 128.5 • 21.0", [170.1, 128.5, 21.0]),
        ("170.1′, 128.5′, 21.0", [170.1, 128.5, 21.0]),
        ("170.1 C-1 Glc, 128.5 C-2 Glc, 21.0", [170.1, 128.5, 21.0]),
        ("170.1 et 128.5 et 21.0", [170.1, 128.5, 21.0]),
        ("170.1 und 128.5", [170.1, 128.5]),
        ("170.1, 60.1?, 21.0", [170.1, 60.1, 21.0]),
        ("170.1, n.d., 21.0", [170.1, 21.0]),
        ("170.1, n.o., 21.0", [170.1, 21.0]),
        ("70.1 ≡CH, 14.1", [70.1, 14.1]),
        ("14.1 γ-CH3, 13.1 Cα, 12.1", [14.1, 13.1, 12.1]),
        ("128.5 o-C, 127.1 m-C", [128.5, 127.1]),
        ("170.1, 60 – 62 (m), 14.1", [170.1, 61.0, 14.1]),
    ],
)
def test_words_and_marks_beside_a_shift_are_remarks_where_the_list_goes_on(list_, expected):
    assert shifts(HEAD + list_) == expected


def test_the_solvent_beside_its_line_is_a_remark():
    spectrum = read("13C NMR δ 170.1, 128.5, 77.0 CDCl3, 24.1, 23.9")
    assert [peak.shift_ppm for peak in spectrum] == [170.1, 128.5, 24.1, 23.9]
    assert spectrum.left_out[0].text == "77.0 (CDCl3)"


def test_what_was_not_determined_says_nothing_about_its_neighbour():
    spectrum = read(f"{HEAD}170.1, n.d., 21.0 (q)")
    assert spectrum.peaks[0].multiplicity is None


@pytest.mark.parametrize(
    "foreign",
    [
        " white solid, 45.2 mg",
        " purity, 98.51",
        ". white solid, 45.2",
        "\n\nwhite solid, 45.2",
        " crystals, 345.2",
        " zeta potential, -45.2",
        " Tm 98.2",
        " white solid, 45.2, 33.1",
        "\neluent hexane, 9.1",
        " cLogP, 3.4",
        " white solid of the desired product, 45.2",
        " HRMS, 237.1",
        ", 3 – 4 mg",
        " dr, 95:5",
    ],
)
def test_words_after_a_list_are_no_remarks_where_no_shift_follows(foreign):
    assert shifts(f"{HEAD}171.4, 21.0{foreign}") == [171.4, 21.0]


def test_a_row_of_shifts_behind_words_is_told():
    note = read(f"{HEAD}171.4, 128.5 qwertz asdfgh yxcvbn uiop 60.5, 21.0, 14.2").notes[0]
    assert "60.5, 21.0 …" in note
    assert read(f"{HEAD}171.4, 128.5. The others are 60.5, 21.0, 14.2").notes == ()
    assert read(f"{HEAD}171.4, 128.5 white solid, mp 60.5, 61.0").notes == ()


def test_few_numbers_after_words_are_no_list():
    assert find_list(" spectra 34").text == ""
    assert find_list(" data: 34.5").text == " data: 34.5"
    assert find_list(" data 34.5, 21.0, 14.2").text == " data 34.5, 21.0, 14.2"


@pytest.mark.parametrize("rest", [". " + "C " * 20_000, ". " * 20_000, ", " + "1 2 " * 20_000, ", (x" * 20_000])
def test_the_time_is_linear_in_the_length(rest):
    began = time.process_time()
    read(f"{HEAD}171.4, 128.5{rest}")
    assert time.process_time() - began < 2
