import math

import pytest

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import Peak, Spectrum


@pytest.mark.parametrize("shift", [-50.1, 350.1, math.nan, math.inf])
def test_shift_out_of_range_is_an_error(shift):
    with pytest.raises(SpectrumFormatError, match="outside"):
        Peak(shift)


@pytest.mark.parametrize(("multiplicity", "hydrogens"), [("S", 0), ("D", 1), ("T", 2), ("Q", 3), (None, None)])
def test_multiplicity_counts_hydrogens(multiplicity, hydrogens):
    assert Peak(20.0, multiplicity).hydrogens == hydrogens


def test_unknown_multiplicity_is_an_error():
    with pytest.raises(SpectrumFormatError, match="expected S, D, T or Q"):
        Peak(20.0, "X")


def test_empty_spectrum_is_an_error():
    with pytest.raises(SpectrumFormatError, match="no peak"):
        Spectrum(())


def test_to_dict_has_the_batch_form():
    spectrum = Spectrum((Peak(170.2, "S"), Peak(21.0, "Q", 2)), id="x")
    assert spectrum.to_dict()["peaks"][1] == {"ppm": 21.0, "multiplicity": "Q", "count": 2}
