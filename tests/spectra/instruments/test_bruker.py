import re
from pathlib import Path

import numpy as np
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


@pytest.mark.posix
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


def with_parameters(path: Path, **values: str) -> None:
    """Set parameters in a file, or remove those that are empty."""
    text = path.read_text()
    for name, value in values.items():
        text = re.sub(rf"##\${name}= .*\n", "", text)
        text = text.replace("##END=", f"##${name}= {value}\n##END=") if value else text
    path.write_text(text)


@pytest.mark.parametrize("processed", [True, False])
@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"NUC1": "<1H>"}, "a spectrum of 1H"),
        ({"NUC1": "<31P>"}, "a spectrum of 31P"),
        ({"NUC1": "NONE"}, r"nucleus is not stated \(NUC1 in acqus: NONE.*write 'NUC1= <13C>' in acqus"),
        ({"NUC1": ""}, "nucleus is not stated"),
        ({"BF1": "40.56", "NUC2": "<1H>", "BF2": "400.13"}, "BF1 in acqus is 40.56 MHz, the frequency of 15N"),
        ({"BF1": "400.13"}, "more than 13C has in any magnet"),
        ({"PULPROG": "<deptsp135>"}, "a DEPT-135 spectrum has no carbons without hydrogen.*--dept135"),
        ({"PULPROG": "<t1irpg>"}, "a measurement of relaxation"),
        ({"PULPROG": "<hsqcetgp>"}, "a 2D experiment"),
    ],
)
def test_what_is_not_13c_or_of_no_use_alone_is_refused(tmp_path, processed, values, message):
    folder = (examples.write_bruker if processed else examples.write_bruker_fid)(tmp_path / "10", SHIFTS)
    if processed:
        with_parameters(folder / "pdata" / "1" / "procs", AXNUC="")
    with_parameters(folder / "acqus", **values)
    with pytest.raises(SpectrumFormatError, match=f"10: .*{message}"):
        read_spectra(folder)
    if processed:
        with pytest.raises(SpectrumFormatError, match=f"1: .*{message}"):
            read_spectra(folder / "pdata" / "1")


def test_both_files_of_parameters_state_the_nucleus(tmp_path):
    folder = examples.write_bruker(tmp_path / "10", SHIFTS)
    with_parameters(folder / "acqus", NUC1="<off>")
    assert len(read_spectra(folder)[0]) == len(SHIFTS)
    with_parameters(folder / "acqus", NUC1="<13C>")
    with_parameters(folder / "pdata" / "1" / "procs", AXNUC="<1H>")
    with pytest.raises(SpectrumFormatError, match=r"a spectrum of 1H \(AXNUC in procs\)"):
        read_spectra(folder)


def test_processed_data_of_another_frequency_are_refused(tmp_path):
    folder = examples.write_bruker(tmp_path / "10", SHIFTS)
    with_parameters(folder / "acqus", BF1="125.7")
    with pytest.raises(SpectrumFormatError, match=r"BF1 in acqus 125.7 MHz and SF in procs 100.6 MHz disagree"):
        read_spectra(folder)


@pytest.mark.parametrize("name", ["ser", "acqu2s"])
def test_a_folder_of_a_2d_experiment_is_named(tmp_path, name):
    folder = examples.write_bruker_fid(tmp_path / "10", SHIFTS)
    (folder / "fid").rename(folder / name)
    with pytest.raises(SpectrumFormatError, match="a 2D experiment; give the 1D 13C spectrum"):
        read_spectra(folder)


@pytest.mark.parametrize("processed", [True, False])
@pytest.mark.parametrize(
    ("sequence", "note"),
    [("jmod", "an APT spectrum"), ("deptqgpsp", "a DEPTQ spectrum"), ("zggd30", "may be split"), ("zgpg30", None)],
)
def test_a_note_names_the_experiment(tmp_path, processed, sequence, note):
    folder = (examples.write_bruker if processed else examples.write_bruker_fid)(tmp_path / "10", SHIFTS)
    plain = read_spectra(folder)[0].notes
    with_parameters(folder / "acqus", PULPROG=f"<{sequence}>")
    added = read_spectra(folder)[0].notes[len(plain) :]
    assert (note in added[0]) if note else added == ()


DEPTQ = {170.0: 1.0, 135.0: 0.8, 129.0: -1.0, 128.0: -1.0, 90.0: 0.5, 60.0: 0.9, 31.0: 0.9, 21.0: -1.0, 14.0: -1.0}


def write_deptq(folder: Path, turn: float, imaginary: bool = True) -> Path:
    """A processed DEPTQ whose phase turns by `turn` radians from one end to the other."""
    examples.write_bruker(folder, SHIFTS)
    size, place = 1 << 15, folder / "pdata" / "1"
    ppm = 220.0 - np.arange(size) * 24000.0 / 100.6 / size
    lines = sum(h / (1 + 1j * (ppm - shift) / 0.01) for shift, h in DEPTQ.items())
    lines = lines * np.exp(1j * turn * (np.arange(size) / size - 0.3)) + 1e-3 * np.random.default_rng(0).normal(
        size=size
    )
    (1e6 * lines.real).astype("<i4").tofile(place / "1r")
    if imaginary:
        (1e6 * lines.imag).astype("<i4").tofile(place / "1i")
    acqus = folder / "acqus"
    acqus.write_text(acqus.read_text().replace("##END=", "##$PULPROG= <deptqgpsp>\n##END="))
    return folder


def test_a_deptq_phased_the_wrong_way_is_phased_again_by_its_imaginary_part(tmp_path):
    (spectrum,) = read_spectra(write_deptq(tmp_path / "10", turn=6.0))
    signs = {round(p.shift_ppm): p.multiplicity for p in spectrum if p.aside is None}
    assert signs == {round(shift): "S/T" if h > 0 else "D/Q" for shift, h in DEPTQ.items()}
    assert any(note.startswith("phased again") for note in spectrum.notes)


def test_without_an_imaginary_part_or_in_phase_a_spectrum_is_as_it_is(tmp_path):
    for number, (turn, imaginary) in enumerate([(6.0, False), (0.0, True)]):
        (spectrum,) = read_spectra(write_deptq(tmp_path / str(number), turn, imaginary))
        assert not any(note.startswith("phased again") for note in spectrum.notes)


def test_the_angle_of_dept_follows_from_its_pulses(tmp_path):
    for angle, kind in ((45, "DEPT-45"), (90, "DEPT-90"), (135, "DEPT-135"), (20, "DEPT")):
        folder = examples.write_bruker(tmp_path / str(angle), SHIFTS)
        acqus = folder / "acqus"
        pulses = f"##$P= (0..63)\n{angle / 10} 10 20 9 10\n##$PULPROG= <dept>\n##END="
        acqus.write_text(acqus.read_text().replace("##END=", pulses))
        with pytest.raises(SpectrumFormatError, match=f"a {kind} spectrum"):
            read_spectra(folder)
