import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from km3aid.data.folds import (
    connectivity,
    paper_split,
    paper_validation_ids,
    read_paper_ids,
    strict_split,
    watched_split,
)
from km3aid.errors import ConfigError, DataError

keys = st.lists(st.sampled_from([f"{c * 14}-{d * 10}-N" for c in "ABCDEF" for d in "XY"] + [""]), min_size=5)


def arrays(raw):
    return np.arange(100, 100 + len(raw)), np.array([k.encode() for k in raw], "S27")


def test_blocks_are_the_papers():
    ids = list(range(20658))
    order = np.random.RandomState(42).permutation(20658)
    assert paper_validation_ids(ids, 1) == order[4131:8262].tolist()


def test_unknown_fold_is_an_error():
    with pytest.raises(ConfigError, match="expected 0 to 4"):
        paper_validation_ids([1, 2, 3], 5)


@given(keys, st.integers(0, 4))
def test_strict_split_shares_no_connectivity(raw, fold):
    ids, inchi = arrays(raw)
    split = strict_split(ids, inchi, ids.tolist(), fold)
    blocks = connectivity(inchi)
    assert not set(blocks[split.train]) & set(blocks[split.validation])
    assert b"" not in blocks[split.train]
    assert set(ids[split.validation]) == set(paper_validation_ids(ids.tolist(), fold))


@given(keys, st.integers(0, 4))
def test_paper_split_is_disjoint(raw, fold):
    ids, _ = arrays(raw)
    split = paper_split(ids, ids.tolist(), fold)
    assert not set(split.train) & set(split.validation)


def test_what_is_held_back_shares_no_connectivity_with_what_trains(small_data):
    strict = strict_split(small_data.record_id, small_data.inchi_key, small_data.record_id.tolist(), 0)
    split = watched_split(small_data, strict)
    blocks = connectivity(small_data.inchi_key)
    assert 0 < len(split.validation) < len(split.train)
    assert sorted([*split.train, *split.validation]) == sorted(strict.train)  # every carbon of these has a shift
    assert not set(blocks[split.train]) & set(blocks[split.validation])


def test_ids_are_read_in_their_order(tmp_path):
    (tmp_path / "ids.csv").write_text("row,nmrshiftdb2_id,present\n0,70,1\n1,5,0\n")
    assert read_paper_ids(tmp_path / "ids.csv") == [70, 5]


@pytest.mark.parametrize("content", [b"id\n1\n", b"nmrshiftdb2_id\nx\n", b"row,nmrshiftdb2_id\n1\n", b"\xff\xfe\n"])
def test_a_list_of_another_kind_is_an_error(tmp_path, content):
    (tmp_path / "ids.csv").write_bytes(content)
    with pytest.raises(DataError, match=r"ids\.csv: expected a CSV"):
        read_paper_ids(tmp_path / "ids.csv")
    with pytest.raises(DataError, match="cannot be opened"):
        read_paper_ids(tmp_path / "none.csv")
