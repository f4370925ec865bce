"""A folder of arrays is a data set only when it is complete."""

import json
from dataclasses import fields

import numpy as np
import pytest

from km3aid.data import dataset
from km3aid.data.batches import AS_RECORDED, cut_batch
from km3aid.data.dataset import Dataset, in_memory, joined, open_dataset, read_meta, write_dataset
from km3aid.errors import DataError


def test_arrays_survive_the_disk(small_data, tmp_path):
    write_dataset(tmp_path / "d", small_data, {"source": "ä"})
    again = in_memory(open_dataset(tmp_path / "d"))
    for field in fields(Dataset):
        np.testing.assert_array_equal(getattr(again, field.name), getattr(small_data, field.name))
    assert read_meta(tmp_path / "d") == {"format_version": 2, "source": "ä"}
    assert not list((tmp_path / "d").glob("*.part"))


def test_a_rewrite_that_stops_leaves_no_data_set_of_two_kinds(small_data, tmp_path, monkeypatch):
    write_dataset(tmp_path, small_data, {})
    before = open_dataset(tmp_path)
    monkeypatch.setattr(dataset, "write_json", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        write_dataset(tmp_path, small_data, {})
    with pytest.raises(DataError, match="no prepared data here"):
        open_dataset(tmp_path)
    np.testing.assert_array_equal(before.atoms, small_data.atoms)  # what is open stays whole


@pytest.mark.parametrize("meta", ["", "[]", "{", json.dumps({"format_version": 0})])
def test_other_meta_data_are_an_error(small_data, tmp_path, meta):
    write_dataset(tmp_path, small_data, {})
    (tmp_path / "meta.json").write_text(meta)
    with pytest.raises(DataError, match=r"meta\.json: .*run `km3aid data prepare` again"):
        read_meta(tmp_path)


def test_a_molecule_is_complete_where_its_fullest_spectrum_assigns_every_carbon(small_data):
    assert small_data.complete.all()
    shift = np.array(small_data.shift_ppm)
    shift[int(small_data.value_offset[small_data.spectrum_offset[3]])] = np.nan
    values = {field.name: getattr(small_data, field.name) for field in fields(Dataset)}
    assert np.flatnonzero(~Dataset(**{**values, "shift_ppm": shift}).complete).tolist() == [3]


def test_joined_data_hold_the_molecules_of_both(small_data):
    data = in_memory(small_data)
    both = joined(data, data)
    rows = np.array([3, 60, 5])
    how, rng = AS_RECORDED, np.random.default_rng(0)
    expected = cut_batch(data, rows, data.spectrum_offset[rows], how, rng)
    for again in (rows, rows + len(data)):
        batch = cut_batch(both, again, both.spectrum_offset[again], how, rng)
        for part, other in zip(batch, expected, strict=True):
            for ours, theirs in zip(part, other, strict=True):
                assert np.array_equal(ours, theirs)
    assert len(both) == 2 * len(data)
    assert both.spectrum_offset[-1] == len(both.value_offset)
