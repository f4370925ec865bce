"""Every example in docs/formats.md gives the peaks stated below it."""

import io
import re
from pathlib import Path

import pytest

from km3aid.spectra.read import BINARY_FORMATS, FORMATS, read_spectra

_TEXT = (Path(__file__).parents[1] / "docs" / "formats.md").read_text(encoding="utf-8")
_SECTIONS = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^#{2,3} |\Z)", _TEXT, re.MULTILINE | re.DOTALL))
_BLOCK = re.compile(r"^```text\n(.*?)^```\n\nPeaks: ([^\n]*)$", re.MULTILINE | re.DOTALL)
EXAMPLES = [(name, *found) for name, section in _SECTIONS.items() for found in _BLOCK.findall(section)]


def test_every_format_is_in_the_table_and_every_text_format_has_an_example():
    table = {name for row in re.findall(r"^\|([^|]*)\|", _TEXT, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert {*FORMATS, *BINARY_FORMATS} <= table
    assert {name for name, _, _ in EXAMPLES} == set(FORMATS)
    assert _TEXT.count("```text") == len(EXAMPLES)


@pytest.mark.parametrize(("name", "text", "peaks"), EXAMPLES)
@pytest.mark.parametrize("named", [False, True])
def test_an_example_gives_its_peaks(name, text, peaks, named):
    (spectrum,) = read_spectra(io.StringIO(text), name if named else None)
    assert ", ".join(f"{p.shift_ppm} {p.multiplicity or ''}".strip() for p in spectrum) == peaks
