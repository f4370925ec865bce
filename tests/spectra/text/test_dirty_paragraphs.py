"""Clean lines among foreign sections and with the damage of a PDF give the peaks of the clean line, or an error."""

import io
import json
import random
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.spectra.reading import read, shifts
from tests.spectra.strategies import any_text
from tests.spectra.text.dirty_paragraphs import AFTER, AFTER_IN_THE_LIST, BEFORE, broken, retyped, surrounded
from tests.spectra.text.journal_styles import ENDS, in_print
from tests.spectra.text.test_journal_corpus import CORPUS

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import Peak, read_spectra
from km3aid.spectra.text.journal import read_journal
from km3aid.spectra.text.mending import mend_numbers
from km3aid.spectra.text.sections import cut_at_headings

LITERATURE = Path(__file__).parents[4] / "shared" / "data" / "literature.jsonl"
LINE = "13C NMR (101 MHz, CDCl3) δ 171.4, 60.5, 21.0, 14.2"
PEAKS = [171.4, 60.5, 21.0, 14.2]


def peaks_of(text: str) -> tuple[Peak, ...] | None:
    try:
        (spectrum,) = read_spectra(io.StringIO(text))
    except (SpectrumFormatError, ValueError):
        return None
    return spectrum.peaks


def lines() -> list[str]:
    found = [text for _, _, text in CORPUS if text.startswith("13C NMR (") and "δ" in text and "\n" not in text]
    return [text for text in found if peaks_of(text) is not None and text.count(".") > 3]


def share(texts: list[str], change, seed: int = 1) -> tuple[float, int]:
    """The share of changed texts with the peaks of the clean one, and how many had other peaks: wrong in silence."""
    rng = random.Random(seed)
    pairs = [(peaks_of(text), peaks_of(change(text, rng))) for text in texts for _ in range(3)]
    return sum(a == b for a, b in pairs) / len(pairs), sum(b is not None and a != b for a, b in pairs)


@pytest.mark.parametrize("foreign", AFTER)
@pytest.mark.parametrize("between", [". ", ".\n", ".\n\n", " ppm. "])
def test_the_list_ends_before(foreign, between):
    assert shifts(LINE + between + foreign) == PEAKS


@pytest.mark.parametrize("foreign", AFTER_IN_THE_LIST)
@pytest.mark.parametrize("between", [", ", "; "])
def test_the_list_ends_at_an_analysis_without_a_full_stop(foreign, between):
    assert shifts(LINE + between + foreign) == PEAKS


@pytest.mark.parametrize("foreign", ENDS)
def test_the_list_ends_in_the_ways_of_many_journals(foreign):
    assert shifts(LINE + foreign) == PEAKS


def test_a_column_of_whole_numbers_has_no_page_number():
    assert shifts("13C NMR (101 MHz, CDCl3) δ\n171\n60\n21\n14\n") == [171, 60, 21, 14]
    assert shifts("13C NMR (101 MHz, CDCl3) δ 171.4, 60.5, 21.0, 14.2\n14\n") == PEAKS


def test_what_may_follow_a_full_stop_in_a_list():
    text = "13C NMR (101 MHz, CDCl3) δ 171.4. 60.5. (C=O) C-2 21.0. CH3 14.2. minor 170.9"
    assert shifts(text) == [171.4, 60.5, 21.0, 14.2, 170.9]


def test_a_caption_begins_no_spectrum():
    assert shifts(LINE + "\nFigure S8. 13C NMR spectrum of 5c in CDCl3 (101 MHz)") == PEAKS


@pytest.mark.parametrize("foreign", BEFORE)
def test_the_list_begins_at_its_heading(foreign):
    assert shifts(foreign + LINE) == PEAKS


def test_the_next_section_of_an_integer_list():
    assert shifts("13C NMR (125 MHz, D2O) δ 26, 28, 174, 175. 3. Results and Discussion of 12.5") == [26, 28, 174, 175]


@pytest.mark.parametrize("whole", ["171.4", "60.5", "14.2"])
@pytest.mark.parametrize("seed", range(12))
def test_broken_numbers_are_mended_and_told(whole, seed):
    text, (piece,) = broken(f"13C NMR (101 MHz, CDCl3) δ {whole}", random.Random(seed))
    spectrum = read(text + ", 128.5, 21.0, 13.9.")
    assert [peak.shift_ppm for peak in spectrum] == [float(whole), 128.5, 21.0, 13.9]
    invisible = "\u00ad" in piece or "\u200b" in piece
    assert invisible or f"as {whole}" in spectrum.notes[0]


