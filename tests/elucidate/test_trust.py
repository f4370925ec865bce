"""How far proposals are trusted, with constants made up."""

import numpy as np
import pytest

from km3aid.elucidate.figures import FIT
from km3aid.elucidate.trust import Trust
from km3aid.matching.logistic import Logistic

TRUST = Trust(sharp_of_formula=1.0, sharp_free=0.5, poor_of_formula=-4.0, poor_free=-2.0, formula=Logistic(1.0))


@pytest.mark.parametrize(("formula", "first"), [(True, 0.8807970779778823), (False, 0.7310585786300049)])
def test_a_difference_counts_as_was_fitted_for_what_is_known(formula, first):
    shares = TRUST.shares(np.array([0.0, -2.0]), formula)
    np.testing.assert_allclose(shares, [first, 1 - first])


def test_who_fits_worse_than_nearly_all_right_structures_is_trusted_less():
    fine, poor = ({FIT: fit} for fit in (-4.0, -5.0))
    assert TRUST.present(fine, formula=True) == pytest.approx(1 / (1 + np.exp(-1)))
    assert TRUST.present(poor, formula=True) == pytest.approx(1 / (1 + np.exp(-1 + 3)))
    assert TRUST.present(fine, formula=False) == pytest.approx(1 / (1 + np.exp(6)))


def test_its_file_gives_it_back():
    assert Trust.of(TRUST.to_dict()) == TRUST
