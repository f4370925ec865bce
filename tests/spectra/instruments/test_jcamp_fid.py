import numpy as np
import pytest
from tests.spectra.format_examples import SHIFTS
from tests.spectra.reading import read, shifts

from km3aid.errors import SpectrumFormatError

CARRIER, WIDTH, SIZE = 100.6, 24000.0, 1 << 14
NOT_REFERENCED = CARRIER * (1 + 100.0 / 1e6)


def fid(delay: float) -> np.ndarray:
    """Lines around 100 ppm, after `delay` points of a digital filter."""
    seconds = (np.arange(SIZE) - delay) / WIDTH
    lines = sum(np.exp((2j * np.pi * (s - 100.0) * CARRIER - 4) * seconds + 0.8j) for s in SHIFTS)
    noise = np.random.default_rng(0).normal(0, 0.05, (2, SIZE))
    return 1e4 * (lines * (seconds >= 0) + noise[0] + 1j * noise[1])


def jcamp_fid(delay: float = 71.625, pages: int = 2, **changes: str) -> str:
    """An FID in n-tuples as TopSpin writes them, with the parameters of old firmware that has a delay of 71.625."""
    data = fid(delay)
    parameters = {
        "DATA TYPE": "NMR FID",
        ".OBSERVE FREQUENCY": str(NOT_REFERENCED),
        ".OBSERVE NUCLEUS": "^13C",
        ".SOLVENT NAME": "CDCl3",
        "$BF1": str(CARRIER),
        "$SF": str(CARRIER),
        "$OFFSET": str(100.0 + WIDTH / CARRIER / 2),
        "$SWH": str(WIDTH),
        "$GRPDLY": "-1",
        "$DSPFVS": "12",
        "$DECIM": "16",
        "NTUPLES": "NMR FID",
        "SYMBOL": "X, R, I, N",
        "FACTOR": "1, 0.5, 0.5, 1",
    } | changes
    text = "##TITLE= raw\n##JCAMP-DX= 6.0\n" + "".join(f"##{k}= {v}\n" for k, v in parameters.items() if v)
    for page, part in enumerate((data.real, data.imag)[:pages], 1):
        rows = (f"{i} " + " ".join(f"{2 * v:.0f}" for v in part[i : i + 10]) for i in range(0, SIZE, 10))
        text += f"##PAGE= N={page}\n##DATA TABLE= (X++({'RI'[page - 1]}..{'RI'[page - 1]})), XYDATA\n"
        text += "\n".join(rows) + "\n"
    return text + "##END NTUPLES= NMR FID\n##END=\n"


@pytest.mark.parametrize(
    ("delay", "changes"),
    [(71.625, {}), (0.0, {"$DSPFVS": "0", "$GRPDLY": "0"}), (67.98, {"$DSPFVS": "20", "$GRPDLY": "67.98"})],
)
def test_an_fid_is_transformed_whatever_the_delay_of_its_filter(delay, changes):
    spectrum = read(jcamp_fid(delay, **changes))
    assert [p.shift_ppm for p in spectrum] == pytest.approx(SHIFTS, abs=0.05)
    assert all((p.intensity or 0) > 0 for p in spectrum)
    assert spectrum.solvent == "CDCl3"
    assert "an FID" in spectrum.notes[0]


def test_the_reference_of_the_spectrum_counts_where_it_belongs_to_the_fid():
    zero = CARRIER * (1 + 1e-6)
    left = (NOT_REFERENCED - zero) / zero * 1e6 + WIDTH / zero / 2
    assert shifts(jcamp_fid(**{"$SF": str(zero), "$OFFSET": str(left)})) == pytest.approx(
        [s - 1.0 for s in SHIFTS], abs=0.05
    )


def test_a_reference_left_over_from_another_spectrum_does_not_count():
    assert shifts(jcamp_fid(**{"$SF": str(CARRIER * (1 + 1e-6))})) == pytest.approx(SHIFTS, abs=0.05)


def test_factors_that_are_no_numbers_do_not_count():
    assert shifts(jcamp_fid(FACTOR="see header")) == pytest.approx(SHIFTS, abs=0.05)


def test_half_an_fid_is_refused():
    with pytest.raises(SpectrumFormatError, match="an FID with 1 pages of data; expected one of real and one of imag"):
        read(jcamp_fid(pages=1))


@pytest.mark.parametrize("missing", ["$BF1", "$SWH", ".OBSERVE FREQUENCY"])
def test_an_fid_without_its_frequencies_is_refused(missing):
    with pytest.raises(SpectrumFormatError, match=r"without .OBSERVE FREQUENCY, \$BF1 or \$SWH"):
        read(jcamp_fid(**{missing: ""}))
