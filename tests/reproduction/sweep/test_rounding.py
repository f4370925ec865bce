import numpy as np

from km3aid.reproduction.sweep.rounding import pack, unpack


def test_weights_come_back_to_a_four_thousandth_of_their_range():
    rng = np.random.default_rng(0)
    arrays = {"a.weight": rng.normal(size=(65, 127)), "conv": rng.normal(size=(33, 1, 401)), "bias": rng.normal(size=7)}
    packed = {}
    for name, array in arrays.items():
        packed |= pack(name, array.astype(np.float32))
    assert sum(a.nbytes for a in packed.values()) < 0.4 * sum(4 * a.size for a in arrays.values())
    for name, array in unpack(packed).items():
        assert array.shape == arrays[name].shape
        np.testing.assert_allclose(array, arrays[name], atol=1e-7 if name == "bias" else 8 / 4095 / 2 + 1e-6)
    assert len(unpack(packed)) == len(arrays)
