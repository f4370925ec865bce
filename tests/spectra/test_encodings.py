import pytest
from hypothesis import given
from hypothesis import strategies as st

from km3aid.spectra import read_spectra
from km3aid.spectra.encodings import encoding_of

TABLES = {
    "cp1250": "Nr;Przesunięcie chemiczne [ppm];Intensywność\r\n1;171,4;12,1\r\n2;60,5;80,4\r\n",
    "cp1251": "№;Хим. сдвиг, м.д.;Интенсивность\r\n1;171,4;12,1\r\n2;60,5;80,4\r\n",
    "cp1252": "Nr.;Verschiebung (ppm);Höhe\r\n1;171,4;12,1\r\n2;60,5;80,4\r\n",
    "gb18030": "序号,化学位移(ppm),强度\r\n1,171.4,12.1\r\n2,60.5,80.4\r\n",
    "cp932": "ピーク,化学シフト(ppm),強度\r\n1,171.4,12.1\r\n2,60.5,80.4\r\n",
    "cp949": "번호,화학적이동(ppm),강도\r\n1,171.4,12.1\r\n2,60.5,80.4\r\n",
    "utf-16-le": "Pico;Desplazamiento químico (ppm);Intensidad\r\n1;171,4;12,1\r\n2;60,5;80,4\r\n",
    "utf-16-be": "Pico;Desplazamiento químico (ppm);Intensidad\r\n1;171,4;12,1\r\n2;60,5;80,4\r\n",
}


@pytest.mark.parametrize(("encoding", "text"), TABLES.items())
def test_tables_in_the_encodings_of_spreadsheets(tmp_path, encoding, text):
    (tmp_path / "peaks.csv").write_bytes(text.encode(encoding))
    (spectrum,) = read_spectra(tmp_path / "peaks.csv")
    assert [(peak.shift_ppm, peak.intensity) for peak in spectrum] == [(171.4, 12.1), (60.5, 80.4)]


@pytest.mark.parametrize("encoding", ["cp1253", "gb18030", "cp932", "utf-16-le", "utf-8"])
def test_journal_lines(tmp_path, encoding):
    (tmp_path / "line.txt").write_bytes("13C NMR (101 MHz, CDCl3) δ 171.4, 60.5, 14.2.".encode(encoding))
    (spectrum,) = read_spectra(tmp_path / "line.txt")
    assert ([peak.shift_ppm for peak in spectrum], spectrum.solvent) == ([171.4, 60.5, 14.2], "CDCl3")


def test_chinese_commas(tmp_path):
    (tmp_path / "line.txt").write_bytes("13C NMR (101 MHz, CDCl3)：δ 171.4，60.5，14.2。".encode("gbk"))
    assert [peak.shift_ppm for peak in read_spectra(tmp_path / "line.txt")[0]] == [171.4, 60.5, 14.2]


@pytest.mark.parametrize(
    "text", ["Säure in Öl, für Müller", "Élève, château", "Señor: 13°C ±0.5 µL", "naïve – “quoted”"]
)
def test_western_text_stays_windows_1252(text):
    assert encoding_of(text.encode("cp1252")) is None


def test_a_character_cut_off_at_the_end_of_the_first_bytes_is_no_error():
    assert encoding_of("δ 171.4 ü".encode()[:-1]) is None


@given(st.binary(max_size=200))
def test_any_bytes_have_an_encoding(data):
    name = encoding_of(data)
    assert name is None or data.decode(name, errors="replace") is not None
