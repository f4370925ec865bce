import numpy as np
import pytest

from km3aid.errors import ConfigError
from km3aid.matching.configurations import Configurations

TOLD = Configurations(per_carbon=0.5, distinct=0.25)


@pytest.mark.parametrize(("one_per_carbon", "nats"), [(True, 2.0), (False, 1.0)])
def test_each_form_of_a_spectrum_has_a_constant_of_its_own(one_per_carbon, nats):
    shares = TOLD.shares(np.array([0.0, -4.0, -4.0]), one_per_carbon)
    np.testing.assert_allclose(shares, np.array([1, np.exp(-nats), np.exp(-nats)]) / (1 + 2 * np.exp(-nats)))


def test_the_header_of_the_weights_holds_them_or_differences_count_in_full():
    assert Configurations.of_header({"configurations": TOLD.to_dict()}) == TOLD
    assert Configurations.of_header({}) == Configurations(1.0, 1.0)
    with pytest.raises(ConfigError, match="per_proton"):
        Configurations.of_header({"configurations": {"per_proton": 1.0}})
