"""What a model can know."""

import numpy as np

from km3aid.engine.familiar import Familiar, familiar
from km3aid.molecules import environments, featurise, parse_smiles


def known_from(*smiles, enough):
    graphs = [featurise(parse_smiles(s).mol) for s in smiles]
    keys = np.concatenate([environments(g.atoms, g.bonds, g.bond_codes) for g in graphs])
    owner = np.repeat(np.arange(len(graphs)), [len(g.atoms) for g in graphs])
    return familiar(owner, np.concatenate([g.atoms for g in graphs]), keys, enough)


def test_surroundings_count_once_for_each_molecule():
    known = known_from("CCCC", "CCO", enough=2)
    assert known.strange(parse_smiles("CCCC")) == (1, 2)  # two methylenes, in one molecule
    assert known.strange(parse_smiles("CCO")) == (1,)


def test_the_note_names_atoms_of_the_input_from_one():
    known = Familiar.of_header(known_from("CCCC", "CCO", enough=1).to_header())
    assert known.note(parse_smiles("CCCO")) == ()
    (note,) = known.note(parse_smiles("[Fe]CCC"))
    assert "atoms 2 (from 1)" in note


def test_without_a_table_nothing_is_said():
    assert Familiar.of_header({}) is None


def test_the_bundled_model_warns_of_what_it_never_saw(engine):
    for smiles, warned in (("[C-]#[O+]", True), ("[C-]#N", True), ("*C", True), ("[CH3]", True), ("CCO", False)):
        assert bool(engine.predict(smiles).warnings) is warned, smiles
    from km3aid import Spectrum

    spectrum = Spectrum.from_shifts([184.0])
    assert any("guesses" in text for text in engine.assign("[C-]#[O+]", spectrum).warnings)
    assert any("guesses" in text for text in engine.verify("[C-]#[O+]", spectrum).warnings)
