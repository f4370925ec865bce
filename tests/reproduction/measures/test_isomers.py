from dataclasses import replace

import numpy as np

from km3aid.molecules import parse_smiles
from km3aid.reproduction.measures.isomers import composition, groups_of, judge_groups

SCORES = np.array([[3.0, 1.0, 0.0], [2.0, 2.0, 0.0], [1.0, 0.0, 0.5]])  # itself; shared with its twin; another first


def test_compositions_are_the_formulas(small_data):
    rows = np.arange(len(small_data))
    formulas = [parse_smiles(small_data.smiles[row].decode()).formula for row in rows]
    assert [composition(small_data, int(n)) for n in rows] == formulas
    atoms = np.array(small_data.atoms)
    atoms[0, 0] = 17
    assert composition(replace(small_data, atoms=atoms), 0).endswith("?")
    groups = groups_of(small_data, rows, {"C3H8O": None, "C99H99": None})
    assert [formulas[n] for n in groups.pop("C3H8O")] == ["C3H8O"] * formulas.count("C3H8O")
    assert groups == {}


def test_members_are_right_where_their_molecule_comes_first(small_data):
    keys = np.array(small_data.inchi_key)
    keys[:3] = [b"AAAAAAAAAAAAAA-L", b"AAAAAAAAAAAAAA-R", b"BBBBBBBBBBBBBB-N"]
    data = replace(small_data, inchi_key=keys)
    found = judge_groups(data, {"C2H6O": np.arange(3)}, lambda rows: SCORES[rows][:, rows], np.array([1, 7]))
    (group,) = found["by_group"]
    assert group["connectivities"] == 2
    assert [m["right"] for m in group["members"]] == [1.0, 0.5, 0.0]
    assert [m["right_connectivity"] for m in group["members"]] == [1.0, 1.0, 0.0]
    assert [m["held_out"] for m in group["members"]] == [False, True, False]
