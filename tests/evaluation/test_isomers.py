"""Isomer groups with made-up scores."""

import numpy as np
import pytest
from tests.evaluation.made_up import case

from km3aid.evaluation import isomers
from km3aid.evaluation.isomers import IsomerGroup, evaluate_isomers, isomer_groups, rank_members

KEYS = np.array([b"AAAAAAAAAAAAAA-L", b"AAAAAAAAAAAAAA-R", b"BBBBBBBBBBBBBB-N", b"BBBBBBBBBBBBBB-N"])
GROUP = IsomerGroup(
    "C4H8O", [case([n], [n], row=n) for n in range(4)], ["a", "b", "c", "d"], KEYS, np.array([k[:14] for k in KEYS])
)
TABLE = np.array(
    [
        [3.0, 1.0, 0.0, 0.0],  # itself first
        [2.0, 1.0, 0.0, 0.0],  # its stereoisomer first
        [0.0, 0.0, 1.0, 2.0],  # another record of the same molecule first
        [5.0, 0.0, 0.0, 5.0],  # shares the first place with another connectivity
    ]
)


def by_table(engine, group, case):
    return TABLE[case.row]


def test_who_comes_first_and_what_share_of_it_is_right():
    ranked = rank_members(None, GROUP, by_table)
    assert [r.right for r in ranked] == [1.0, 0.0, 1.0, 0.5]
    assert [r.right_connectivity for r in ranked] == [1.0, 1.0, 1.0, 0.5]
    assert [r.first for r in ranked] == [0, 0, 3, 0]


def test_every_group_counts_the_same_in_the_tools_figures_and_every_spectrum_in_the_papers(monkeypatch):
    alone = IsomerGroup("CH4", GROUP.cases[:1], ["a"], KEYS[:1], GROUP.blocks[:1])
    monkeypatch.setattr(isomers, "isomer_groups", lambda *_: [GROUP, alone])
    monkeypatch.setattr(isomers, "tool_scores", lambda e, g, c: TABLE[c.row][: len(g.cases)])
    found = evaluate_isomers(None, None, [])
    assert (found["groups"], found["molecules"]) == (2, 5)
    assert found["accuracy"] == pytest.approx((2.5 / 4 + 1) / 2)
    assert [g["right"] for g in found["by_group"]] == [2.5, 1.0]
    assert [g["connectivities_differ"] for g in found["by_group"]] == [False, True]
    assert [(m["is"], m["found"], m["same_connectivity"]) for m in found["misses"]] == [
        ("b", "a", True),
        ("d", "a", False),
    ]
    assert found["misses_of_other_connectivity"] == 1


def test_groups_are_of_one_formula_and_large_enough(small_data):
    rows = range(len(small_data))
    groups = isomer_groups(small_data, [case([0], [0], row=n) for n in rows], 2)
    assert groups
    assert all(len(g.cases) == len(g.smiles) == len(g.keys) > 1 for g in groups)
    assert [g.formula for g in groups] == sorted({g.formula for g in groups})
    everyone = isomer_groups(small_data, [case([0], [0], row=n) for n in rows], 1)
    assert sum(len(g.cases) for g in everyone) == len(small_data)
    assert {g.formula for g in everyone if len(g.cases) > 1} == {g.formula for g in groups}


def test_the_tool_ranks_by_its_own_score(small_data, engine):
    from km3aid.evaluation.cases import make_cases
    from km3aid.evaluation.isomers import similarity_scores, tool_scores

    cases = list(make_cases(engine, small_data, np.arange(len(small_data))))
    group = max(isomer_groups(small_data, cases, 2), key=lambda g: len(g.cases))
    hits = engine.rank(group.smiles, group.cases[1].per_carbon()).hits
    score = tool_scores(engine, group, group.cases[1])
    assert group.smiles[int(score.argmax())] == hits[0].smiles
    similarity = similarity_scores(engine, group, group.cases[1])
    by_smiles = {h.smiles: h.graph_score for h in hits}
    np.testing.assert_allclose(similarity, [by_smiles[s] for s in group.smiles], atol=2e-3)  # rank rounds to 8 bits
