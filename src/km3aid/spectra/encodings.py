"""The encoding of a text that is not UTF-8: the one in which the words and marks of a spectrum can be read."""

from __future__ import annotations

import codecs
import re

from km3aid.spectra.formats.column_names import column_of

_CANDIDATES = ("cp1252", "cp1250", "cp1251", "cp1253", "gb18030", "cp932", "cp949", "big5")  # the first of equals wins
_COMMON = {"gb18030": "gb2312", "cp949": "euc_kr", "cp932": "shift_jis", "big5": "big5"}  # their usual characters
_ASCII_ONLY = re.compile(r"[\x00-\x7f]*")
_DELTA = re.compile(r"δ\s*[=:(]?\s*(?:C\b|ppm|[0-9])")
_CYRILLIC = re.compile(r"(?<![^\W\d_])[А-Яа-яЁё]{3,}(?![^\W\d_])")
_EASTERN = re.compile(r"[\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7af\uff01-\uff5e]+")
_PUNCTUATION = "，。、：；（）"  # alone between numbers; hardly two Western letters by chance
_MOST_LINES = 40
_SHARE_OF_ZEROS = 0.3  # of every second byte, in UTF-16 with digits and Latin letters


def encoding_of(probe: bytes) -> str | None:
    """The encoding of a text by its first bytes; None where it is UTF-8, has a byte order mark, or only ASCII tells.

    >>> encoding_of("Przesunięcie chemiczne [ppm]".encode("cp1250")), encoding_of("δ 171.4".encode())
    ('cp1250', None)
    """
    if b"\x00" in probe:
        return _utf_16(probe)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(probe)  # a character cut off at the end is no error
    except UnicodeDecodeError:
        scores = {name: _score(_decoded(probe, name), _COMMON.get(name)) for name in _CANDIDATES}
        best = max(scores, key=lambda name: scores[name])
        return None if best == "cp1252" else best
    return None


def _utf_16(probe: bytes) -> str | None:
    """UTF-16 without a mark: half of its bytes are zero where the text is Latin."""
    if probe.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None
    low, high = probe[0::2], probe[1::2]
    for name, zeros, others in (("utf-16-le", high, low), ("utf-16-be", low, high)):
        if zeros.count(0) > _SHARE_OF_ZEROS * max(1, len(zeros)) and others.count(0) == 0:
            return name
    return None


def _decoded(probe: bytes, name: str) -> str:
    """The text in this encoding, empty where it cannot be; a character cut off at the end is left out."""
    try:
        return codecs.getincrementaldecoder(name)().decode(probe)
    except UnicodeDecodeError:
        return ""


def _score(text: str, common: str | None) -> int:
    """How much of a text beyond ASCII makes sense: names of columns, δ before a number, words of one alphabet."""
    score = 3 * len(_DELTA.findall(text)) + 2 * len(_CYRILLIC.findall(text))
    for line in text.splitlines()[:_MOST_LINES]:
        cells = (cell for cell in re.split(r"[\t;,]", line) if not _ASCII_ONLY.fullmatch(cell))
        score += sum(5 for cell in cells if len(cell) < 60 and column_of(cell))
    return score + sum(_eastern(run, common) for run in _EASTERN.findall(text)) if common else score


def _eastern(run: str, common: str) -> int:
    """Usual characters in a row are words; by chance, two Western letters make a rare one between others."""
    try:
        low = sum(byte < 0x80 for byte in run.encode(common))
    except UnicodeEncodeError:
        return -len(run)
    if len(run) == 1:
        return 1 if run in _PUNCTUATION else -1
    return len(run) if re.search("[\u3040-\u30ff]", run) else len(run) - 3 * low