@pytest.mark.parametrize(
    "text",
    [
        "171.4, 60.5. 21.0, 14.2",  # a full stop for a comma
        "171, 60, 21. 14",  # whole numbers
        "171.4 60.5 21.0",
        "171.4, 2 128.5, 21.0 (d, J = 7.1 Hz)",
        "128.5 (2 C), 21.0",
    ],
)
def test_whole_numbers_are_left_alone(text):
    assert mend_numbers(text) == (text, [])


def test_a_broken_number_beyond_the_list_is_not_told():
    assert read(LINE + ". HRMS: 237. 1598").notes == ()


def test_a_part_in_brackets_and_shifts_in_brackets():
    assert shifts(f"Thiol (9): 6 was heated [8: 1H NMR δ 7.3 (m), 1.2 (s). {LINE} (CH3)].") == PEAKS
    assert shifts("13C NMR (DMSO-d6): (171.3 ppm, –COOH), (54.2 ppm, –CH), and (35.4 ppm, CH3)") == [171.3, 54.2, 35.4]
    prose = "The 13C NMR spectrum (Table 1) showed 4 carbon signals, two esters [δC 171.4 (C-1), 170.0] and (δ 60.5)"
    assert shifts(prose) == [171.4, 170.0, 60.5]


def test_a_description_goes_on_over_sentences():
    text = (
        "The 13C NMR spectrum of compound 1 showed a signal at 169.0 ppm. The carbon of the ester appears at δC 60.5."
    )
    assert shifts(text) == [169.0, 60.5]


def test_shifts_after_the_list_are_told():
    assert "δ 170.2" in read(f"{LINE}. Minor rotamer: δ 170.2, 61.0.").notes[0]


def test_a_reference_to_a_table_is_no_shift():
    with pytest.raises(SpectrumFormatError, match="refers to Table 1; give that table"):
        read("1H and 13C NMR data, see Table 1 and Table 2")
    assert shifts("13C NMR (Table 2) displayed 4 carbon signals in total at δC 171.4, 60.5, 21.0, 14.2") == PEAKS


def test_the_heading_without_a_blank():
    assert shifts("1HNMR (500 MHz): δ 8.1 (d, 2H), 2.3 (s, 3H), 13CNMR (125 MHz): δ 168.4, 163") == [168.4, 163]
    assert shifts("C NMR (101 MHz) δ 171.4, 60.5. H NMR (400 MHz) δ 4.1, 2.0") == [171.4, 60.5]


@pytest.mark.parametrize("name", ["[1,1'-Biphenyl]-4-ol", "[2.2]Paracyclophane", "[(CAAC)B(CO)] (1a)", "[5]"])
def test_a_text_that_begins_with_a_bracket(name):
    assert shifts(f"{name}: {LINE}") == PEAKS


def test_a_mass_after_the_list_is_left_out_but_one_within_it_is_an_error():
    spectrum = read(f"{LINE}, 436.2, 1720")
    assert [peak.shift_ppm for peak in spectrum] == PEAKS
    assert {left.text for left in spectrum.left_out} == {"436.2", "1720"}
    with pytest.raises(SpectrumFormatError, match=r"1605\.0 ppm is outside"):
        read("13C NMR δ 171.4, 1605, 14.2")


def test_two_decimal_points_make_no_shift():
    spectrum = read("13C NMR δ 171.4, 126.86.9, 14.2")
    assert [peak.shift_ppm for peak in spectrum] == [171.4, 14.2]
    assert spectrum.left_out[0].text == "126.86.9"


@pytest.mark.parametrize("change", [surrounded, retyped, lambda t, r: broken(t, r)[0], in_print])
def test_lines_of_the_corpus_survive(change):
    found, wrong = share(lines(), change)
    assert found > 0.95
    assert wrong <= 3


@given(any_text)
def test_mending_ends_and_keeps_the_digits(text):
    whole, _ = mend_numbers(text)
    assert [c for c in whole if c.isdigit()] == [c for c in text if c.isdigit()]


@given(st.sampled_from(AFTER), any_text)
def test_whatever_follows_an_analysis_changes_no_peak(foreign, tail):
    assume(not any(section.head and section.element == "C" for section in cut_at_headings(tail)[0]))  # another spectrum
    first = next(read_journal([f"{LINE}. HRMS {foreign} {tail}"], "text"))
    assert [peak.shift_ppm for peak in first] == PEAKS


@pytest.mark.data
@pytest.mark.skipif(not LITERATURE.exists(), reason="needs the printed lines in literature.jsonl")
def test_printed_lines_survive():
    rows = [json.loads(line)["report"] for line in LITERATURE.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row.startswith("13C") and peaks_of(row) is not None]

    def everything(text: str, rng: random.Random) -> str:
        return surrounded(broken(retyped(text, rng), rng)[0], rng)

    _, wrong = share(rows, in_print)
    assert wrong <= 3 * 3
    found, wrong = share(rows, everything)
    assert found > 0.99
    assert wrong < 0.01 * 3 * len(rows)
