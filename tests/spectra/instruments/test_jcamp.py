from itertools import pairwise

import numpy as np
import pytest
from tests.spectra import format_examples as examples
from tests.spectra.format_examples import SHIFTS
from tests.spectra.reading import read, shifts

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import Peak
from km3aid.spectra.instruments.jcamp_blocks import decode_ordinates


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


def test_assignments_without_closing_brackets():
    text = examples.JCAMP.replace("PEAK TABLE= (XY..XY)", "PEAK ASSIGNMENTS=(XYA)")
    assert shifts(text.replace("170.2, 10.0", "(170.2, 10.0").replace("21.0, 12.0", "(21.0, 12.0")) == [170.2, 21.0]


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


def without(text: str, *labels: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(labels))


NO_NUCLEUS = without(examples.JCAMP, "##.OBSERVE NUCLEUS")


def test_a_nucleus_that_is_not_stated_is_an_error_that_tells_how_to_state_it():
    with pytest.raises(SpectrumFormatError, match=r"nucleus is not stated .*add '##.OBSERVE NUCLEUS= \^13C'"):
        read(NO_NUCLEUS)
    with pytest.raises(SpectrumFormatError, match="nucleus is not stated"):
        read(examples.JCAMP.replace("^13C", "off"))


def test_a_title_or_the_frequencies_may_state_the_nucleus():
    assert len(read(NO_NUCLEUS.replace("acetate", "acetate, 13C{1H}"))) == 2
    assert len(read(NO_NUCLEUS.replace("##XUNITS", "##$NUC2= <1H>\n##$BF2= 400.08\n##XUNITS"))) == 2
    with pytest.raises(SpectrumFormatError, match="not stated"):
        read(NO_NUCLEUS.replace("acetate", "acetate 1H"))


def test_a_frequency_of_another_nucleus_is_an_error():
    with pytest.raises(SpectrumFormatError, match=r"100\.6 MHz, the frequency of 31P"):
        read(examples.JCAMP.replace("##XUNITS", "##$NUC2= <1H>\n##$BF2= 248.5\n##XUNITS"))


def linked(*blocks: str) -> str:
    return "##TITLE= outer\n##DATA TYPE= LINK\n" + "".join(blocks) + "##END=\n"


@pytest.mark.parametrize("suffix", ["", "_PEAK_ASSIGNMENTS"])
def test_a_peak_table_shares_the_nucleus_and_the_sequence_of_its_spectrum(suffix):
    table = NO_NUCLEUS.replace("acetate $$ comment", f"acetate{suffix}")
    empty = examples.JCAMP.replace("170.2, 10.0\n21.0, 12.0\n", "").replace("acetate $$ comment", "acetate")
    fid = empty.replace("NMR PEAK TABLE", "NMR FID")
    spectrum = read(linked(fid, table))
    assert len(spectrum) == 2
    assert [left.reason for left in spectrum.left_out if "FID" in left.reason] == ["an FID, beside what was read"]
    with pytest.raises(SpectrumFormatError, match="another nucleus, 1H"):
        read(linked(fid.replace("13C", "1H"), table))
    with pytest.raises(SpectrumFormatError, match="a DEPT-90 spectrum"):
        read(linked(fid.replace("##XUNITS", "##.PULSE SEQUENCE= dept90\n##XUNITS"), table))
    with pytest.raises(SpectrumFormatError, match="not stated"):
        read(linked(fid.replace("acetate", "another").replace("13C", "1H"), table))


@pytest.mark.parametrize(
    ("label", "message"),
    [
        (".PULSE SEQUENCE= dept135", "a DEPT-135 spectrum has no carbons without hydrogen.*--dept135"),
        ("$PULPROG= <deptsp90>", "a DEPT-90 spectrum shows CH only"),
        (".PULSE SEQUENCE= t1irpg", "a measurement of relaxation"),
        ("NUMDIM= 2", "a 2D experiment"),
        ("SYMBOL= F2, F1, Y", "a 2D experiment"),
        ("$PULPROG= <hmbcgp>", "a 2D experiment"),
    ],
)
def test_what_is_of_no_use_alone_is_refused(label, message):
    with pytest.raises(SpectrumFormatError, match=message):
        read(examples.JCAMP.replace("##XUNITS", f"##{label}\n##XUNITS"))


@pytest.mark.parametrize(
    ("sequence", "note"), [("jmod", "an APT spectrum"), ("deptqgpsp", "a DEPTQ"), ("zggd", "split"), ("zgpg30", None)]
)
def test_a_note_names_the_experiment(sequence, note):
    notes = read(examples.JCAMP.replace("##XUNITS", f"##.PULSE SEQUENCE= {sequence}\n##XUNITS")).notes
    assert (note in notes[0]) if note else notes == ()
    ppm = np.linspace(220, -10, 8192)
    pairs = "\n".join(f"{x:.6f}, {y:.0f}" for x, y in zip(ppm, examples.lines_of(ppm, SHIFTS), strict=True))
    text = jcamp_trace(ppm, f"##.PULSE SEQUENCE= {sequence}\n##XYPOINTS= (XY..XY)\n{pairs}")
    assert (note in read(text).notes[-1]) if note else len(read(text).notes) == 1


def test_an_axis_in_hertz_that_rises_begins_at_its_right_end():
    ppm = np.linspace(220, -10, 8192)
    trace = [round(v) for v in examples.lines_of(ppm, SHIFTS) / 100]
    head = jcamp_trace(ppm, "##XYDATA= (X++(Y..Y))\n" + packed(trace[::-1])).replace("XUNITS= PPM", "XUNITS= HZ")
    head = head.replace(f"##FIRSTX= {ppm[0]}", "##FIRSTX= 0").replace(f"##LASTX= {ppm[-1]}", f"##LASTX= {230 * 100.6}")
    spectrum = read(head.replace("##FIRSTX", "##$OFFSET= 220\n##FIRSTX"))
    assert [p.shift_ppm for p in spectrum] == pytest.approx(SHIFTS, abs=0.05)


def test_the_factors_of_pairs_count():
    ppm = np.linspace(220, -10, 8192)
    pairs = "\n".join(f"{1000 * x:.3f}, {y:.0f}" for x, y in zip(ppm, examples.lines_of(ppm, SHIFTS), strict=True))
    spectrum = read(jcamp_trace(ppm, f"##XFACTOR= 0.001\n##YFACTOR= 2\n##XYPOINTS= (XY..XY)\n{pairs}"))
    assert [p.shift_ppm for p in spectrum] == pytest.approx(SHIFTS, abs=0.02)
    assert max(p.intensity or 0 for p in spectrum) > 1.2e6


def test_a_count_beyond_any_spectrum_is_refused():
    with pytest.raises(SpectrumFormatError, match="the data are damaged"):
        decode_ordinates("0 2S1E+999", "x")


def test_an_empty_peak_table_beside_a_spectrum_is_told():
    empty = examples.JCAMP.replace("170.2, 10.0\n21.0, 12.0\n", "")
    spectrum = read(empty + examples.JCAMP)
    assert [p.shift_ppm for p in spectrum] == [170.2, 21.0]
    assert spectrum.left_out[0].reason == "its table has no peak"
