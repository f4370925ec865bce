import numpy as np
from tests.matching.compiled.made_up import table
from tests.matching.compiled.unpacking import unpack_classes

from km3aid.matching.compiled.packed import classes_of_row, pack_classes


def test_packing_keeps_a_hundredth_of_a_ppm_and_the_scale_within_two_percent():
    made = table([[-20.004, 77.16, 231.5]])._replace(scale_ppm=np.array([0.06, 1.3, 44.0], np.float32))
    back = unpack_classes(pack_classes(made))
    np.testing.assert_allclose(back.shift_ppm, made.shift_ppm, atol=0.0051)
    np.testing.assert_allclose(back.scale_ppm, made.scale_ppm, rtol=0.02)


def test_the_classes_of_one_molecule_come_back():
    made = table([[20.0], [77.16, 231.5]])._replace(size=np.array([1, 2, 3], np.uint8))
    back = classes_of_row(pack_classes(made), 1)
    assert back.atoms == ((0, 1), (2, 3, 4))
    np.testing.assert_allclose(back.shift_ppm, [77.16, 231.5], atol=0.0051)
    assert back.sizes.tolist() == [2, 3]
