import numpy as np
import pytest

from km3aid.spectra.instruments.phase import phased, rephased

POINTS, HZ = 16384, 1.0


def spectrum_of(lines, phase=(0.0, 0.0), noise=0.002):
    """Lorentzian lines with their dispersion, by point, turned by a phase of order zero and one."""
    at = np.arange(POINTS)
    random = np.random.default_rng(0)
    total = noise * (random.normal(size=POINTS) + 1j * random.normal(size=POINTS))
    for point, height in lines.items():
        total += height / (1 + 1j * (at - point) / 3)
    return total * np.exp(1j * (phase[0] + phase[1] * (at / POINTS - 0.5)))


SIGNED = {3000: 1.0, 4200: -1.0, 5000: -0.8, 9000: 1.0, 13000: -1.0, 13500: 1.0}
UPWARDS = {point: abs(height) for point, height in SIGNED.items()}


@pytest.mark.parametrize("phase", [(0.0, 0.0), (2.0, 5.0), (-1.0, -7.0)])
@pytest.mark.parametrize(("lines", "signed"), [(UPWARDS, False), (SIGNED, True)])
def test_lines_stand_upright_whatever_the_phase_was(phase, lines, signed):
    found = phased(spectrum_of(lines, phase), HZ, signed)[list(lines)]
    turn = 1.0 if not signed else np.sign(found[0])  # which way up signed lines are, others must tell
    np.testing.assert_allclose(turn * found, list(lines.values()), atol=0.1)


def test_a_spectrum_whose_ends_point_against_each_other_is_phased_again():
    trace, again = rephased(spectrum_of(SIGNED, (0.5, 5.0)), HZ)
    assert again
    found = trace[list(SIGNED)]
    np.testing.assert_allclose(np.sign(found[0]) * found, list(SIGNED.values()), atol=0.1)


def test_a_spectrum_that_stands_upright_is_left_as_it_is():
    spectrum = spectrum_of(SIGNED, (0.02, 0.1))
    trace, again = rephased(spectrum, HZ)
    assert not again
    np.testing.assert_array_equal(trace, spectrum.real)


def test_nothing_but_zeros_has_no_phase():
    assert not phased(np.zeros(64, complex), HZ, signed=True).any()
    assert not rephased(np.zeros(64, complex), HZ)[1]
