import numpy as np
import pytest
from tests.evaluation.made_up import case

from km3aid.engine import Hit, Hits
from km3aid.evaluation.retrieval import evaluate_retrieval, rank_of_connectivity
from km3aid.molecules import parse_smiles

ALANINE, MIRRORED, GLYCINE, ETHANOL = "C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O", "NCC(=O)O", "CCO"


def block(smiles):
    return parse_smiles(smiles).inchi_key[:14]


def test_the_first_hit_of_the_connectivity_counts():
    hits = [ETHANOL, GLYCINE, MIRRORED, ALANINE]
    assert rank_of_connectivity(hits, block(ETHANOL)) == 1
    assert rank_of_connectivity(hits, block(ALANINE)) == 3  # a stereoisomer counts
    assert rank_of_connectivity(hits, block("CCN")) == float("inf")


class Searching:
    """Finds the right molecule of case n at rank n + 1, further down by 4 in distinct peaks."""

    def search(self, spectrum, library, top, by):
        assert by == "structure"
        place = int(min(p.shift_ppm for p in spectrum)) + (0 if spectrum.one_per_carbon else 4)
        smiles = ["C" * n for n in range(2, 2 + place)] + [ETHANOL]
        hits = tuple(Hit(n, s, None, 0.0, 0.0, 0.0, 0.0) for n, s in enumerate(smiles[:top], 1))
        return Hits(None, hits, 100, 10.0 + place, ())


def test_shares_of_queries_within_the_first():
    key = np.array([parse_smiles(ETHANOL).inchi_key.encode()] * 4)
    data = type("Keys", (), {"inchi_key": key})
    cases = [case([place], [place], row=row) for row, place in enumerate((0, 1, 4, 9))]  # ranks 1, 2, 5, 10
    found = evaluate_retrieval(Searching(), data, cases, range(7))
    assert (found["queries"], found["library"]) == (4, 7)
    assert found["per_carbon"] == {"top_1": 0.25, "top_5": 0.75, "top_10": 1.0, "median_elapsed_ms": 12.5}
    assert found["distinct"] == {  # ranks 5, 6, 9 and 14
        "top_1": 0.0,
        "top_5": 0.25,
        "top_10": 0.75,
        "median_elapsed_ms": pytest.approx(16.5),
    }
