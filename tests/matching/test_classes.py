import numpy as np
import pytest

from km3aid.matching.classes import class_scale


def scale_of(shift, splits):
    return float(class_scale(np.array(shift, np.float32), np.array([1.0, 2.0], np.float32), splits))


def test_the_scale_of_twins_that_are_told_apart_reaches_half_way_between_them():
    assert scale_of([20.0, 26.0], splits=True) == pytest.approx(1.5 + 3)


def test_the_scale_of_other_classes_is_the_mean():
    assert scale_of([20.0, 26.0], splits=False) == 1.5
    assert scale_of([20.0, 20.0001], splits=True) == 1.5
