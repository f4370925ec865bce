import pytest
from tests.conftest import sd_record

from km3aid.data.dataset import open_dataset, read_meta
from km3aid.data.noise import repeat_differences
from km3aid.data.prepare import prepare


def test_spectra_of_one_molecule_are_compared(tmp_path):
    record = sd_record("CCO", 1, {0: 18.0, 1: 58.0})
    record = record.replace("> <Solvent>", "> <Spectrum 13C 1>\n18.5;0.0Q;0|50.0;0.0T;1|\n\n> <Solvent>")
    (tmp_path / "in.sd").write_text(record + sd_record("CCC", 2, {0: 15.0}))
    prepare(tmp_path / "in.sd", tmp_path / "out", workers=1)
    assert sorted(repeat_differences(open_dataset(tmp_path / "out")).tolist()) == pytest.approx([0.5, 8.0])
    assert read_meta(tmp_path / "out")["repeat_error"] == {
        "carbons": 2, "mean_ppm": 4.25, "median_ppm": 4.25, "share_above_5_ppm": 0.5,
    }  # fmt: skip


def test_without_repeats_there_is_nothing_to_compare(small_data):
    assert len(repeat_differences(small_data)) == 0
