import pytest
from tests.spectra import format_examples as examples
from tests.spectra.reading import read, shifts

from km3aid.errors import SpectrumFormatError

PROTON = (7.26, 4.12, 2.04, 1.26)


def peak_list(ppm: tuple[float, ...], region: str = "") -> str:
    header = f"<PeakList1DHeader><PeakPickDetails>{region}, MI=0.10cm</PeakPickDetails></PeakList1DHeader>"
    peaks = "".join(f'<Peak1D F1="{shift}" intensity="1.0" type="0"/>\n' for shift in ppm)
    start, end = examples.PEAKLIST.index("<PeakList1DHeader"), examples.PEAKLIST.index("</PeakList1D>")
    return examples.PEAKLIST[:start] + header + peaks + examples.PEAKLIST[end:]


@pytest.mark.parametrize("region", ["", "F1=16.154600ppm, F2=-3.873111ppm", "F1=.ppm, F2=1.0ppm"])
def test_peaks_of_1h_are_refused_with_the_doubt(region):
    with pytest.raises(SpectrumFormatError, match="probably peaks of 1H: all 4 shifts lie between -1 and 14 ppm"):
        read(peak_list(PROTON, region))


def test_the_doubt_names_the_region():
    with pytest.raises(SpectrumFormatError, match=r"picked between -4 and 16 ppm; give .*--peaks"):
        read(peak_list(PROTON, "F1=16.0ppm, F2=-4.0ppm"))


def test_a_region_as_wide_as_that_of_13c_removes_the_doubt():
    assert shifts(peak_list(PROTON, "F1=230.0ppm, F2=-10.0ppm")) == list(PROTON)


def test_lists_with_a_shift_beyond_1h_or_of_few_peaks_are_read():
    assert shifts(peak_list((21.0, 14.2, 8.1), "F1=16.0ppm, F2=-4.0ppm")) == [21.0, 14.2, 8.1]
    assert shifts(peak_list((6.5,))) == [6.5]
