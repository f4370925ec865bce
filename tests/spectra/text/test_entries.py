"""A list is read alike alone and in the entry of a paper, whatever numbers stand around it."""

import json
import random

import pytest
from tests.spectra.reading import read, shifts
from tests.spectra.text.entries import ENTRIES, HEADINGS, PAGES, entry, filled
from tests.spectra.text.test_dirty_paragraphs import LITERATURE, peaks_of
from tests.spectra.text.test_journal_corpus import CORPUS

LINE = "13C NMR (101 MHz, CDCl3) δ 171.4 (C=O), 128.5 (2C), 60.5, 21.0, 14.2"
PEAKS = [171.4, 128.5, 60.5, 21.0, 14.2]


def lines() -> list[str]:
    """Lines of the corpus that begin with the heading and have decimals, as printed."""
    found = [text for _, _, text in CORPUS if text.startswith("13C NMR (") and "δ" in text and "\n" not in text]
    return [text for text in found if text.count(".") > 3 and peaks_of(text) is not None]


def wrong(texts: list[str], times: int, seed: int) -> list[str]:
    """The entries whose shifts are not those of the line alone."""
    rng = random.Random(seed)
    found = []
    for line in texts * times:
        text = entry(line, rng)
        alone, within = peaks_of(line), peaks_of(text)
        if within is None or [p.shift_ppm for p in within] != [p.shift_ppm for p in alone or ()]:
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
    found = wrong(lines(), 2, seed=1)
    assert len(found) <= 2, found[0]


@pytest.mark.data
@pytest.mark.skipif(not LITERATURE.exists(), reason="needs the printed lines in literature.jsonl")
def test_printed_lines_in_entries():
    rows = [json.loads(row)["report"] for row in LITERATURE.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row.startswith("13C") and peaks_of(row) is not None][:468]
    assert len(rows) == 468
    for seed in (1, 2):
        assert len(wrong(rows, 1, seed)) <= 3
