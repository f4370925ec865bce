import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem
from tests.matching.compiled.unpacking import unpack_classes

import km3aid
from km3aid import Engine, Spectrum, read_spectra
from km3aid.errors import CheckpointError, ConfigError, LibraryMismatchError, MoleculeError, SpectrumFormatError
from km3aid.library import Filters, Library
from km3aid.spectra import parse_peaks, set_aside_solvent

EXAMPLES = Path(km3aid.__file__).parent / "examples"
ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
ASPIRIN_PEAKS = "170.2 169.8 151.3 134.9 132.5 126.2 124.0 122.2 21.0"
BUTANOLS = ["CCCCO", "CCC(C)O", "CC(C)CO", "CC(C)(C)O"]


def per_carbon(peaks):
    return replace(parse_peaks(peaks), one_per_carbon=True)


def test_aspirin_is_assigned_as_in_the_literature(engine):
    answer = engine.assign(ASPIRIN, parse_peaks(ASPIRIN_PEAKS))
    atoms = {a.shift_ppm: a.atoms for a in answer.assignments}
    assert atoms[151.3] == (4,)
    assert atoms[134.9] == (6,)
    assert atoms[132.5] == (8,)
    assert atoms[126.2] == (7,)
    assert atoms[21.0] == (0,)
    assert {atoms[170.2], atoms[169.8]} == {(10,), (1,)}
    assert answer.unassigned_peaks == answer.unobserved_atoms == ()


def test_atoms_follow_the_input_and_not_the_model(engine):
    """The same molecule written in another order, and with explicit hydrogens."""
    mol = Chem.MolFromSmiles(ASPIRIN)
    order = np.random.default_rng(3).permutation(mol.GetNumAtoms()).tolist()
    shuffled = Chem.MolToSmiles(Chem.RenumberAtoms(mol, order), canonical=False)
    spectrum = parse_peaks(ASPIRIN_PEAKS)
    plain, other = engine.assign(ASPIRIN, spectrum), engine.assign(shuffled, spectrum)
    match = Chem.MolFromSmiles(shuffled).GetSubstructMatch(mol)
    for a, b in zip(plain.assignments, other.assignments, strict=True):
        assert tuple(sorted(match[i] for i in a.atoms)) == b.atoms
    block = Chem.MolToMolBlock(Chem.AddHs(Chem.MolFromSmiles("OCC")))
    assert {a.atoms for a in engine.assign(block, parse_peaks("58 18")).assignments} == {(1,), (2,)}
    hydrogen_first = engine.assign("[H]OCC", parse_peaks("58 18"))
    assert [a.atoms for a in hydrogen_first.assignments] == [(2,), (3,)]


def test_one_peak_per_carbon_gives_every_peak_one_atom(engine):
    answer = engine.assign("CC(C)O", per_carbon("64.2D 25.3Q 25.3Q"))
    assert sorted(a.atoms for a in answer.assignments) == [(0,), (1,), (2,)]
    with pytest.raises(SpectrumFormatError, match="4 peaks but 3 carbons"):
        engine.assign("CC(C)O", per_carbon("64 25 25 77"))


def test_distinct_peaks_take_all_equivalent_carbons(engine):
    answer = engine.assign("CC(C)O", parse_peaks("64.2 25.3"))
    assert [a.atoms for a in answer.assignments] == [(1,), (0, 2)]


def test_a_missing_carbon_and_a_solvent_line_are_said(engine):
    peaks = [p for p in ASPIRIN_PEAKS.split() if p != "151.3"]
    answer = engine.assign(ASPIRIN, parse_peaks(" ".join([*peaks, "77.16"])))
    assert answer.unobserved_atoms == (4,)
    assert answer.unassigned_peaks == (8,)
    assert len(answer.warnings) == 2


def test_peaks_of_something_else_are_said_and_named(engine):
    spectrum = set_aside_solvent(parse_peaks("171.4 60.5 53.52 21.0 14.2 1.15"), "CDCl3")
    warnings = engine.assign("CCOC(C)=O", spectrum).warnings
    assert "6 peaks for 4 carbons: some are of something else, such as impurities or noise" in warnings
    assert "53.52 ppm, which fits no carbon, may be dichloromethane (in CDCl3)" in warnings
    assert not any("something else" in w for w in engine.assign("CCOC(C)=O", parse_peaks("171.4 60.5 21.0")).warnings)


