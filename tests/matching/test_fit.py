import numpy as np
import pytest
from scipy.stats import chi2
from tests.matching.test_assign import classes_at

from km3aid.matching.config import MatchConfig
from km3aid.matching.fit import combined_p_value, fit_of
from km3aid.spectra.spectrum import Peak, Spectrum

CONFIG = MatchConfig(outlier=1e-9, outlier_ppm=20.0)


def test_a_line_where_it_is_expected_is_as_likely_as_it_gets():
    fit = fit_of(Spectrum.from_shifts([20.0, 63.0]), classes_at([20.0, 60.0], scale=2.0), CONFIG)
    assert fit.peak.tolist() == fit.carbon_class.tolist() == [0, 1]
    assert fit.away_ppm.tolist() == [0.0, 3.0]
    assert fit.p_value == pytest.approx([1.0, np.exp(-1.5)])
    assert fit.surprise == pytest.approx([-1.0, 0.5])  # the mean of a Laplace density's is 0
    assert (fit.extra_peaks, fit.missing, fit.shared, fit.wrong_hydrogens) == (0, 0, 0, 0)
    assert fit.mean_log_scale == pytest.approx(np.log(2))


def test_what_is_too_many_missing_and_shared_is_counted():
    peaks = (Peak(20.0, "Q"), Peak(60.0, "D"), Peak(150.0))
    classes = classes_at([20.0, 20.4, 60.0, 100.0], hydrogens=[3, 3, 2, 1])
    fit = fit_of(Spectrum(peaks), classes, CONFIG)
    assert (fit.extra_peaks, fit.missing, fit.shared, fit.wrong_hydrogens) == (1, 1, 1, 1)
    assert (fit.peaks, fit.classes) == (3, 4)


def test_with_one_peak_per_carbon_carbons_are_missing():
    spectrum = Spectrum.from_shifts([20.0, 60.0], one_per_carbon=True)
    fit = fit_of(spectrum, classes_at([20.0, 60.0], sizes=[3, 1]), CONFIG)
    assert (fit.missing, fit.extra_peaks, fit.classes) == (2, 0, 2)


def test_a_spectrum_of_nothing_that_fits_has_no_pair():
    fit = fit_of(Spectrum.from_shifts([200.0]), classes_at([20.0], scale=0.5), CONFIG)
    assert len(fit.peak) == 0
    assert (fit.extra_peaks, fit.missing) == (1, 1)


@pytest.mark.parametrize("values", [[0.5], [0.01, 0.2, 0.9], [1e-5] * 4, [1.0, 1.0], [0.3] * 60])
def test_p_values_are_combined_after_fisher(values):
    values = np.array(values)
    assert combined_p_value(values) == pytest.approx(
        float(chi2.sf(-2 * np.log(values).sum(), 2 * len(values))), rel=1e-9
    )
