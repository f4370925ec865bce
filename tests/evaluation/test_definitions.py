import numpy as np
import pytest

from km3aid.engine import Engine
from km3aid.evaluation.block import open_validation_block, outside_list
from km3aid.evaluation.cases import make_cases
from km3aid.evaluation.definitions import by_definition
from km3aid.evaluation.node_level import case_shares, logit_scores


def test_every_definition_is_given_for_the_node_level_and_for_the_whole_cost(small_data, untrained_weights):
    engine = Engine.load(untrained_weights, "cpu")
    cases = list(make_cases(engine, small_data, np.arange(12)))
    found = by_definition(engine, cases)
    shares = np.array([case_shares(c, logit_scores(engine, c)) for c in cases])
    for n, name in enumerate(("alone", "released", "one_to_one")):
        assert found["node_level"][name]["accuracy"] == pytest.approx(shares[:, n].mean())
        assert found["node_level"][name]["no_error"]["all"] == {"molecules": 12, "share": (shares[:, n] == 1).mean()}
        assert found["whole_cost"][name]["accuracy"] != found["node_level"][name]["accuracy"]


def test_outside_the_list_nothing_trains_and_nothing_is_listed(small_data, tmp_path):
    ids = tmp_path / "ids.csv"
    ids.write_text("nmrshiftdb2_id\n" + "".join(f"{i}\n" for i in range(1, 21)))
    block = open_validation_block(small_data.atom_offset.filename.parent, ids, 0)
    rows = outside_list(block, ids)
    assert len(rows) > 0
    assert (small_data.record_id[rows] > 20).all()
    assert not set(rows.tolist()) & (set(block.split.train.tolist()) | set(block.rows.tolist()))
    unused = set(range(64)) - set(block.split.train.tolist()) - set(block.rows.tolist())
    assert set(rows.tolist()) == {row for row in unused if small_data.record_id[row] > 20}
