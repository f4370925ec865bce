import re
from pathlib import Path

import pytest
from tests.spectra import format_examples as examples
from tests.spectra.format_examples import SHIFTS

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import read_spectra
from km3aid.spectra.experiment import Experiment
from km3aid.spectra.wanted import Wanted


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


@pytest.fixture
def arrayed(tmp_path):
    """Four spectra in one file, of which the last differs."""
    folder = examples.write_varian(tmp_path / "array.fid", SHIFTS)
    other = examples.write_varian(tmp_path / "other.fid", [150.0, 40.0])
    first, last = ((f / "fid").read_bytes() for f in (folder, other))
    (folder / "fid").write_bytes(b"\0\0\0\4" + first[4:] + first[32:] + first[32:] + last[32:])
    path = folder / "procpar"
    path.write_text(path.read_text() + "arraydim 7 1 9999 1 1 2 1 0 1 64\n1 4\n0\n")
    return folder


def with_array(folder: Path, name: str, values: str) -> None:
    with_parameter(folder / "procpar", "array", name)
    path = folder / "procpar"
    path.write_text(path.read_text() + f"{name} 1 1 1e+18 0 0 2 1 0 1 64\n4 {values}\n0\n")


def test_the_first_spectrum_of_an_array_is_read(arrayed):
    with_array(arrayed, "pad", "0 60 60 60")
    (spectrum,) = read_spectra(arrayed)
    assert [p.shift_ppm for p in spectrum] == pytest.approx(SHIFTS, abs=0.05)
    assert "spectrum 1 of an array of 4" in spectrum.notes


def test_of_an_array_of_dept_that_of_135_degrees_is_read(arrayed):
    with_array(arrayed, "mult", "0.5 1 1 1.5")
    with_parameter(arrayed / "procpar", "seqfil", "DEPT")
    (spectrum,) = read_spectra(arrayed, wanted=Wanted(kind=Experiment.DEPT_135))
    assert [p.shift_ppm for p in spectrum] == pytest.approx([150.0, 40.0], abs=0.05)


def test_an_array_that_turns_lines_over_is_refused(arrayed):
    with_array(arrayed, "d2", "0.1 1 10 100")
    with pytest.raises(SpectrumFormatError, match=r"an array of spectra that differ in d2.*give the plain 13C"):
        read_spectra(arrayed)


@pytest.mark.parametrize(("written", "usual"), [("thf", "THF-d8"), ("benzene", "C6D6"), ("cdcl3", "cdcl3")])
def test_solvents_have_their_usual_names(tmp_path, written, usual):
    folder = examples.write_varian(tmp_path / "carbon.fid", SHIFTS)
    with_parameter(folder / "procpar", "solvent", written)
    assert read_spectra(folder)[0].solvent == usual


def with_parameter(path: Path, name: str, value: str) -> None:
    text = re.sub(rf"^{name} .*\n.*\n0\n", "", path.read_text(), flags=re.MULTILINE)
    path.write_text(text + f'{name} 2 2 8 0 0 2 1 0 1 64\n1 "{value}"\n0\n')
