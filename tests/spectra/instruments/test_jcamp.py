from itertools import pairwise

import numpy as np
import pytest
from tests.spectra import format_examples as examples
from tests.spectra.format_examples import SHIFTS
from tests.spectra.reading import read, shifts

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import Peak


def test_jcamp_peak_assignments_and_linked_blocks():
    text = (
        "##TITLE= outer\n##JCAMP-DX= 5.01\n##DATA TYPE= LINK\n##BLOCKS= 2\n"
        + examples.JCAMP.replace("13C", "1H")
        + examples.JCAMP.replace("PEAK TABLE= (XY..XY)", "PEAK ASSIGNMENTS= (XYMA)")
        .replace("170.2, 10.0", "(170.2, 10.0, S, <C-1>)")
        .replace("21.0, 12.0", "(21.0, 12.0, Q, <C-2>)")
        + "##END=\n"
    )
    spectrum = read(text)
    assert spectrum.peaks == (Peak(170.2, "S", None, 10.0), Peak(21.0, "Q", None, 12.0))
    assert any("another nucleus, 1H" in left.reason for left in spectrum.left_out)


@pytest.mark.parametrize("body", ["170.2,10 21.0,12", "170.2 10; 21.0 12", "170.2,10;21.0,12", "170.2\t10\n21.0\t12"])
def test_jcamp_tables_as_programs_write_them(body):
    assert shifts(examples.JCAMP.replace("170.2, 10.0\n21.0, 12.0", body)) == [170.2, 21.0]


def test_jcamp_tables_in_hertz():
    text = examples.JCAMP.replace("PPM", "HZ").replace("170.2,", f"{170.2 * 100.6},").replace("21.0,", "2112.6,")
    assert shifts(text) == [170.2, 21.0]


def jcamp_trace(ppm: np.ndarray, body: str) -> str:
    head = examples.JCAMP[: examples.JCAMP.index("##NPOINTS")].replace("PEAK TABLE", "SPECTRUM", 1)
    return f"{head}##FIRSTX= {ppm[0]}\n##LASTX= {ppm[-1]}\n##NPOINTS= {len(ppm)}\n{body}\n##END=\n"


def packed(values: list[int]) -> str:
    """Lines of 20 ordinates as first value and differences, each line beginning with the check of the last one."""
    digits = "%JKLMNOPQR"
    out = []
    for start in range(0, len(values), 20):
        part = values[max(0, start - 1) : start + 20]
        words = [str(start), " " if part[0] >= 0 else "", str(part[0])]
        for a, b in pairwise(part):
            text = str(abs(b - a))
            first = digits[int(text[0])] if b >= a else "jklmnopqr"[int(text[0]) - 1]
            words.append(first + text[1:])
        out.append("".join(words))
    return "\n".join(out)


def test_jcamp_traces_are_picked_from_any_form_of_the_data():
    ppm = np.linspace(220, -10, 8192)
    trace = [round(v) for v in examples.lines_of(ppm, SHIFTS) / 100]
    plain = "##XYDATA= (X++(Y..Y))\n" + "\n".join(
        f"{i} " + " ".join(map(str, trace[i : i + 10])) for i in range(0, len(trace), 10)
    )
    pairs = "##XYPOINTS= (XY..XY)\n" + "\n".join(f"{x:.6f}, {y}" for x, y in zip(ppm, trace, strict=True))
    for body in (plain, pairs, "##XYDATA= (X++(Y..Y))\n" + packed(trace)):
        spectrum = read(jcamp_trace(ppm, body))
        assert [p.shift_ppm for p in spectrum] == pytest.approx(SHIFTS, abs=0.02)
        assert "picked" in spectrum.notes[0]


def test_an_axis_in_hertz_without_a_frequency_is_an_error_that_names_the_block():
    text = examples.JCAMP.replace("PPM", "HZ").replace("##.OBSERVE FREQUENCY= 100.6\n", "")
    with pytest.raises(SpectrumFormatError, match=r"block acetate \(line 1\): the abscissa is in Hz"):
        read(text)
