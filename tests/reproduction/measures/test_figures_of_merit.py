"""Accuracies and curves against cases worked by hand."""

import numpy as np

from km3aid.molecules import parse_smiles
from km3aid.molecules.similarity import fingerprint_similarities, nearest_tanimoto
from km3aid.reproduction.measures.alignment import accuracy_shares, node_shares, size_bands
from km3aid.reproduction.measures.error_analysis import by_bins, reliability_curve


def test_node_level_alone_and_one_to_one():
    score = np.array([[3.0, 2.0, 0.0], [4.0, 3.9, 0.0], [0.0, 0.0, 1.0]])
    ppm = np.array([10.0, 20.0, 30.0], np.float32)
    # alone: peaks 0 and 1 both choose carbon 0; one-to-one: 3 + 3.9 > 2 + 4, so that all are right
    assert node_shares(score, ppm, ppm) == (2 / 3, 1.0)


def test_a_carbon_of_the_same_shift_is_right():
    score = np.array([[0.0, 1.0], [1.0, 0.0]])
    same, different = np.array([10, 10], np.float32), np.array([10, 20], np.float32)
    assert node_shares(score, same, same) == (1.0, 1.0)
    assert node_shares(score, different, different) == (0.0, 0.0)
    assert node_shares(score, different, different[::-1]) == (1.0, 1.0)  # carbons listed in another order


def test_shares_by_size():
    found = accuracy_shares(np.array([1.0, 0.8, 0.79, 0.0]))
    assert (found["perfect"], found["at_least_80"]) == (0.25, 0.5)
    assert found["histogram"] == [1, 0, 0, 0, 0, 0, 0, 1, 1, 1]
    bands = size_bands(np.array([9, 10, 20, 21]))
    assert [b.tolist() for b in bands[1:]] == [
        [True, False, False, False],
        [False, True, True, False],
        [False, False, False, True],
    ]


def test_reliability_and_bins():
    curve = reliability_curve(np.array([0.95, 1.0, 0.42]), np.array([True, False, True]))
    assert curve == [{"peaks": 1, "confidence": 0.42, "right": 1.0}, {"peaks": 2, "confidence": 0.975, "right": 0.5}]
    rows = by_bins(np.array([0.0, 1.0, 1.5]), np.array([1.0, 1.0, 0.5]), (0, 1, 2, 3))
    assert rows == [
        {"from": 0, "below": 1, "molecules": 1, "accuracy": 1.0, "no_error": 1.0},
        {"from": 1, "below": 2, "molecules": 2, "accuracy": 0.75, "no_error": 0.5},
    ]


def test_fingerprint_similarities():
    ethanol, propanol, benzene = (parse_smiles(s) for s in ("CCO", "CCCO", "c1ccccc1"))
    same, near, far = (fingerprint_similarities(ethanol, m) for m in (ethanol, propanol, benzene))
    assert same["tanimoto"] == same["cosine"] == same["dice"] == same["sokal"] == 1
    assert all(far[name] <= near[name] <= same[name] for name in same)
    # Dice 2t/(1 + t) and Sokal t/(2 − t) follow from Tanimoto t
    t = near["tanimoto"]
    np.testing.assert_allclose([near["dice"], near["sokal"]], [2 * t / (1 + t), t / (2 - t)])
    assert nearest_tanimoto([ethanol], [benzene, propanol]) == [t]
