"""Hypothesis strategies for spectra and for texts that resemble them, and reading that may fail."""

from collections.abc import Callable, Iterable

from hypothesis import strategies as st

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import MULTIPLICITIES, SHIFT_MAX_PPM, SHIFT_MIN_PPM, Peak, Spectrum

shifts = st.integers(int(SHIFT_MIN_PPM * 100), int(SHIFT_MAX_PPM * 100)).map(lambda n: n / 100)
positive_shifts = st.integers(0, 23000).map(lambda n: n / 100)
multiplicities = st.sampled_from([*MULTIPLICITIES, "S/T", "D/Q", "D/T/Q"])
peaks = st.builds(Peak, shifts, st.none() | multiplicities, st.none() | st.integers(1, 30))
peak_lists = st.lists(peaks, min_size=1, max_size=20)
# Text that resembles spectra, so that more than the first check of a grammar is reached.
pieces = st.sampled_from(
    [
        *["13C NMR", "1H NMR", "(101 MHz, CDCl3)", "δ", "δC", "170.2", "128,5", "21", "2C", "(2C)", "(d, J = 12.3 Hz)"],
        *[
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            ";",
            "\n",
            "\t",
            " ",
            "-",
            "–",
            "×",
            "x 2",
            ".",
            ":",
            "=",
            '"',
            "#",
            "$$$$",
        ],
        *["shift", "ppm", "multiplicity", "count", "CH3", "S", "q", "HRMS", "J", "C-3", "M  END", "> <Spectrum 13C 0>"],
        *['{"peaks": [', '{"ppm": 21.0}', "]}", '"report":', "null", "1e400", "NaN", "²", "½", "٣", "\x00", "\r"],
    ]
)
near_spectra = st.lists(pieces, max_size=25).map("".join)
any_text = st.text(max_size=200) | near_spectra


def check_spectra_or_error(read: Callable[[], Iterable[Spectrum]], where: str) -> None:
    """Fail unless `read` gives spectra or a format error whose message begins with `where`."""
    message = where
    spectra = [Spectrum((Peak(0.0),))]
    try:
        spectra = list(read())
    except SpectrumFormatError as error:
        message = str(error)
    assert message.startswith(where)
    assert spectra
    assert all(isinstance(spectrum, Spectrum) for spectrum in spectra)
