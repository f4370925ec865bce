import numpy as np
import pytest

from km3aid.matching.logistic import Logistic
from km3aid.matching.verifier import RATES, Verifier, Verifiers, limits_of

RIGHT, WRONG = np.linspace(0.2, 1.0, 1001), np.linspace(0.0, 0.8, 1001)
VERIFIER = limits_of(Logistic(), RIGHT, WRONG)


def test_limits_keep_the_rates():
    accept, reject = VERIFIER.wrong_above[RATES.index(0.05)], VERIFIER.right_below[RATES.index(0.05)]
    assert accept == pytest.approx(0.76)
    assert reject == pytest.approx(0.24)
    assert (accept < WRONG).mean() == pytest.approx(0.05, abs=1e-3)
    assert (reject > RIGHT).mean() == pytest.approx(0.05, abs=1e-3)


@pytest.mark.parametrize(("told", "verdict"), [(0.9, "consistent"), (0.5, "undecided"), (0.1, "inconsistent")])
def test_between_the_limits_nothing_is_decided(told, verdict):
    assert VERIFIER.verdict(told, 0.05, 0.05) == verdict


def test_who_bears_more_errors_gets_more_verdicts():
    assert VERIFIER.verdict(0.7, 0.05, 0.05) == "undecided"
    assert VERIFIER.verdict(0.7, 0.2, 0.05) == "consistent"
    assert VERIFIER.verdict(0.3, 0.05, 0.05) == "undecided"
    assert VERIFIER.verdict(0.3, 0.05, 0.2) == "inconsistent"
    assert VERIFIER.verdict(0.71, 0.15, 0.05) in ("consistent", "undecided")  # between rates that are kept


@pytest.mark.parametrize(("told", "verdict"), [(0.6, "consistent"), (0.4, "inconsistent")])
def test_where_both_limits_are_passed_the_likelier_holds(told, verdict):
    apart = limits_of(Logistic(), np.array([0.9, 0.95]), np.array([0.05, 0.1]))
    assert apart.verdict(told, 0.05, 0.05) == verdict


def test_each_form_has_its_own():
    verifiers = Verifiers(*(Verifier(Logistic(float(n)), (0.5,) * 9, (0.5,) * 9) for n in range(4)))
    found = [
        verifiers.verifier(single, alone).logistic.intercept for alone in (False, True) for single in (True, False)
    ]
    assert found == [0, 1, 2, 3]
    assert Verifiers.from_dict(verifiers.to_dict()) == verifiers
