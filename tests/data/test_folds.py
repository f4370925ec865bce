import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from km3aid.data.folds import connectivity, grouped_split, paper_split, paper_validation_ids, strict_split
from km3aid.errors import ConfigError

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
def test_grouped_split_shares_no_connectivity_and_loses_nothing(raw, fold):
    _, inchi = arrays(raw)
    split = grouped_split(inchi, fold)
    blocks = connectivity(inchi)
    assert not set(blocks[split.train]) & set(blocks[split.validation])
    assert sorted([*split.train, *split.validation]) == list(range(len(raw)))


@given(keys, st.integers(0, 4))
def test_paper_split_is_disjoint(raw, fold):
    ids, _ = arrays(raw)
    split = paper_split(ids, ids.tolist(), fold)
    assert not set(split.train) & set(split.validation)
