import gzip
import json

import numpy as np
import pytest
from tests.conftest import sd_record

from km3aid.data import nmrshiftdb2 as source
from km3aid.data.dataset import open_dataset, read_meta
from km3aid.data.prepare import prepare
from km3aid.errors import DataError, SpectrumFormatError
from km3aid.spectra.formats.nmrshiftdb2 import read_sd_records


def prepared(tmp_path, text):
    (tmp_path / "in.sd").write_text(text)
    meta = prepare(tmp_path / "in.sd", tmp_path / "out", workers=1)
    return open_dataset(tmp_path / "out"), meta


def test_hydrogens_become_implicit_and_indices_follow(tmp_path):
    block = (
        "x\n\n\n  5  4  0  0  0  0  0  0  0  0999 V2000\n"
        + "".join(f"{i:10.4f}{0:10.4f}{0:10.4f} {e:<3} 0  0\n" for i, e in enumerate("HOCHC"))
        + "  1  2  1  0\n  2  3  1  0\n  3  4  1  0\n  3  5  1  0\nM  END\n"
    )
    data, _ = prepared(tmp_path, block + "> <Spectrum 13C 0>\n57.9;0.0T;2|18.2;0.0Q;4|\n\n$$$$\n")
    shifts = dict(zip(data.atoms[:, 4].tolist(), data.shift_ppm.tolist(), strict=True))
    assert data.smiles[0] == b"CCO"
    assert shifts[2] == pytest.approx(57.9)
    assert shifts[3] == pytest.approx(18.2)


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ("10.0;0.0Q;0|20.0;0.0T;2|", source.NOT_CARBON),
        ("10.0;0.0Q;0|20.0;0.0T;77|", source.NO_ATOM),
    ],
)
def test_a_spectrum_that_points_elsewhere_is_dropped_and_counted(tmp_path, entries, reason):
    bad = sd_record("CCO", 1, {0: 18.0}).replace("18.0;0.0Q;0|", entries)
    data, meta = prepared(tmp_path, bad + sd_record("CCN", 2, {0: 19.0, 1: 37.0}))
    assert len(data) == 1
    assert meta["left_out"][reason] == 1
    assert meta["left_out"][source.NO_SPECTRUM] == 1


@pytest.mark.parametrize(
    ("entry", "reason", "kept"),
    [
        ("999.0;0.0Q;0|", source.OUT_OF_RANGE, False),
        ("abc;0.0Q;0|", source.UNREADABLE, False),
        ("18.0;0.0Q;|", source.NO_INDEX, False),
        ("18.0;0.0Q;0|19.0;0.0Q;0|", source.REPEATED, True),
        ("18.0;0.0S;0|", source.CONTRADICTION, True),
        ("18.0;0.0P;0|", source.ODD_MULTIPLICITY, True),
    ],
)
def test_a_bad_entry_is_counted_and_the_rest_stays(tmp_path, entry, reason, kept):
    text = sd_record("CCO", 1, {0: 18.0, 1: 57.0}).replace("18.0;0.0Q;0|", entry)
    data, meta = prepared(tmp_path, text)
    assert meta["left_out"][reason] == 1
    assert np.isnan(data.shift_ppm[0]) != kept
    assert data.shift_ppm[1] == pytest.approx(57.0)


def test_a_cut_off_file_keeps_every_whole_record(tmp_path):
    text = sd_record("CCO", 1, {0: 18.0}) + sd_record("CCN", 2, {0: 18.0})[:150]
    data, meta = prepared(tmp_path, text)
    assert len(data) == 1
    assert meta["left_out"][source.TRUNCATED] == 1


def test_a_cut_off_gz_is_an_error_that_names_the_file(tmp_path):
    packed = gzip.compress("".join(sd_record("C" * n + "O", n, {0: 18.0}) for n in range(1, 40)).encode())
    (tmp_path / "cut.sd.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(SpectrumFormatError, match=r"cut\.sd\.gz.*cut off"):
        list(read_sd_records(tmp_path / "cut.sd.gz"))


def test_no_usable_record_is_an_error(tmp_path):
    (tmp_path / "in.sd").write_text("hello\n")
    with pytest.raises(DataError, match="no record"):
        prepare(tmp_path / "in.sd", tmp_path / "out", workers=1)


def test_meta_names_the_source_and_its_hash(tmp_path):
    _, meta = prepared(tmp_path, sd_record("CCO", 1, {0: 18.0}))
    assert read_meta(tmp_path / "out") == {"format_version": 2, **json.loads(json.dumps(meta))}
    assert len(meta["source_sha256"]) == 64


def test_damaged_folder_is_an_error(tmp_path):
    prepared(tmp_path, sd_record("CCO", 1, {0: 18.0}))
    (tmp_path / "out" / "atoms.npy").write_bytes(b"x")
    with pytest.raises(DataError, match=r"atoms\.npy"):
        open_dataset(tmp_path / "out")
