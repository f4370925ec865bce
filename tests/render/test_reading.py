import pytest

from km3aid.render.reading import Role, role_of
from km3aid.spectra import Peak


@pytest.mark.parametrize(
    ("aside", "role"),
    [
        (None, Role.PEAK),
        ("line of the solvent CDCl3 (77.16 ppm)", Role.FOREIGN),
        ("weak: below 7% of the third-strongest line of the sample", Role.WEAK),
        ("part of the quartet of CF3 at 122.6 ppm", Role.PART),
    ],
)
def test_what_a_line_is_taken_for(aside, role):
    assert role_of(Peak(77.2, aside=aside)) is role
