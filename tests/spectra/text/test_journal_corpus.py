"""Journal lines of all styles with the peaks that they give, and what damage to them must never do."""

import random
import re
from pathlib import Path

import pytest

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import Spectrum, parse_journal
from km3aid.spectra.solvents import known_solvents

_ROWS = [
    row.rstrip("\n").split("\t")
    for row in (Path(__file__).parent / "journal_corpus.tsv").read_text(encoding="utf-8").splitlines()
    if not row.startswith("#")
]
CORPUS = [(expected, solvent, text.replace("\\n", "\n").replace("\\r", "\r")) for expected, solvent, text in _ROWS]
_PEAK = re.compile(r"(-?[0-9.]+)([SDTQ]?)(?:\*([0-9]+))?")
_NUMBER = r"[0-9]+(?:[.,][0-9]+)?"
_NEVER = re.compile(
    rf"(?<![\w.])({_NUMBER}(?:, {_NUMBER})*(?: and {_NUMBER})?)\s*M?Hz|"
    rf"J[A-Z_{{}}(),–-]*\s*=\s*({_NUMBER})|({_NUMBER}) (?:K|°C)\b"
)


def expected_peaks(text: str) -> list[tuple[float, str | None, int | None]]:
    parts = [_PEAK.fullmatch(word) for word in text.split()]
    return [(float(p[1]), p[2] or None, int(p[3]) if p[3] else None) for p in parts if p]


def never_peaks(text: str) -> set[float]:
    """Frequencies, coupling constants and temperatures of a line, found by their units."""
    found = " ".join("".join(filter(None, match)) for match in _NEVER.findall(text))
    return {float(number.replace(",", ".")) for number in re.findall(_NUMBER, found)}


def test_the_corpus_is_large():
    assert len({text for _, _, text in CORPUS}) >= 300


@pytest.mark.parametrize(("expected", "solvent", "text"), CORPUS)
def test_every_line_gives_its_peaks(expected, solvent, text):
    spectrum = parse_journal(text)
    assert [(p.shift_ppm, p.multiplicity, p.count) for p in spectrum] == expected_peaks(expected)
    named = known_solvents(spectrum.solvent or "")
    assert (named[0].name if named else "") == solvent


def damaged(text: str, rng: random.Random, times: int) -> str:
    """`text` with characters dropped, swapped with their neighbours or doubled."""
    for _ in range(times):
        at = rng.randrange(len(text) - 1)
        pair = text[at : at + 2]
        text = text[:at] + rng.choice([pair[1], pair[::-1], pair[0] + pair]) + text[at + 2 :]
    return text


@pytest.mark.parametrize("times", [1, 2, 3])
def test_damage_never_makes_a_frequency_or_a_coupling_a_peak(times):
    rng = random.Random(times)
    read = 0
    for expected, _, text in CORPUS * 4:
        shifts = [shift for shift, _, _ in expected_peaks(expected)]
        never = never_peaks(text) - set(shifts) - {float(int(shift)) for shift in shifts}  # `126. 3` holds 126
        broken = damaged(text, rng, times)
        try:
            spectrum = parse_journal(broken)
        except SpectrumFormatError:
            continue
        assert isinstance(spectrum, Spectrum)
        read += 1
        assert not {peak.shift_ppm for peak in spectrum} & never, broken
    assert read > 2.5 * len(CORPUS)


def test_letters_are_interpreted_and_a_note_says_why():
    hydrogens = parse_journal("13C NMR (CDCl3) δ 206.0 (s), 55.1 (d), 41.0 (t), 30.1 (q)")
    assert [peak.multiplicity for peak in hydrogens] == ["S", "D", "T", "Q"]
    assert "read as attached hydrogens" in hydrogens.notes[0]
    for text, why in [
        ("162.3 (d, J = 245 Hz), 130.1 (s), 21.0 (s)", "coupling constants"),
        ("162.3 (d), 132.1 (dd), 21.0 (s)", "coupling patterns"),
        ("162.3 (s), 124.3 (q), 30.0 (s)", "no CH3 lies at 124.3 ppm"),
        ("162.3 (d), 130.0 (s), 21.0 (s)", "no quaternary carbon lies at 21.0 ppm"),
    ]:
        spectrum = parse_journal(f"13C NMR (101 MHz, CDCl3) δ {text}")
        assert {peak.multiplicity for peak in spectrum} == {None}
        assert why in spectrum.notes[0]
