import io
import json
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.spectra.strategies import check_spectra_or_error, peak_lists

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import Peak, Spectrum, iter_spectra, read_spectra, spectrum_from_dict

names = st.none() | st.text(max_size=8)
spectra = st.builds(Spectrum, peak_lists.map(tuple), names, names)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["id", "peaks", "report", "ppm", "count", "multiplicity", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


def read(text: str, input_format: str | None = None) -> list[Spectrum]:
    return read_spectra(io.StringIO(text), input_format)


@given(st.lists(spectra, min_size=1, max_size=5))
def test_what_is_written_is_read_back(written):
    objects = [spectrum.to_dict() for spectrum in written]
    lines = "\n".join(map(json.dumps, objects))
    assert read(lines) == read(lines, "jsonl") == written
    assert read(json.dumps(objects)) == read(json.dumps(objects, indent=2)) == written


@given(json_values)
def test_any_json_is_spectra_or_a_format_error(value):
    for text in (json.dumps(value), json.dumps(value, indent=1)):
        for input_format in ("json", "jsonl"):
            check_spectra_or_error(partial(read, text, input_format), "text stream")


@pytest.mark.parametrize(
    "text", ["[170.2, 21]", '[{"ppm": 170.2}, {"ppm": 21}]', '{"peaks": [170.2, 21]}', "[\n 170.2,\n 21\n]"]
)
def test_the_forms_of_a_list(text):
    assert [spectrum.peaks for spectrum in read(text)] == [(Peak(170.2), Peak(21.0))]


def test_the_object_of_the_contract():
    obj = {"id": 7, "peaks": [{"ppm": 21, "multiplicity": "ch3", "count": 2}], "smiles": "CC", "solvent": "CDCl3"}
    assert spectrum_from_dict(obj, "line 1") == Spectrum((Peak(21.0, "Q", 2),), "7", "CDCl3")


@pytest.mark.parametrize("report", ["13C NMR (101 MHz, CDCl3) δ 170.1 (C), 21.0", "170.1S 21.0"])
def test_a_report(report):
    spectrum = spectrum_from_dict({"id": "a", "report": report}, "line 1")
    assert (spectrum.id, spectrum.peaks) == ("a", (Peak(170.1, "S"), Peak(21.0)))


def test_unknown_keys_of_a_peak_are_left_out_with_a_reason():
    (left,) = spectrum_from_dict({"peaks": [{"ppm": 21.0, "multiplicty": "Q"}]}, "line 1").left_out
    assert left.text == "peak 1: 'multiplicty'"


@pytest.mark.parametrize(
    ("obj", "message"),
    [
        ({}, "neither 'peaks' nor 'report'"),
        ({"peaks": [1], "report": "1"}, "both 'peaks' and 'report'"),
        ({"peaks": []}, "list of peaks is empty"),
        ({"peaks": "170.2"}, "'peaks' is '170.2'"),
        ({"peaks": [{"shift": 1}]}, r"peak 1: no 'ppm' among the keys \['shift'\]"),
        ({"peaks": [21.0, {"ppm": "x"}]}, "peak 2: ppm is 'x'; expected a number"),
        ({"peaks": [True]}, "ppm is True"),
        ({"peaks": [10**400]}, "ppm is a huge number"),
        ({"peaks": [float("nan")]}, "peak 1: shift nan ppm is outside"),
        ({"peaks": [{"ppm": 1, "multiplicity": "X"}]}, "multiplicity 'X'; expected S, D, T, Q"),
        ({"peaks": [{"ppm": 1, "count": 1.5}]}, "count 1.5; expected a whole number"),
        ({"peaks": [{"ppm": 1, "count": 0}]}, "count 0 at 1.0 ppm"),
        ({"peaks": [1], "id": []}, r"'id' is \[\]; expected a text"),
        ({"report": 5}, "'report' is 5; expected a text"),
        ({"report": "1H NMR (CDCl3) δ 7.2"}, "report: no 13C part"),
        ({"report": "13C NMR δ 20.1\n\n13C NMR δ 20.2"}, "report: 2 13C peak lists; expected one"),
        ({"report": "170.1 foo"}, "report: 'foo' cannot be read"),
    ],
)
def test_bad_objects(obj, message):
    with pytest.raises(SpectrumFormatError, match=message) as caught:
        spectrum_from_dict(obj, "batch.jsonl, line 4")
    assert str(caught.value).startswith("batch.jsonl, line 4")


GOOD = '{"id": "a", "peaks": [{"ppm": 21.0}]}'


@pytest.mark.parametrize("input_format", [None, "json", "jsonl"])
def test_a_cut_off_line_names_its_number_and_the_others_are_read(input_format):
    text = f'{GOOD}\n\n{{"id": "b", "peaks": [{{"pp\n{GOOD}\n'
    with pytest.raises(SpectrumFormatError, match=r"text stream, line 3: column \d+: not valid JSON .*cut off"):
        read(text, input_format)
    errors: list[SpectrumFormatError] = []
    assert len(list(iter_spectra(io.StringIO(text), input_format, errors.append))) == 2
    assert len(errors) == 1


def test_a_cut_off_first_line():
    with pytest.raises(SpectrumFormatError, match="line 1: column 9"):
        read(f'{{"id": "\n{GOOD}\n')
    with pytest.raises(SpectrumFormatError, match="line 3"):
        read('{\n "peaks": [\n  170.2,')
