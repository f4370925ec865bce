import pytest
from tests.spectra import format_examples as examples
from tests.spectra.format_examples import SHIFTS

from km3aid.spectra import read_spectra


def test_a_raw_varian_folder(tmp_path):
    examples.write_varian(tmp_path / "carbon.fid", SHIFTS)
    (spectrum,) = read_spectra(tmp_path / "carbon.fid")
    assert [p.shift_ppm for p in spectrum] == pytest.approx(SHIFTS, abs=0.05)
    assert spectrum.solvent == "CDCl3"
