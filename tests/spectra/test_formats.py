"""What all formats share: the frequency, and clear errors."""

import pytest
from tests.spectra import format_examples as examples
from tests.spectra.reading import read

from km3aid.errors import SpectrumFormatError


def test_the_frequency_is_read():
    assert [read(text).frequency_mhz for text in (examples.NMREDATA, examples.JCAMP)] == [100.6, 100.6]
    assert read("13C NMR (100.6 MHz, CDCl3) δ 170.2, 21.0").frequency_mhz == 100.6
    assert read("13C NMR (400 MHz, CDCl3) δ 170.2, 21.0").frequency_mhz is None  # of the protons


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (examples.JCAMP.replace("13C", "1H"), "no 13C peak table or spectrum .*another nucleus, 1H"),
        (examples.JCAMP.replace("170.2, 10.0\n21.0, 12.0\n", ""), "has no peak"),
        (examples.TEXT["nmrium"].replace("13C", "19F"), "no processed 1D 13C spectrum"),
        (
            examples.PEAKLIST.replace(
                "<PeakList m", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><PeakList m'
            ),
            "document type or entities",
        ),
        (examples.PEAKLIST[:-30], "not valid XML"),
        (examples.NMREDATA[: examples.NMREDATA.index("> <NMREDATA_ASS")] + "$$$$\n", "neither NMREDATA_1D_13C nor"),
    ],
)
def test_errors(text, message):
    with pytest.raises(SpectrumFormatError, match=message):
        read(text)
