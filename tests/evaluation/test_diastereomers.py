"""Diastereomers that were both measured, with structures and scores made up."""

from types import SimpleNamespace

import numpy as np
import pytest
from tests.evaluation.made_up import case

from km3aid.data.folds import Split
from km3aid.evaluation import diastereomers
from km3aid.evaluation.diastereomers import evaluate_diastereomers, untrained_pairs

SMILES = [
    b"C/C=C/C",  # trains, with row 1
    b"C/C=C\\C",
    b"C/C=C/CC",
    b"C/C=C\\CC",
    b"CC=CCC",  # says nothing of its configuration
    b"C[C@H](O)[C@H](O)CC",
    b"C[C@@H](O)[C@@H](O)CC",  # the mirror image of row 5
    b"C[C@H](O)[C@@H](O)CC",  # a diastereomer of both, not completely assigned
]
BLOCKS = b"BBDDDEEE"


def made_up_data(complete):
    keys = np.array([bytes([block]) * 14 + b"-X" for block in BLOCKS])
    return SimpleNamespace(inchi_key=keys, smiles=np.array(SMILES), complete=np.array(complete))


SPLIT = Split(np.array([0]), np.array([], np.int64))


def test_pairs_are_measured_state_their_configuration_and_have_no_connectivity_that_trained():
    assert untrained_pairs(made_up_data([True] * 7 + [False]), SPLIT) == [(2, 3), (3, 2)]
    every = untrained_pairs(made_up_data([True] * 8), SPLIT)
    assert every == [(2, 3), (3, 2), (5, 7), (6, 7), (7, 5), (7, 6)]


def test_the_right_one_first_by_connectivity(monkeypatch):
    score = {2: [2.0, 1.0], 3: [1.0, 2.0], 5: [1.0, 1.0], 6: [3.0, 1.0], 7: [2.0, 1.0]}  # its own is the first
    monkeypatch.setattr(diastereomers, "tool_scores", lambda engine, group, own: np.array(score[own.row]))
    monkeypatch.setattr(
        diastereomers, "make_cases", lambda engine, data, rows: [case([10.0], [10.0], row=int(row)) for row in rows]
    )
    found = evaluate_diastereomers(None, made_up_data([True] * 8), SPLIT)
    assert (found["pairs"], found["connectivities"]) == (6, 2)
    assert found["right_first"] == pytest.approx((0.5 + 3.5 / 4) / 2)
    assert found["right_first_of_pairs"] == pytest.approx(4.5 / 6)
    assert found["right_first_interval"][0] <= found["right_first"] <= found["right_first_interval"][1]


def test_without_pairs_there_is_no_figure(monkeypatch):
    monkeypatch.setattr(diastereomers, "make_cases", lambda *_: [])
    found = evaluate_diastereomers(None, made_up_data([False] * 8), SPLIT)
    assert found["pairs"] == 0
    assert found["right_first"] is None
