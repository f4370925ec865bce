"""The molecules of the case studies are picked by rule, and drawn with what each method chose."""

import xml.etree.ElementTree as ElementTree

import numpy as np

from km3aid.engine import Engine
from km3aid.evaluation.node_level import logit_scores
from km3aid.molecules import parse_smiles
from km3aid.reproduction.measures.case_studies import (
    Candidate,
    engine_method,
    natural_product,
    study_cases,
    symmetric_aromatic,
)
from km3aid.reproduction.report.case_studies import case_drawing, wrong_choices


def candidate(smiles: str, *shifts: float) -> Candidate:
    molecule = parse_smiles(smiles)
    return Candidate(molecule, dict(zip(molecule.carbons, shifts, strict=True)) if shifts else {})


def test_symmetric_aromatic():
    assert symmetric_aromatic(candidate("Clc1ccc(C)cc1", 131, 128, 130.5, 136, 21, 130.5, 128))
    assert not symmetric_aromatic(candidate("Clc1ccc(C)cc1", 131, 114, 130.5, 136, 21, 130.5, 114))  # far apart
    assert not symmetric_aromatic(candidate("CC1CCCCC1", 22, 33, 35, 26, 26, 26, 35))


def test_natural_product():
    cholesterol = "C[C@H](CCCC(C)C)[C@H]1CC[C@@H]2[C@@]1(CC[C@H]3[C@H]2CC=C4[C@@]3(CC[C@@H](C4)O)C)C"
    assert natural_product(candidate(cholesterol))
    assert not natural_product(candidate("C1CC2CCC1C2"))


def test_a_study_counts_and_draws_wrong_choices(small_data, untrained_weights, monkeypatch):
    rules = (("4B", "any ring of six", lambda c: len(c.molecule.mol.GetRingInfo().AtomRings()) == 1, 2),)
    monkeypatch.setattr("km3aid.reproduction.measures.case_studies.RULES", rules)
    monkeypatch.setattr("km3aid.reproduction.measures.case_studies.PAPERS", {"4A": 7, "F.2A": 1_000_000})
    method = engine_method(Engine.load(untrained_weights, "cpu"), small_data, logit_scores)
    found = study_cases({"untrained": method}, small_data, np.arange(len(small_data)))
    ids = [s["nmrshiftdb2_id"] for s in found["studies"]]
    assert ids[0] == 7
    assert len(ids) == 3
    assert ids[1:] == sorted(ids[1:])
    assert (
        len(study_cases({"untrained": method}, small_data, np.arange(len(small_data)), by_rule=False)["studies"]) == 1
    )
    for study in found["studies"]:
        row = int(np.flatnonzero(small_data.record_id == study["nmrshiftdb2_id"])[0])
        start = int(small_data.value_offset[small_data.spectrum_offset[row]])
        size = int(small_data.atom_offset[row + 1] - small_data.atom_offset[row])
        recorded = small_data.shift_ppm[start : start + size]
        np.testing.assert_allclose(sorted(study["shift_ppm"]), np.sort(recorded[~np.isnan(recorded)]), atol=0.01)
        identity = list(range(len(study["carbons"])))
        assert wrong_choices(study, identity) == 0
        drawn = case_drawing({**study, "choices": {"right": identity, "model": study["choices"]["untrained"]}})
        ElementTree.fromstring(drawn)
        assert drawn.count("#d32f2f") == wrong_choices(study, study["choices"]["untrained"])
