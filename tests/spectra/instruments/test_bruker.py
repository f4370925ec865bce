import re
from pathlib import Path

import pytest
from tests.spectra import format_examples as examples
from tests.spectra.format_examples import SHIFTS

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import read_spectra


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("given", ["10", "10/pdata/1", "10/pdata/1/1r", "10/acqus"])
def test_a_processed_bruker_folder(tmp_path, order, given):
    examples.write_bruker(tmp_path / "10", SHIFTS, order)
    (spectrum,) = read_spectra(tmp_path / given)
    assert [p.shift_ppm for p in spectrum] == pytest.approx(SHIFTS, abs=0.01)
    assert spectrum.solvent == "CDCl3"


@pytest.mark.parametrize("delay", [0.0, 67.98])
def test_a_raw_bruker_folder_is_transformed_and_phased(tmp_path, delay):
    examples.write_bruker_fid(tmp_path / "10", SHIFTS, delay)
    (spectrum,) = read_spectra(tmp_path / "10")
    assert [p.shift_ppm for p in spectrum] == pytest.approx(SHIFTS, abs=0.05)
    assert "transformed" in spectrum.notes[0]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    examples.write_bruker(tmp_path / "other", SHIFTS)
    examples.write_bruker(tmp_path / "10", SHIFTS)
    (tmp_path / "10" / "pdata" / "1" / "1r").unlink()
    (tmp_path / "10" / "pdata" / "1" / "1r").symlink_to(tmp_path / "other" / "pdata" / "1" / "1r")
    with pytest.raises(SpectrumFormatError, match="leads out of the folder"):
        read_spectra(tmp_path / "10")


OLD = {"DSPFVS": 12, "DECIM": 1536, "GRPDLY": -1}  # firmware that does not record its delay, of 71.9 points


def of_old_firmware(folder: Path) -> Path:
    acqus = examples.write_bruker_fid(folder, SHIFTS, 71.9) / "acqus"
    acqus.write_text(re.sub(r"(DSPFVS|DECIM|GRPDLY)= .*", lambda m: f"{m[1]}= {OLD[m[1]]}", acqus.read_text()))
    return folder


def test_the_delay_of_old_firmware_is_known(tmp_path):
    folder = of_old_firmware(tmp_path / "10")
    assert [p.shift_ppm for p in read_spectra(folder)[0]] == pytest.approx(SHIFTS, abs=0.05)


@pytest.mark.parametrize("value", ["-100.6", "0", "x"])
def test_a_frequency_that_is_not_positive_is_an_error(tmp_path, value):
    procs = examples.write_bruker(tmp_path / "10", SHIFTS) / "pdata" / "1" / "procs"
    procs.write_text(procs.read_text().replace("$SF= 100.6", f"$SF= {value}"))
    with pytest.raises(SpectrumFormatError, match=f"parameter SF is '{value}'; expected a positive number"):
        read_spectra(tmp_path / "10")
