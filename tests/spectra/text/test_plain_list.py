import io

import pytest
from hypothesis import given
from tests.spectra.strategies import peak_lists
from tests.spectra.text.test_inline import written

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import Peak, read_spectra


def read(text: str, input_format: str | None = None):
    (spectrum,) = read_spectra(io.StringIO(text), input_format)
    return spectrum


def test_one_or_many_a_line_with_comments():
    spectrum = read("# 13C NMR of aspirin, 101 MHz\n170.2 169.8\n\n151.3  # C-2, 2 signals?\n21.0Q, 20\n")
    assert spectrum.peaks == (Peak(170.2), Peak(169.8), Peak(151.3), Peak(21.0, "Q"), Peak(20.0))


@given(peak_lists)
def test_what_is_written_is_read_back(peaks):
    assert read("\n".join(map(written, peaks)), "list").peaks == tuple(peaks)


def test_decimal_commas_one_a_line():
    assert [p.shift_ppm for p in read("170,2\n169,8\n21,0\n")] == [170.2, 169.8, 21.0]


def test_a_bad_token_names_its_line():
    with pytest.raises(SpectrumFormatError, match=r"text stream, line 3 .*'foo' cannot be read"):
        read("170.2\n\n21.0 foo\n")


def test_a_shift_out_of_range_names_its_line():
    with pytest.raises(SpectrumFormatError, match=r"line 2 .*shift 1702.0 ppm is outside"):
        read("170.2\n1702\n")


@pytest.mark.parametrize("text", ["# nothing\n", "\n,\n"])
def test_an_empty_list_is_an_error(text):
    with pytest.raises(SpectrumFormatError, match="the list is empty"):
        read(text)


@pytest.mark.parametrize("text", ["170.2 1\n128.5 2\n", "170.2,0.5\n128.5,1.2\n", "1 170.2 3\n2 128.5 1\n"])
def test_columns_of_numbers_without_a_header_are_not_guessed(text):
    with pytest.raises(SpectrumFormatError, match="add a header line such as 'shift,intensity'"):
        read(text)
    assert len(read(text, "list")) == len(text.replace(",", " ").split())


def test_ordered_rows_of_numbers_are_a_list():
    assert len(read("170.2, 169.8\n151.3, 134.9\n")) == 4
    assert len(read("10 20 30\n40 50 60\n")) == 6


def test_a_list_in_the_range_of_1h():
    few, many = "7.26\n4.12\n2.04\n", "".join(f"{n}.25\n" for n in range(1, 9))
    assert "check that the list is of 13C" in read(few).notes[0]
    for text in (many, "ppm\tintensity\n" + many.replace("\n", "\t1\n")):
        with pytest.raises(SpectrumFormatError, match="probably shifts of 1H: all 8 shifts"):
            read(text)
    assert len(read(many, "list")) == 8
    assert read(many + "171.4\n").notes == ()


def test_the_file_of_dp4():
    spectrum = read("171.4(C1),60.5(any),21.0(C3 or C4)\n\n4.12(any),2.04(H3)\n\nOMITS\n")
    assert [peak.shift_ppm for peak in spectrum] == [171.4, 60.5, 21.0]
    assert [item.text for item in spectrum.left_out[:2]] == ["4.12(any),2.04(H3)", "OMITS"]
    assert len(read("171.4 (2C)\n\n60.5 (CH2)\n")) == 2


@pytest.mark.parametrize("unit", ["# Hz", "Hz", "shift / Hz", "# frequencies in Hz"])
def test_numbers_in_hertz_are_refused(unit):
    with pytest.raises(SpectrumFormatError, match="in Hz; expected ppm"):
        read(f"{unit}\n142.1\n286.5\n")
    assert len(read("# 13C NMR, 100.6 MHz, J in Hz\n142.1\n86.5\n")) == 2


def test_labels_of_1h_are_refused():
    with pytest.raises(SpectrumFormatError, match="'H-2' labels a shift of 1H"):
        read("C-1 171.4\nH-2 4.12\n")
    assert [p.shift_ppm for p in read("C-1 171.4, C-2 60.5; C-3: 21.0")] == [171.4, 60.5, 21.0]
    assert [p.multiplicity for p in read("C 171.4\nCH2 60.5\nCH3 21.0\n")] == ["S", "T", "Q"]