def test_confidences_are_probabilities(engine):
    answer = engine.assign(ASPIRIN, parse_peaks(ASPIRIN_PEAKS))
    for a in answer.assignments:
        assert 0 <= a.confidence <= 1
        assert all(0 <= o.confidence <= 1 for o in a.alternatives)


def test_answers_are_plain_json(engine):
    spectrum = parse_peaks(ASPIRIN_PEAKS)
    for answer in (engine.assign(ASPIRIN, spectrum), engine.predict(ASPIRIN), engine.rank(BUTANOLS, spectrum)):
        assert json.loads(json.dumps(answer.to_dict())) == answer.to_dict()


def test_predicted_shifts_are_near_the_measured_ones(engine):
    carbons = engine.predict("CC(C)O").carbons
    assert {c.atoms: c.multiplicity for c in carbons} == {(0, 2): "Q", (1,): "D"}
    shift = {c.atoms: c.shift_ppm for c in carbons}
    assert shift[0, 2] == pytest.approx(25.3, abs=2)
    assert shift[(1,)] == pytest.approx(64.2, abs=3)


@pytest.mark.parametrize(
    ("peaks", "first"),
    [("62.3 34.9 19.1 13.9", 0), ("69.2 32.0 22.6 9.9", 1), ("69.7 30.8 18.9", 2), ("68.9 31.2", 3)],
)
def test_butanols_are_told_apart(engine, peaks, first):
    hits = engine.rank(BUTANOLS, parse_peaks(peaks))
    assert hits.hits[0].smiles == BUTANOLS[first]
    assert sum(h.probability for h in hits.hits) == pytest.approx(hits.present)
    assert [h.rank for h in hits.hits] == [1, 2, 3, 4]


def test_a_bad_candidate_is_a_warning(engine):
    hits = engine.rank(["CCO", "not a molecule"], parse_peaks("58 18"))
    assert hits.candidates == 1
    assert "candidate 2" in hits.warnings[0]
    with pytest.raises(MoleculeError, match="no candidate can be read"):
        engine.rank(["O", ")"], parse_peaks("58 18"))


@pytest.fixture(scope="module")
def small_library(engine, tmp_path_factory):
    path = tmp_path_factory.mktemp("library") / "lib"
    lines = [line.split(maxsplit=1) for line in (EXAMPLES / "compounds.smi").read_text().splitlines()]
    engine.build_library(((smiles, name) for smiles, name in lines), path)
    return Library.open(path)


@pytest.mark.parametrize("name", [p.stem for p in sorted(EXAMPLES.glob("*.txt"))])
def test_example_spectra_find_their_molecules(engine, small_library, name):
    (spectrum,) = read_spectra(str(EXAMPLES / f"{name}.txt"))
    hits = engine.search(spectrum, small_library, top=3)
    assert hits.hits[0].name == name
    assert hits.candidates == len(small_library)


def test_stored_predictions_are_those_of_the_model(one_model, small_library):
    (shard,) = small_library.shards
    stored = unpack_classes(shard.classes)
    for row in range(len(small_library)):
        carbons = one_model.predict(small_library.smiles(row)).carbons
        part = slice(stored.offset[row], stored.offset[row + 1])
        apart = np.abs(np.sort(stored.shift_ppm[part]) - sorted(c.shift_ppm for c in carbons))
        assert apart.mean() < 0.1  # a library is encoded in bfloat16 where that is faster
        assert sorted(stored.size[part].tolist()) == sorted(len(c.atoms) for c in carbons)


def test_filters_come_first(engine, small_library):
    spectrum = parse_peaks(ASPIRIN_PEAKS)
    hits = engine.search(spectrum, small_library, filters=Filters(formula="O4C9H8"))
    assert hits.hits[0].name == "aspirin"
    assert hits.candidates < len(small_library)
    mass = engine.search(spectrum, small_library, filters=Filters(mass_da=180.0423))
    assert mass.hits[0].name == "aspirin"
    none = engine.search(spectrum, small_library, filters=Filters(formula="C99H8"))
    assert none.hits == ()
    assert "no molecule" in none.warnings[0]


