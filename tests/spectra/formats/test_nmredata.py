import pytest
from tests.spectra import format_examples as examples
from tests.spectra.reading import assigned, read

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
