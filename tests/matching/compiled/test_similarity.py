import numpy as np
import pytest

from km3aid.matching.compiled.similarity import charges, find_similar, pack_queries
from km3aid.spectra.spectrum import Spectrum


def test_similarity_of_eight_bit_vectors():
    rng = np.random.default_rng(1)
    vectors, query = rng.integers(-127, 128, (30, 64)).astype(np.int8), rng.normal(size=64).astype(np.float32)
    scale, rows = rng.uniform(0.001, 0.01, 30).astype(np.float32), np.array([3, 29, 0], np.int32)
    expected = (vectors[rows].astype(np.float64) @ query) * scale[rows]
    carbons, offset = np.ones(30, np.uint16), np.arange(31, dtype=np.int32)
    (found,) = find_similar(
        vectors, scale, carbons, offset, pack_queries(query[None], [Spectrum.from_shifts([20.0])]), rows
    )
    np.testing.assert_array_equal(found.rows, rows)
    np.testing.assert_allclose(found.cosine, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("width", [64, 700])  # sums of 700 products of 8 and 16 bits would not fit into 32
def test_queries_together_find_what_each_finds_alone(width):
    rng = np.random.default_rng(2)
    vectors = np.full((300, width), 127, np.int8) * rng.choice([-1, 1], (300, 1)).astype(np.int8)
    vectors[10:] = rng.integers(-127, 128, (290, width))
    asked = np.ones((5, width), np.float32)
    asked[1:] = rng.normal(size=(4, width))
    asked /= np.linalg.norm(asked, axis=1, keepdims=True)
    scale = (1 / np.linalg.norm(vectors.astype(float), axis=1)).astype(np.float32)
    offset = np.cumsum([0, *rng.integers(1, 9, 300)]).astype(np.int32)
    carbons, rows = (np.diff(offset) + 1).astype(np.uint16), np.arange(300, dtype=np.int32)
    peaks, alone = [1, 3, 5, 7, 9], [True, False, True, False, False]
    spectra = [Spectrum.from_shifts(range(n), one_per_carbon=a) for n, a in zip(peaks, alone, strict=True)]
    queries, least = pack_queries(asked, spectra), np.array([0.9, 0.0, -0.1, 0.05, 2.0], np.float32)
    together = find_similar(vectors, scale, carbons, offset, queries, rows, least)
    expected = (vectors @ asked.T).T * scale
    charged = expected - charges(carbons, offset, queries, rows)
    for k, found in enumerate(together):
        one = pack_queries(asked[k : k + 1], spectra[k : k + 1])
        (by_itself,) = find_similar(vectors, scale, carbons, offset, one, rows, least[k : k + 1])
        np.testing.assert_array_equal(found.rows, by_itself.rows)
        np.testing.assert_array_equal(found.cosine, by_itself.cosine)
        np.testing.assert_allclose(found.cosine, expected[k, found.rows], atol=1e-3)
        sure = np.abs(charged[k] - least[k]) > 1e-3
        np.testing.assert_array_equal(np.isin(rows, found.rows)[sure], (charged[k] >= least[k])[sure])
    off = np.abs(carbons - 1.0)
    np.testing.assert_allclose(charges(carbons, offset, queries, rows)[0], off / 20, rtol=1e-6)
    np.testing.assert_allclose(charges(carbons, offset, queries, rows)[1], np.abs(np.diff(offset) - 3) / 40, rtol=1e-6)
