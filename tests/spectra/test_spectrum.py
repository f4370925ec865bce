import math

import pytest

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import Peak, Spectrum
from km3aid.spectra.spectrum import multiplicity_of


@pytest.mark.parametrize("shift", [-50.1, 350.1, math.nan, math.inf])
def test_shift_out_of_range_is_an_error(shift):
    with pytest.raises(SpectrumFormatError, match="outside"):
        Peak(shift)


@pytest.mark.parametrize(
    ("multiplicity", "hydrogens"), [("S", 0), ("D", 1), ("T", 2), ("Q", 3), (None, None), ("S/T", None)]
)
def test_multiplicity_counts_hydrogens(multiplicity, hydrogens):
    assert Peak(20.0, multiplicity).hydrogens == hydrogens


@pytest.mark.parametrize(("multiplicity", "hydrogens"), [("Q", (3,)), ("D/Q", (1, 3)), (None, (0, 1, 2, 3))])
def test_a_multiplicity_may_leave_a_choice(multiplicity, hydrogens):
    assert Peak(20.0, multiplicity).possible_hydrogens == hydrogens
    assert multiplicity_of(hydrogens) == multiplicity


@pytest.mark.parametrize("multiplicity", ["X", "", "ST", "T/S", "S/S", "S/X", "S/D/T/Q"])
def test_unknown_multiplicity_is_an_error(multiplicity):
    with pytest.raises(SpectrumFormatError, match="expected S, D, T or Q"):
        Peak(20.0, multiplicity)


def test_empty_spectrum_is_an_error():
    with pytest.raises(SpectrumFormatError, match="no peak"):
        Spectrum(())


def test_to_dict_has_the_batch_form():
    spectrum = Spectrum((Peak(170.2, "S"), Peak(21.0, "Q", 2)), id="x")
    assert spectrum.to_dict()["peaks"][1] == {"ppm": 21.0, "multiplicity": "Q", "count": 2}
