import re
from pathlib import Path

import pytest
from tests.spectra import format_examples as examples
from tests.spectra.format_examples import SHIFTS

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import read_spectra


def test_a_raw_varian_folder(tmp_path):
    examples.write_varian(tmp_path / "carbon.fid", SHIFTS)
    (spectrum,) = read_spectra(tmp_path / "carbon.fid")
    assert [p.shift_ppm for p in spectrum] == pytest.approx(SHIFTS, abs=0.05)
    assert spectrum.solvent == "CDCl3"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("tn", "H1", "a spectrum of 1H"),
        ("tn", "P31", "a spectrum of 31P"),
        ("tn", "none", 'not stated .*set tn to "C13" in procpar'),
        ("seqfil", "DEPT", "a DEPT spectrum has no carbons without hydrogen"),
        ("seqfil", "gHSQCAD", "a 2D experiment"),
        ("ni", "128", "a 2D experiment"),
        ("h1freq", "248.5", "sfrq is 100.6 MHz, the frequency of 31P"),
    ],
)
def test_what_is_not_13c_or_of_no_use_alone_is_refused(tmp_path, name, value, message):
    folder = examples.write_varian(tmp_path / "carbon.fid", SHIFTS)
    with_parameter(folder / "procpar", name, value)
    with pytest.raises(SpectrumFormatError, match=message):
        read_spectra(folder)


@pytest.mark.parametrize(
    ("name", "value", "note"),
    [("seqfil", "APT", "an APT spectrum"), ("dm", "nnn", "may be split"), ("dm", "yyy", None), ("dm", "nny", None)],
)
def test_a_note_names_the_experiment(tmp_path, name, value, note):
    folder = examples.write_varian(tmp_path / "carbon.fid", SHIFTS)
    plain = read_spectra(folder)[0].notes
    with_parameter(folder / "procpar", name, value)
    added = read_spectra(folder)[0].notes[len(plain) :]
    assert (note in added[0]) if note else added == ()


def with_parameter(path: Path, name: str, value: str) -> None:
    text = re.sub(rf"^{name} .*\n.*\n0\n", "", path.read_text(), flags=re.MULTILINE)
    path.write_text(text + f'{name} 2 2 8 0 0 2 1 0 1 64\n1 "{value}"\n0\n')
