import zipfile
from pathlib import Path

import pytest
from tests.spectra import format_examples as examples
from tests.spectra.format_examples import SHIFTS

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import read_spectra


def write(
    folder: Path, number: str, nucleus: str = "13C", sequence: str = "zgpg30", shifts: list[float] = SHIFTS
) -> None:
    """An experiment of Bruker, measured with a pulse sequence."""
    acqus = examples.write_bruker_fid(folder / number, shifts) / "acqus"
    acqus.write_text(
        acqus.read_text().replace("<13C>", f"<{nucleus}>").replace("##END=", f"##$PULPROG= <{sequence}>\n##END=")
    )


def packed(folder: Path, path: Path, prefix: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, prefix + file.relative_to(folder).as_posix())
    return path


@pytest.fixture
def sample(tmp_path):
    """What a night's automation leaves: 1H, DEPT-135, 13C and APT of one sample, and a picture."""
    folder = tmp_path / "sample"
    write(folder, "10", "1H", "zg30")
    write(folder, "11", sequence="jmod", shifts=[150.0, 40.0])
    write(folder, "2", sequence="dept135")
    write(folder, "12")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    return folder


@pytest.mark.parametrize("form", ["folder", "zip", "nested zip"])
def test_the_plain_13c_of_several_experiments_is_read(sample, tmp_path, form):
    source = sample if form == "folder" else packed(sample, tmp_path / "a.zip", "x/y/" if "nested" in form else "")
    (spectrum,) = read_spectra(source)
    assert [p.shift_ppm for p in spectrum] == pytest.approx(SHIFTS, abs=0.05)
    assert spectrum.id == "12"
    inside = "x/y/" if form == "nested zip" else ""
    assert spectrum.notes[-1] == f"read {inside}12, of 4 experiments"
    reasons = {left.text.removeprefix(inside): left.reason for left in spectrum.left_out}
    assert reasons["11"] == f"an APT spectrum; choose it with --experiment {inside}11"
    assert reasons["10"].startswith("a spectrum of 1H")
    assert reasons["2"].startswith("a DEPT-135 spectrum")
    assert list(reasons) == ["2", "11", "10"]


def test_an_error_names_no_temporary_folder(tmp_path):
    write(tmp_path / "a", "7")
    (tmp_path / "a" / "7" / "acqus").unlink()
    (tmp_path / "a" / "7" / "pdata" / "1").mkdir(parents=True)
    (tmp_path / "a" / "7" / "pdata" / "1" / "1r").write_bytes(bytes(400))
    with pytest.raises(SpectrumFormatError, match=r"a\.zip: no 13C .*\(7: no file pdata/1/procs\)$"):
        read_spectra(packed(tmp_path / "a", tmp_path / "a.zip"))


def test_without_a_13c_spectrum_everything_is_named(tmp_path):
    write(tmp_path / "a", "1", "1H")
    write(tmp_path / "a", "2", sequence="hsqcetgp")
    with pytest.raises(
        SpectrumFormatError, match=r"no 13C spectrum that can be used \(1: a spectrum of 1H.*; 2: a 2D exper"
    ):
        read_spectra(tmp_path / "a")


def test_files_of_jeol_and_jcamp_count_as_experiments(tmp_path):
    examples.write_jeol(tmp_path / "c.jdf", SHIFTS)
    (tmp_path / "h.jdx").write_text(examples.JCAMP.replace("13C", "1H"))
    (spectrum,) = read_spectra(packed(tmp_path, tmp_path / "b.zip"))
    assert [p.shift_ppm for p in spectrum] == pytest.approx(SHIFTS, abs=0.05)
    assert spectrum.notes[-1] == "read c.jdf, of 2 experiments"


def test_one_experiment_alone_needs_no_note(tmp_path):
    write(tmp_path / "a", "7")
    (spectrum,) = read_spectra(packed(tmp_path / "a", tmp_path / "a.zip"))
    assert not any("experiments" in note for note in spectrum.notes)
    assert spectrum.left_out == ()


