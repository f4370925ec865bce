import numpy as np

from km3aid.molecules import parse_smiles
from km3aid.molecules.similarity import fingerprint_similarities, nearest_tanimoto


def test_fingerprint_similarities():
    ethanol, propanol, benzene = (parse_smiles(s) for s in ("CCO", "CCCO", "c1ccccc1"))
    same, near, far = (fingerprint_similarities(ethanol, m) for m in (ethanol, propanol, benzene))
    assert same["tanimoto"] == same["cosine"] == same["dice"] == same["sokal"] == 1
    assert all(far[name] <= near[name] <= same[name] for name in same)
    # Dice 2t/(1 + t) and Sokal t/(2 − t) follow from Tanimoto t
    t = near["tanimoto"]
    np.testing.assert_allclose([near["dice"], near["sokal"]], [2 * t / (1 + t), t / (2 - t)])
    assert nearest_tanimoto([ethanol], [benzene, propanol]) == [t]
