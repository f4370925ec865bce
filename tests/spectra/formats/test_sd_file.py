import io
from itertools import islice
from pathlib import Path

import pytest
from tests.spectra import format_examples as examples
from tests.spectra.reading import assigned

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import Peak, iter_spectra, read_spectra

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "data" / "nmrshiftdb2withsignals.sd.gz"
BLOCK = "ethane\n\n\n  2  1  0  0  0  0  0  0  0  0999 V2000\n...\nM  END\n"


def record(*spectra: str, name: str = "10") -> str:
    fields = [("nmrshiftdb2 ID", name), ("Solvent", "0:Chloroform-D1 (CDCl3) 1:Methanol-D4 (CD3OD) ")]
    fields += [(f"Spectrum 13C {number}", text) for number, text in enumerate(spectra)]
    return BLOCK + "".join(f"> <{key}>\n{value}\n\n" for key, value in fields) + "$$$$\n"


def read(text: str):
    return read_spectra(io.StringIO(text))


def test_every_entry_is_a_peak_without_its_atom():
    (spectrum,) = read(record("17.6;0.0Q;10|33.5;0.0S;2|33.5;0.0S;14|128.5;2.5t;3|"))
    assert spectrum.peaks == (
        Peak(17.6, "Q", None, 0.0),
        Peak(33.5, "S", None, 0.0),
        Peak(33.5, "S", None, 0.0),
        Peak(128.5, "T", None, 2.5),
    )
    assert (spectrum.id, spectrum.solvent) == ("10", "Chloroform-D1 (CDCl3)")


def test_several_spectra_and_records():
    spectra = read(record("17.6;0.0Q;1|", "18.0;0.0Q;1|") + record("20.0;0.0;1|", name="11"))
    assert [spectrum.id for spectrum in spectra] == ["10/0", "10/1", "11"]
    assert spectra[1].solvent == "Methanol-D4 (CD3OD)"


def test_odd_entries_are_left_out_with_a_reason():
    (spectrum,) = read(record("17.6;0.0U;1|1760;0.0S;2|nonsense|21.0;0.0Q;3|"))
    assert [peak.shift_ppm for peak in spectrum] == [17.6, 21.0]
    assert spectrum.peaks[0].multiplicity is None
    assert {left.text for left in spectrum.left_out} == {"17.6: U", "1760;0S", "nonsense"}


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (record("", name="12"), r"record 12 \(line 17\), Spectrum 13C 0: no readable peak"),
        (record(name="12"), r"record 12 \(line 17\): no 'Spectrum 13C n' property"),
        (record("21.0;0.0Q;1|", name="12").removesuffix("$$$$\n"), r"record 12 \(line 17\): the file ends within"),
    ],
)
def test_a_bad_record_is_an_error_in_its_place(bad, message):
    text = record("17.6;0.0Q;1|") + bad
    with pytest.raises(SpectrumFormatError, match=message):
        read(text)
    errors: list[SpectrumFormatError] = []
    assert len(list(iter_spectra(io.StringIO(text), on_error=errors.append))) == 1
    assert len(errors) == 1


@pytest.mark.data
@pytest.mark.skipif(not CORPUS.exists(), reason=f"{CORPUS} is absent")
def test_real_records():
    spectra = list(islice(iter_spectra(CORPUS), 300))
    assert len(spectra) == 300
    assert spectra[0].id == "234"
    assert spectra[0].solvent == "Chloroform-D1 (CDCl3)"
    assert len(spectra[0]) == 15
    assert spectra[0].peaks[-1] == Peak(203.0, "D", None, 0.0)
    assert sum(peak.multiplicity is not None for spectrum in spectra for peak in spectrum) > 3000


def test_atoms_that_count_from_one_are_recognised_by_the_elements():
    zero, one = (record(f"170.2;0.0S;{a}|21.0;0.0Q;{b}|") for a, b in ((0, 2), (1, 3)))
    block = examples.ACETATE
    for text, base in ((zero, 0), (one, 1)):
        body = text[text.index("> <") :]
        found = assigned(block + body)
        assert found.atoms == ((0,), (2,))
        assert bool(found.spectrum.notes) is bool(base)