@pytest.mark.parametrize("name", ["../7/{}", "a/../../7/{}", "__MACOSX/7/{}", "..\\7\\{}"])
def test_members_that_lead_out_of_the_archive_are_not_unpacked(tmp_path, name):
    write(tmp_path / "a", "7")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for file in ("acqus", "fid"):
            archive.write(tmp_path / "a" / "7" / file, name.format(file))
    with pytest.raises(SpectrumFormatError, match="a zip archive or an Office document, not text"):
        read_spectra(tmp_path / "a.zip")


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(9):
            archive.writestr(f"{number}/fid", bytes(64 << 20))
    with pytest.raises(SpectrumFormatError, match=r"unpacks to more than|too large"):
        read_spectra(tmp_path / "bomb.zip")


def test_fids_beside_their_spectra_do_not_count(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            folder = examples.write_bruker(tmp_path / "a" / str(number), SHIFTS)
            for file in sorted(folder.rglob("*")):
                if file.is_file():
                    archive.write(file, file.relative_to(tmp_path / "a").as_posix())
            archive.writestr(f"{number}/fid", bytes(64 << 20))
    assert [p.shift_ppm for p in read_spectra(tmp_path / "a.zip")[0]] == pytest.approx(SHIFTS, abs=0.01)


@pytest.mark.posix
def test_links_are_not_followed(tmp_path):
    write(tmp_path / "outside", "7")
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "7").symlink_to(tmp_path / "outside" / "7")
    (tmp_path / "inside" / "c.jdf").symlink_to(examples.write_jeol(tmp_path / "outside" / "c.jdf", SHIFTS))
    with pytest.raises(SpectrumFormatError, match=r"c\.jdf: a link"):
        read_spectra(tmp_path / "inside")


def test_a_damaged_archive_is_refused(tmp_path):
    write(tmp_path / "a", "7")
    data = bytearray(packed(tmp_path / "a", tmp_path / "a.zip").read_bytes())
    data[60:200] = bytes(140)
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(SpectrumFormatError):
        read_spectra(tmp_path / "a.zip")


def test_folders_of_an_archive_that_are_named_like_files_are_passed_over(tmp_path):
    write(tmp_path / "a", "7")
    with zipfile.ZipFile(packed(tmp_path / "a", tmp_path / "a.zip", "fid/"), "a") as archive:
        archive.mkdir("fid")
        archive.mkdir("x.dx")
    assert len(read_spectra(tmp_path / "a.zip")) == 1


def test_a_file_named_as_in_a_spectrometers_folder_is_not_replaced_by_what_lies_beside_it(tmp_path):
    examples.write_jeol(tmp_path / "other.jdf", SHIFTS)
    (tmp_path / "fid").write_text("170.1 55.2")
    assert [p.shift_ppm for p in read_spectra(tmp_path / "fid")[0]] == [170.1, 55.2]


def test_parameters_above_experiments_do_not_hide_them(tmp_path):
    write(tmp_path / "a", "7")
    (tmp_path / "a" / "acqus").write_text((tmp_path / "a" / "7" / "acqus").read_text())
    with pytest.raises(SpectrumFormatError):
        read_spectra(tmp_path / "a" / "acqus")
    (spectrum,) = read_spectra(packed(tmp_path / "a", tmp_path / "a.zip"))
    assert spectrum.id == "7"


def test_too_many_experiments_are_not_cut_off_in_silence(tmp_path):
    for number in range(201):
        (tmp_path / f"{number}.dx").write_text(examples.JCAMP)
    with pytest.raises(SpectrumFormatError, match="201 experiments, more than 200; give the folder or file of one"):
        read_spectra(tmp_path)


def test_a_bad_block_does_not_lose_a_good_one(tmp_path):
    bad = examples.JCAMP.replace("170.2, 10.0", "900.2, 10.0")
    (tmp_path / "two.dx").write_text(bad + examples.JCAMP)
    assert [p.shift_ppm for p in read_spectra(tmp_path)[0]] == [170.2, 21.0]
