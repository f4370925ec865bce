import io
import re
import zipfile

import pytest
from tests.spectra import format_examples as examples
from tests.spectra.reading import assigned, read

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import Peak, read_spectra


def test_nmredata_gives_the_assignment_as_well():
    found = assigned(examples.NMREDATA)
    assert found.atoms == ((0,), (2,))
    assert found.interchangeable == ((0, 1),)
    assert found.spectrum.peaks == (Peak(170.2), Peak(21.0, None, 1))
    assert found.spectrum.solvent == "CDCl3"


@pytest.mark.parametrize(
    ("numbers", "multiplicities", "counts"),
    [
        ((3, 3), ["Q", "Q"], [None, None]),  # the hydrogens of dimethyl ether, as the format says
        ((1, 1), [None, None], [1, 1]),  # its carbons, as some programs write
        ((0, 3), ["S", "Q"], [None, None]),
        ((2, 2), [None, None], [None, None]),
    ],
)
def test_nmredata_numbers_are_hydrogens_unless_the_structure_says_carbons(numbers, multiplicities, counts):
    text = examples.NMREDATA.replace("L=b, N=1", f"L=b, N={numbers[1]}").replace("L=a", f"L=a, N={numbers[0]}")
    spectrum = read(text)
    assert [p.multiplicity for p in spectrum] == multiplicities
    assert [p.count for p in spectrum] == counts
    assert bool(spectrum.notes) is (multiplicities == [None, None])


@pytest.mark.parametrize(
    "damage",
    [
        lambda t: t.replace("\\\n", "\n"),
        lambda t: t.replace("\\\n", "\\"),
        lambda t: t.replace(", ", ","),
        lambda t: t.replace("170.2, L=a", "170.2, L=a, S=s, E=100 ;the acid"),
        lambda t: t.replace("170.2, L=a", "777.777, L=a"),
        lambda t: t.replace("170.2, L=a", "170.3-170.1, L=a"),
        lambda t: t.replace("NMREDATA_1D_13C>", "NMREDATA_1D_13C#2>").replace("> <", ">  <"),
        lambda t: t[: t.index("> <NMREDATA_1D")] + "\n$$$$\n",
    ],
)
def test_nmredata_as_programs_write_it(damage):
    found = assigned(damage(examples.NMREDATA))
    assert [peak.shift_ppm for peak in found.spectrum] == [170.2, 21.0]
    assert found.atoms == ((0,), (2,))


def test_a_packed_record_of_nmredata(tmp_path):
    (tmp_path / "record.zip").write_bytes(examples.nmredata_zip())
    assert [p.shift_ppm for p in read_spectra(tmp_path / "record.zip")[0]] == [170.2, 21.0]


def test_an_empty_spectrum_of_nmredata_beside_a_full_one_is_left_out():
    empty = "> <NMREDATA_1D_13C#2>\nLarmor=100.6\\\n\n$$$$"
    found = assigned(examples.NMREDATA.replace("$$$$", empty))
    assert ("NMREDATA_1D_13C#2", "has no signal") in [(x.text, x.reason) for x in found.spectrum.left_out]


def left_out(spectrum):
    return {item.text: item.reason for item in spectrum.left_out}


def test_two_tags_of_one_name_are_two_spectra_and_are_told():
    again = "> <NMREDATA_1D_13C>\nLarmor=125.0\\\n171.4, L=a\\\n\n$$$$"
    first, second = read_spectra(io.StringIO(examples.NMREDATA.replace("$$$$", again)))
    assert [p.shift_ppm for p in first] == [170.2, 21.0]
    assert [p.shift_ppm for p in second] == [171.4]
    assert "stands 2 times, with other signals" in left_out(first)["NMREDATA_1D_13C"]


@pytest.mark.parametrize(("text", "told"), [("CDCl3\\", "with the same text"), ("DMSO\\", "the first is read")])
def test_another_property_that_stands_twice_is_told(text, told):
    found = read(examples.NMREDATA.replace("$$$$", f"> <NMREDATA_SOLVENT>\n{text}\n\n$$$$"))
    assert found.solvent == "CDCl3"
    assert told in left_out(found)["NMREDATA_SOLVENT"]


@pytest.mark.parametrize("signals", ["---mid\nabc, L=a\\", "999, L=a\\", "Pulseprogram=dept135\\\n21.0, L=b\\"])
def test_an_unreadable_second_spectrum_does_not_lose_the_first(signals):
    found = read(examples.NMREDATA.replace("$$$$", f"> <NMREDATA_1D_13C#2>\n{signals}\n\n$$$$"))
    assert [p.shift_ppm for p in found] == [170.2, 21.0]
    assert "NMREDATA_1D_13C#2" in left_out(found)["another NMREDATA_1D_13C"]


def test_a_signal_without_a_number_is_left_out():
    found = read(examples.NMREDATA.replace("170.2, L=a", "abc, L=a"))
    assert [p.shift_ppm for p in found] == [21.0]
    assert "abc, L=a" in left_out(found)


def test_a_dept_spectrum_is_refused():
    with pytest.raises(SpectrumFormatError, match="NMREDATA_1D_13C: a DEPT-135 spectrum has no carbons without"):
        read(examples.NMREDATA.replace("170.2, L=a", "Pulseprogram=dept135\\\n170.2, L=a"))


def test_a_label_at_three_shifts_is_told_and_gives_no_wrong_shift():
    line = next(line for line in examples.NMREDATA.splitlines() if re.match("a, *170", line))
    thrice = f"{line}\n{line.replace('170.2', '99.9')}\n{line.replace('170.2', '55.5')}"
    found = assigned(examples.NMREDATA.replace(line, thrice))
    assert [peak.shift_ppm for peak in found.spectrum] == [170.2, 21.0]
    assert found.atoms == ((0,), (2,))
    assert sum("stands at another shift too" in reason for reason in left_out(found.spectrum).values()) == 2
    unknown = read(examples.NMREDATA.replace(line, thrice).replace("170.2, L=a", "777.777, L=a"))
    assert [peak.shift_ppm for peak in unknown] == [21.0]
    assert any("which is meant is not clear" in reason for reason in left_out(unknown).values())


def test_a_label_at_three_signals_is_told():
    found = read(examples.NMREDATA.replace("170.2, L=a", "170.2, L=a\\\n99.9, L=a\\\n55.5, L=a"))
    assert left_out(found)["L=a"].startswith("stands at 3 signals")


def test_a_label_with_a_line_for_each_atom_has_all_of_them():
    line = next(line for line in examples.NMREDATA.splitlines() if re.match("a, *170", line))
    found = assigned(examples.NMREDATA.replace(line, f"{line}\n{line.replace('2, 1', '2, 3')}"))
    assert found.atoms[0] == (0, 2)


def test_a_mol_file_is_a_structure_without_a_spectrum():
    with pytest.raises(SpectrumFormatError, match="a structure without a spectrum"):
        read(examples.NMREDATA[: examples.NMREDATA.index("M  END")] + "M  END\n")


def test_a_packed_record_without_peaks_gives_the_spectrum_beside_it(tmp_path):
    empty = re.sub(r"(?m)^(?:170.2|21.0|[ab],).*\n", "", examples.NMREDATA)
    with zipfile.ZipFile(tmp_path / "record.zip", "w") as out:
        out.writestr("a/x.nmredata.sdf", empty)
        out.writestr("a/13c.dx", examples.JCAMP)
    (spectrum,) = read_spectra(tmp_path / "record.zip")
    assert [p.shift_ppm for p in spectrum] == [170.2, 21.0]
    assert "a/x.nmredata.sdf has no 13C peaks" in spectrum.notes[-1]
