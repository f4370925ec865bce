"""Data frames in: a peak in each row, or a spectrum in each."""

import pyarrow as pa
import pytest

from km3aid import Spectrum
from km3aid.errors import SpectrumFormatError
from km3aid.spectra.given import spectra_of_frame, spectrum_of


def polars(columns):
    return pytest.importorskip("polars", reason="needs polars: pip install 'km3aid[notebook]'").DataFrame(columns)


def pandas(columns):
    return pytest.importorskip("pandas", reason="needs pandas: pip install 'km3aid[notebook]'").DataFrame(columns)


@pytest.mark.parametrize("frame", [pa.table, pandas, polars])
def test_rows_of_peaks(frame):
    read = spectrum_of(frame({"δ (ppm)": [58.3, 18.4], "type": ["CH2", None], "remark": ["a", "b"]}))
    assert [(p.shift_ppm, p.multiplicity) for p in read] == [(58.3, "T"), (18.4, None)]


@pytest.mark.parametrize("frame", [pa.table, pandas, polars])
def test_an_id_tells_spectra_apart(frame):
    read = spectra_of_frame(frame({"id": [7, 7, 8], "ppm": [58.3, 18.4, 21.0], "count": [1, None, 2]}))
    assert [(s.id, len(s)) for s in read] == [("7", 2), ("8", 1)]
    assert read[1].peaks[0].count == 2


@pytest.mark.parametrize("frame", [pa.table, pandas, polars])
def test_rows_of_spectra(frame):
    lists = frame({"id": ["a", "b"], "peaks": [[58.3, 18.4], [21.0]]})
    assert [(s.id, len(s)) for s in spectra_of_frame(lists)] == [("a", 2), ("b", 1)]
    texts = frame({"peaks": ["58.3T 18.4Q"], "solvent": ["CDCl3"]})
    assert spectra_of_frame(texts)[0].solvent == "CDCl3"
    reports = frame({"report": ["13C NMR (101 MHz, CDCl3) δ 58.3, 18.4."]})
    assert len(spectra_of_frame(reports)[0]) == 2


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"ppm": pa.array([], pa.float64())}, "no row"),
        ({"x": [1.0]}, "no column of shifts among x"),
        ({"id": ["a", "b"], "ppm": [1.0, 2.0]}, "holds 2 spectra"),
        ({"ppm": ["twenty"]}, "twenty"),
        ({"peaks": [[900.0]]}, "900"),
    ],
)
def test_a_frame_that_is_none_says_why(columns, said):
    with pytest.raises(SpectrumFormatError, match=said):
        spectrum_of(pa.table(columns))


def test_shifts_are_a_spectrum():
    assert spectrum_of([58.3, 18.4]) == Spectrum.from_shifts([58.3, 18.4])
    with pytest.raises(SpectrumFormatError, match="give a Spectrum"):
        spectrum_of([None])


def test_a_frame_is_answered_spectrum_by_spectrum(engine, few_compounds):
    answers = engine.search(pa.table({"id": ["e", "p"], "peaks": [[58.3, 18.4], [64.5, 26.0, 10.3]]}), top=1)
    assert [(a.id, a.hits[0].name) for a in answers] == [("e", "ethanol"), ("p", "propanol")]
