import pytest

from km3aid.evaluation.fusion import choose_wrong_number
from km3aid.matching.config import Fusion, MatchConfig


@pytest.mark.parametrize("likeliest", [6.0, 9.0, 12.0])
def test_the_likeliest_cost_of_a_wrong_number_wins_with_its_own_fusion(likeliest):
    def fit(matching):
        away = abs(matching.wrong_number - likeliest)
        return Fusion(matching.wrong_number, 1.0), 0.1 + away

    before = MatchConfig(overlap=4.0)
    matching, tried = choose_wrong_number(before, fit)
    assert matching == before.changed(wrong_number=likeliest, per_carbon_fusion=Fusion(likeliest, 1.0))
    assert [t["loss"] for t in tried] == [0.1 + abs(c - likeliest) for c in (6.0, 9.0, 12.0)]
