"""Spheres of known carbons and spectra predicted from them."""

import numpy as np

from km3aid.molecules import featurise, parse_smiles
from km3aid.reproduction.measures.baselines import _by_chance, _quantiles, _vectors, predicted_spectra
from km3aid.reproduction.measures.hose_codes import build_table, hose_codes, look_up


def codes_of(smiles: str) -> np.ndarray:
    graph = featurise(parse_smiles(smiles).mol)
    return hose_codes(graph.atoms, graph.bonds.astype(np.int64), graph.bond_codes)


def test_codes_know_the_surroundings_and_not_the_order_of_the_atoms():
    propanol, other_way = codes_of("CCCO"), codes_of("OCCC")
    np.testing.assert_array_equal(propanol, other_way[:, ::-1])
    butanol = codes_of("CCCCO")
    assert propanol[1, 0] == butanol[1, 0]  # CH3–CH2– in both
    assert propanol[2, 0] == butanol[2, 0]  # CH3–CH2–CH2–
    assert propanol[3, 0] != butanol[3, 0]  # …–O against …–CH2
    assert codes_of("C=C")[1, 0] != codes_of("CC")[1, 0]


def test_the_deepest_known_sphere_decides():
    known = codes_of("CCO")[:, :2]
    table = build_table(np.concatenate([known, known, known], 1), np.array([18, 58, 20, 57, 19, 60], np.float32))
    shift, radius = look_up(table, known)
    np.testing.assert_allclose(shift, [19, 58])  # medians
    assert radius.tolist() == [5, 5]
    shift, radius = look_up(table, codes_of("CCF")[:, :1])
    assert (shift[0], radius[0]) == (19, 1)  # CH3–CH2– is known, what follows is not
    shift, radius = look_up(table, codes_of("C#C")[:, :1])
    assert (shift[0], radius[0]) == (100, -1)


def test_predicted_spectra_and_their_similarities():
    known = codes_of("CCO")[:, :2]
    table = build_table(known, np.array([18, 58], np.float32))
    spectra = list(predicted_spectra(iter(["CCO", "not a SMILES"]), table, 2))
    assert [s.tolist() for s in spectra] == [[18, 58], []]
    a, b = np.array([18, 58], np.float32), np.array([20, 58], np.float32)
    vectors, quantiles = _vectors([a, a, b]), _quantiles([a, a, b])
    assert vectors[0] @ vectors[1] > 0.999 > vectors[0] @ vectors[2]
    assert np.abs(quantiles[0] - quantiles[2]).mean() == 1  # half of the carbons move by 2 ppm


def test_chance():
    ppm = np.array([10, 10, 20, 30], np.float32)
    assert _by_chance(ppm, np.zeros(4, int))[0] == (0.5 + 0.5 + 0.25 + 0.25) / 4
    assert _by_chance(ppm, np.array([3, 3, 2, 2]))[0] == (1 + 1 + 0.5 + 0.5) / 4
