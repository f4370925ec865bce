import numpy as np
import pytest

from km3aid.engine import Engine
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