def test_another_models_library_is_refused(small_library, untrained_weights):
    other = Engine.load(untrained_weights, "cpu")
    with pytest.raises(LibraryMismatchError, match="build it again"):
        other.search(Spectrum.from_shifts([20.0]), small_library)


def test_embeddings_are_unit_vectors(engine):
    vectors = engine.embed(["CCO", "c1ccccc1"])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    with pytest.raises(MoleculeError, match="structure 2"):
        engine.embed(["CCO", "nothing"])


def test_an_engine_cannot_be_changed(engine):
    with pytest.raises(AttributeError):
        engine.matching = engine.matching.changed(scale_factor=9.0)
    assert len(repr(engine)) < 300


def test_a_candidate_may_be_a_mol_block(engine):
    spectrum = parse_peaks("69.7 30.8 18.9")
    blocks = [Chem.MolToMolBlock(Chem.AddHs(Chem.MolFromSmiles(s))) for s in BUTANOLS]
    plain = engine.rank([f" {s}\n" for s in BUTANOLS], spectrum, names=list("abcd")).hits
    mixed = engine.rank([BUTANOLS[0], *blocks[1:]], spectrum, names=list("abcd")).hits
    assert [h.smiles for h in plain] == [BUTANOLS["abcd".index(h.name)] for h in plain]
    assert [(h.name, h.smiles) for h in mixed] == [(h.name, h.smiles) for h in plain]
    np.testing.assert_allclose([h.score for h in mixed], [h.score for h in plain], atol=0.02)


def test_a_library_may_be_named_by_its_folder(engine, small_library, untrained_weights):
    spectrum = parse_peaks(ASPIRIN_PEAKS)
    hits = engine.search(spectrum, small_library).hits
    opened = engine.open_library(small_library.path)
    assert len(opened) == len(small_library)
    assert hits == engine.search(spectrum, opened).hits == engine.search(spectrum, small_library.path).hits
    assert hits == engine.search(spectrum, str(small_library.path)).hits
    with pytest.raises(LibraryMismatchError):
        Engine.load(untrained_weights, "cpu").open_library(small_library.path)


def test_a_missing_model_is_an_error(tmp_path):
    with pytest.raises(CheckpointError, match="no such model file"):
        Engine.load(tmp_path / "none.safetensors")


def test_pinned_peaks_stay_and_the_rest_moves_around_them(engine):
    spectrum = parse_peaks(ASPIRIN_PEAKS)
    free = engine.assign(ASPIRIN, spectrum)
    before = {a.peak: a.atoms for a in free.assignments}
    (home,) = before[4]
    answer = engine.assign(ASPIRIN, spectrum, pinned={3: [home]})
    after = {a.peak: a for a in answer.assignments}
    assert after[3].atoms == (home,)
    assert after[3].pinned
    assert after[3].confidence == 1
    assert after[4].atoms == before[3]
    assert answer.score < free.score
    block = Chem.MolToMolBlock(Chem.AddHs(Chem.MolFromSmiles("OCC")))
    pinned = engine.assign(block, per_carbon("58 18"), pinned={1: [1]})
    assert {a.peak: a.atoms for a in pinned.assignments} == {0: (2,), 1: (1,)}
    with pytest.raises(ConfigError, match="atom 0 is no"):
        engine.assign(block, parse_peaks("58 18"), pinned={1: [0]})


def test_a_solvent_line_is_taken_back_where_a_carbon_needs_it(engine):
    phenylacetylene = set_aside_solvent(parse_peaks("132.1 128.7 128.3 122.1 83.6 77.2"), "CDCl3")
    answer = engine.assign("C#Cc1ccccc1", phenylacetylene)
    assert {a.peak: a.atoms for a in answer.assignments}[5] == (0,)
    assert any("took back 77.2 ppm" in warning for warning in answer.warnings)
    aspirin = "170.2 169.8 151.3 134.9 132.5 126.2 124.0 122.2 77.2 21.0"
    answer = engine.assign("CC(=O)Oc1ccccc1C(=O)O", set_aside_solvent(parse_peaks(aspirin), "CDCl3"))
    assert answer.unassigned_peaks == ()
    assert 8 not in [a.peak for a in answer.assignments]
