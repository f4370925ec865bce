"""A list is read alike alone and in the entry of a paper, whatever numbers stand around it."""

import json
import random
import re

import pytest
from tests.spectra.reading import read, shifts
from tests.spectra.text.entries import ENTRIES, HEADINGS, PAGES, entry, filled
from tests.spectra.text.test_dirty_paragraphs import LITERATURE, peaks_of
from tests.spectra.text.test_journal_corpus import CORPUS, expected_peaks

LINE = "13C NMR (101 MHz, CDCl3) δ 171.4 (C=O), 128.5 (2C), 60.5, 21.0, 14.2"
PEAKS = [171.4, 128.5, 60.5, 21.0, 14.2]


def lines() -> list[tuple[str, list[float]]]:
    """Lines of the corpus that begin with the heading and have decimals, with the shifts written beside them."""
    found = [(text, expected) for expected, _, text in CORPUS if text.startswith("13C NMR (") and "δ" in text]
    found = [(text, expected) for text, expected in found if "\n" not in text and text.count(".") > 3]
    return [(text, [shift for shift, _, _ in expected_peaks(expected)]) for text, expected in found]


def printed() -> list[tuple[str, list[float] | None]]:
    """Printed lines and, of those that have only numbers and brackets after the δ, the numbers."""
    rows = [json.loads(row)["report"] for row in LITERATURE.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row.startswith("13C") and peaks_of(row) is not None]
    return [(row, numbers(row)) for row in rows[:468]]


def numbers(row: str) -> list[float] | None:
    """The numbers outside of brackets where nothing else stands after the one δ."""
    bare = re.sub(r"\([^()]*\)", "", row).split("δ")
    listed = re.fullmatch(r"[\s=:]*((?:[0-9]{1,3}\.[0-9]+\s*[,;]?\s*)+)(?:ppm)?[\s.]*", bare[-1])
    if listed is None or len(bare) != 2:
        return None
    return [float(number) for number in re.findall(r"[0-9]+\.[0-9]+", listed[1])]


def wrong(texts: list[tuple[str, list[float]]], times: int, seed: int) -> list[str]:
    """The entries whose shifts are not those expected of the line."""
    rng = random.Random(seed)
    found = []
    for line, expected in texts * times:
        text = entry(line, rng)
        within = peaks_of(text)
        if within is None or [p.shift_ppm for p in within] != expected:
            found.append(text)
    return found


@pytest.mark.parametrize("template", ENTRIES)
def test_a_list_in_an_entry(template):
    for seed in range(3):
        assert shifts(filled(template, random.Random(seed)).replace("@", LINE)) == PEAKS


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_heading_after_a_proton_spectrum(heading):
    text = f"1H NMR (400 MHz, CDCl3) δ 7.26 (m, 5H), 2.04 (s, 3H). {LINE.replace('13C NMR', heading)}. HRMS: 237.1598"
    assert shifts(text) == PEAKS


@pytest.mark.parametrize("page", PAGES)
def test_a_list_goes_on_behind_the_end_of_a_page(page):
    for seed in range(3):
        between = filled(page, random.Random(seed))
        spectrum = read(LINE.replace("(2C), ", f"(2C),\n{between}\n") + ".\nHRMS 237.1598")
        assert [peak.shift_ppm for peak in spectrum] == PEAKS
        assert "between the shifts" in spectrum.left_out[-2].reason


def test_lines_of_the_corpus_in_entries():
    assert len(lines()) > 120
    for seed in (1, 2):
        assert wrong(lines(), 2, seed) == []


@pytest.mark.data
@pytest.mark.skipif(not LITERATURE.exists(), reason="needs the printed lines in literature.jsonl")
def test_printed_lines_in_entries():
    rows = printed()
    assert len(rows) == 468
    plain = [(row, expected) for row, expected in rows if expected is not None]
    assert len(plain) > 300
    assert wrong_alone(plain) == []
    others = [(row, [p.shift_ppm for p in peaks_of(row) or ()]) for row, expected in rows if expected is None]
    for seed, most in ((1, 2), (2, 0)):
        found = wrong(plain + others, 1, seed)
        assert len(found) <= most, found


def wrong_alone(texts: list[tuple[str, list[float]]]) -> list[str]:
    """The lines whose shifts, alone, are not those expected."""
    return [line for line, expected in texts if [p.shift_ppm for p in peaks_of(line) or ()] != expected]
