import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from km3aid.errors import ConfigError
from km3aid.matching.config import Calibration, Fusion, MatchConfig, Ranking

finite = st.floats(allow_nan=False, allow_infinity=False)
positive = st.floats(1e-6, 1e6)

RANKING = Ranking(1.5, 0.7, 0.03, 90.0, 8.0, 4.0, 1.2, 0.5)


@given(
    st.builds(
        MatchConfig,
        scale_factor=positive,
        outlier=st.floats(0.001, 0.999),
        overlap=finite,
        per_carbon=st.builds(Calibration, positive, finite, finite),
        distinct_fusion=st.builds(Fusion, positive, positive),
        distinct_ranking=st.none() | st.just(RANKING),
    )
)
def test_constants_survive_their_table(config):
    again = MatchConfig.from_dict(json.loads(json.dumps(config.to_dict())))
    assert again == config
    assert again.sha256 == config.sha256


def test_what_is_not_given_has_its_default():
    assert MatchConfig.from_dict({}) == MatchConfig()
    assert MatchConfig.from_dict({"distinct": {"slope": 2}}).distinct == Calibration(1.0, 2.0, 0.0)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"overlapp": 1}, "matching: unknown key 'overlapp'; did you mean 'overlap'?"),
        (
            {"per_carbon": {"tempratur": 1}},
            "matching: per_carbon: unknown key 'tempratur'; did you mean 'temperature'?",
        ),
        ({"per_carbon": {"temperature": 0}}, "matching: per_carbon: temperature: 0.0; expected more than 0"),
        ({"per_carbon": 3}, "matching: per_carbon: 3; expected a table of values"),
        ({"distinct_fusion": {"graph_weight": "a"}}, "matching: distinct_fusion: graph_weight: 'a'; expected a number"),
        ({"outlier": 1}, "matching: outlier: 1.0; expected less than 1"),
        ({"split": None}, "matching: split: None; expected a number"),
    ],
)
def test_a_wrong_constant_is_named(values, said):
    with pytest.raises(ConfigError) as error:
        MatchConfig.from_dict(values)
    assert str(error.value) == said


def test_the_identity_is_that_of_every_constant():
    """Results name these digits: the same constants must have them for good."""
    assert MatchConfig().sha256 == MatchConfig.from_dict({}).sha256
    assert MatchConfig().sha256 != MatchConfig().changed(wrong_count=1.1).sha256
    assert MatchConfig().sha256 != MatchConfig(distinct=Calibration(intercept=1e-9)).sha256


def test_the_bundled_constants_keep_their_identity(engine):
    assert engine.matching.sha256 == "401e2539db1ec0e9e4011856200ed07c10a53fad4107a8774cb3a5cf04a20c3b"


def test_the_trusted_scale_is_a_power_of_the_stated_one():
    trusted = MatchConfig(scale_factor=2.0, scale_power=0.5).trusted_scale(np.array([4.0, 0.25]))
    np.testing.assert_allclose(trusted, [4.0, 1.0])


def test_distinct_peaks_compare_molecules_by_their_own_costs():
    matching = MatchConfig(unassigned_peak=7.0, distinct_ranking=RANKING)
    assert matching.ranking(one_per_carbon=True) is matching
    compared = matching.ranking(one_per_carbon=False)
    assert (compared.unassigned_peak, compared.outlier_ppm, compared.split) == (8.0, 90.0, 0.5)
    assert compared.changed(**{name: getattr(matching, name) for name in Ranking.__slots__}) == matching
    assert MatchConfig().ranking(one_per_carbon=False) == MatchConfig()
