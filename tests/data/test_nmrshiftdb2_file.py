"""On the real corpus, where it is there."""

import numpy as np
import pytest

from km3aid.data.dataset import open_dataset, read_meta
from km3aid.data.folds import connectivity, paper_validation_ids, read_paper_ids, strict_split, watched_split
from km3aid.data.prepare import prepare
from km3aid.training.run import ids_hash

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def corpus(shared_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    prepare(shared_data / "nmrshiftdb2withsignals.sd.gz", folder)
    return folder, open_dataset(folder), read_paper_ids(shared_data / "km3aid_ids.csv")


def test_its_faults_are_survived_and_counted(corpus):
    meta = read_meta(corpus[0])
    assert meta["records_read"] == 31261
    assert meta["molecules"] > 31200
    assert meta["complete_molecules"] > 25000
    left_out = meta["left_out"]
    assert left_out["spectrum dropped: an entry points at an atom that is not a carbon"] > 50
    assert left_out["entry kept: multiplicity contradicts the structure"] > 1000


def test_the_bundled_weights_never_saw_the_validation_block(corpus, engine):
    _, data, ids = corpus
    split = watched_split(data, strict_split(data.record_id, data.inchi_key, ids, 0))
    assert engine.header["training_ids_sha256"] == ids_hash(data.record_id[split.train])
    trained = set(connectivity(data.inchi_key[split.train]))
    block = np.isin(data.record_id, paper_validation_ids(ids, 0))
    assert block.sum() > 4000
    assert not trained & set(connectivity(data.inchi_key[block]))
    assert not trained & set(connectivity(data.inchi_key[split.validation]))


def test_the_bundled_weights_are_of_this_file(corpus, engine):
    assert engine.header["data_sha256"] == read_meta(corpus[0])["source_sha256"]
