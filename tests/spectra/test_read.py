import gzip
import io
import subprocess
import sys
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.spectra import format_examples
from tests.spectra.formats.test_sd_file import record
from tests.spectra.strategies import any_text, check_spectra_or_error

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import FORMATS, Peak, Spectrum, iter_spectra, read_spectra
from km3aid.spectra.read import BINARY_FORMATS

EXAMPLES = {
    "list": "170.2S\n21.0Q\n",
    "csv": "type;δ (ppm)\nC;170.2\nCH3;21.0\n",
    "journal": "13C NMR (101 MHz, CDCl3) δ 170.2 (C), 21.0 (CH3)\n",
    "json": '{"peaks": [\n{"ppm": 170.2, "multiplicity": "S"}, {"ppm": 21.0, "multiplicity": "Q"}]}\n',
    "jsonl": '{"peaks": [{"ppm": 170.2, "multiplicity": "S"}, {"ppm": 21.0, "multiplicity": "Q"}]}\n',
    "nmrshiftdb2": record("170.2;0.0S;1|21.0;0.0Q;2|"),
}
EXAMPLES |= format_examples.TEXT
EXPECTED = [(170.2, "S"), (21.0, "Q")]


def values(spectra: list[Spectrum]) -> list[tuple[float, str | None]]:
    (spectrum,) = spectra
    stated = [(peak.shift_ppm, peak.multiplicity) for peak in spectrum]
    told = any(multiplicity for _, multiplicity in stated)
    return stated if told else [(s, m) for (s, _), (_, m) in zip(stated, EXPECTED, strict=True)]


def test_every_format_has_an_example():
    assert EXAMPLES.keys() == FORMATS.keys()


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("packed", [False, True])
def test_the_format_is_recognised_from_the_content_alone(tmp_path, name, encoding, packed):
    data = EXAMPLES[name].encode(encoding)
    path = tmp_path / "spectrum.dat"
    path.write_bytes(gzip.compress(data) if packed else data)
    assert values(read_spectra(path)) == values(read_spectra(str(path), name)) == EXPECTED


@pytest.mark.parametrize("name", EXAMPLES)
def test_text_streams_and_line_ends(name):
    assert values(read_spectra(io.StringIO(EXAMPLES[name]))) == EXPECTED
    assert values(read_spectra(io.StringIO(EXAMPLES[name].replace("\n", "\r\n")))) == EXPECTED
    assert values(read_spectra(io.StringIO("\ufeff" + EXAMPLES[name]))) == EXPECTED


def test_an_archive_of_several_sd_files_is_an_error(tmp_path):
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        for name in ("a.sdf", "b.sdf"):
            archive.writestr(name, format_examples.NMREDATA)
    with pytest.raises(SpectrumFormatError, match="unpack the archive"):
        read_spectra(tmp_path / "two.zip")


class Stdin:
    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


@pytest.mark.parametrize("packed", [False, True])
def test_standard_input_is_read_and_left_open(monkeypatch, packed):
    data = EXAMPLES["csv"].encode()
    stdin = Stdin(gzip.compress(data) if packed else data)
    monkeypatch.setattr(sys, "stdin", stdin)
    assert values(read_spectra("-")) == EXPECTED
    assert not stdin.buffer.closed


def test_standard_input_without_bytes(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("170.2 foo"))
    with pytest.raises(SpectrumFormatError, match=r"standard input, line 1 .*'foo'"):
        read_spectra("-")


def test_text_of_old_windows_programs(tmp_path):
    path = tmp_path / "spectrum.txt"
    path.write_bytes("13C NMR (101 MHz, CDCl3, 25 °C) d 170.1, 128.9–128.4, 21.0".encode("cp1252"))
    assert [peak.shift_ppm for peak in read_spectra(path)[0]] == [170.1, 128.65, 21.0]


@given(any_text, st.none() | st.sampled_from(sorted(FORMATS)))
@settings(max_examples=400, deadline=None)
def test_any_text_is_spectra_or_a_format_error(text, input_format):
    check_spectra_or_error(lambda: read_spectra(io.StringIO(text), input_format), "text stream")


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_spectra_or_a_format_error(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("bytes") / "spectrum"
    for content in (data, gzip.compress(data), gzip.compress(data)[:-6], b"\x1f\x8b" + data):
        path.write_bytes(content)
        check_spectra_or_error(lambda: read_spectra(path), str(path))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty; expected a spectrum in one of the formats nmrium"),
        (b" \n\n", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a binary file, not text"),
        (b"PK\x03\x04abc", "a zip archive or an Office document, not text, without a known spectrum; unpack"),
        (b"%PDF-1.7 ...", "a PDF document"),
        (gzip.compress(b"170.2 21.0\n" * 500, mtime=0)[:-20], "the file is damaged or cut off"),
        (b"Dear colleague,\n", r"line 1 \(read as a plain list\): 'Dear' cannot be read"),
    ],
)
def test_files_that_hold_no_spectrum(tmp_path, content, message):
    path = tmp_path / "spectrum.txt"
    path.write_bytes(content)
    with pytest.raises(SpectrumFormatError, match=message) as caught:
        read_spectra(path)
    assert str(caught.value).startswith(str(path))


def test_what_cannot_be_opened(tmp_path):
    with pytest.raises(SpectrumFormatError, match="no such file; give a file, '-' for standard input"):
        read_spectra("170.2 21.0")
    with pytest.raises(SpectrumFormatError, match="is a folder"):
        read_spectra(tmp_path)
    with pytest.raises(SpectrumFormatError, match="cannot be opened"):
        read_spectra("a\x00b")
    with (tmp_path / "x").open("wb") as written, pytest.raises(SpectrumFormatError, match="cannot be read"):
        read_spectra(written)


def test_a_stream_of_bytes_is_an_error():
    with pytest.raises(SpectrumFormatError, match="open it as text"):
        read_spectra(io.BytesIO(b"170.2"))


def test_an_unknown_input_format_is_an_error_at_once():
    with pytest.raises(SpectrumFormatError, match="unknown input format 'pdf'; known: nmrium, json, jsonl, nmredata"):
        iter_spectra("never-opened", "pdf")


@pytest.mark.parametrize("name", sorted(set(BINARY_FORMATS) - set(FORMATS)))
def test_a_text_is_not_read_as_a_binary_format(tmp_path, name):
    (tmp_path / "list.txt").write_text("170.2 21.0")
    with pytest.raises(SpectrumFormatError, match=f"not recognised as the input format '{name}'"):
        read_spectra(tmp_path / "list.txt", name)


def test_records_are_streamed():
    def endless():
        while True:
            yield '{"peaks": [21.0]}\n'

    class Stream(io.TextIOBase):
        __iter__ = staticmethod(endless)

    assert next(iter_spectra(Stream())).peaks == (Peak(21.0),)


def test_the_package_imports_neither_torch_nor_rdkit_nor_molecules():
    unwanted = ["torch", "rdkit", "numpy", "km3aid.molecules"]
    code = f"import km3aid.spectra, sys; print(*sys.modules.keys() & set({unwanted}))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == ""
