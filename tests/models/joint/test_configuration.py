"""The encoder with relative configuration: mirror images are one, diastereomers are not, and order does not matter."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.molecules.configured import CHIRAL, DIASTEREOMERS, SYMMETRIC, mirrored, reordered

from km3aid.data.batches import collate as collate_arrays
from km3aid.models.build import build_model
from km3aid.models.checkpoint import read_model, start_from, write_model
from km3aid.models.config import JointConfig
from km3aid.models.joint.graph_encoder import Turns
from km3aid.models.tensors import on_device
from km3aid.molecules import carbon_classes, featurise, parse_smiles

CONFIG = JointConfig(width=32, hidden=40, layers=4, graph_dim=16, node_dim=16, peak_width=16, configuration=True)


def collate(graphs):
    return on_device(collate_arrays(graphs))


@pytest.fixture(scope="module")
def model():
    """Random weights, also where a new model starts from zeros."""
    torch.manual_seed(0)
    model = build_model(CONFIG).eval()
    with torch.no_grad():
        for layer in model.encoder.layers:
            layer.related.normal_(std=0.5)
            if layer.turns is not None:
                layer.turns.out.weight.normal_(std=0.5)
    return model


def encode(model, *mols):
    with torch.no_grad():
        return model.encode(collate([featurise(mol) for mol in mols]))


@pytest.mark.parametrize("smiles", CHIRAL)
def test_mirror_images_are_equal_to_the_last_bit(model, smiles):
    mol = parse_smiles(smiles).mol
    image = mirrored(mol)
    for one, other in zip(encode(model, mol), encode(model, image), strict=True):
        assert torch.equal(one, other)
    batch = collate([featurise(mol)])
    for one, other in zip(model.encode(batch), model.encode(collate([featurise(image)])), strict=True):
        assert torch.equal(one, other)  # also as it trains


@pytest.mark.parametrize("name", DIASTEREOMERS)
def test_diastereomers_differ_and_what_is_not_given_differs_from_both(model, name):
    one, other, flat = (encode(model, parse_smiles(s).mol).graph[0] for s in DIASTEREOMERS[name])
    for a, b in ((one, other), (one, flat), (other, flat)):
        assert float((a - b).abs().max()) > 1e-4


def test_without_the_switch_they_are_the_same_but_for_labels():
    blind = build_model(replace(CONFIG, configuration=False)).eval()
    cis, trans, _ = DIASTEREOMERS["4-tert-butylcyclohexanol"]
    assert torch.equal(*(encode(blind, parse_smiles(s).mol).graph for s in (cis, trans)))


@pytest.mark.parametrize("smiles", CHIRAL)
def test_permuting_atoms_changes_nothing(model, smiles):
    """Shifts are those of the same atoms, except that twins may change places."""
    mol, rng = parse_smiles(smiles).mol, np.random.default_rng(2)
    before, classes = encode(model, mol), carbon_classes(mol)
    for _ in range(4):
        order = rng.permutation(mol.GetNumAtoms())
        after = encode(model, reordered(mol, order))
        torch.testing.assert_close(after.graph, before.graph, rtol=1e-4, atol=1e-4)
        back = np.argsort(order)
        for carbons in classes:
            ours, theirs = before.shift_ppm[list(carbons.atoms)], after.shift_ppm[back[list(carbons.atoms)]]
            torch.testing.assert_close(theirs.sort().values, ours.sort().values, rtol=1e-5, atol=1e-3)


def test_twins_get_shifts_of_their_own(model):
    for smiles in ("CC(C)=CCO", "CC(C)[C@H](N)C(=O)O", "CC1(C)[C@H](O)CCC[C@H]1C"):
        shift = encode(model, parse_smiles(smiles).mol).shift_ppm
        assert abs(float(shift[0] - shift[2])) > 1e-3
    flat = encode(model, parse_smiles("CC(C)C(N)C(=O)O").mol).shift_ppm
    assert float(flat[0]) == pytest.approx(float(flat[2]), abs=1e-3)


@pytest.mark.parametrize("smiles", [*CHIRAL, *SYMMETRIC])
def test_carbons_of_one_class_get_one_shift_unless_it_splits(model, smiles):
    """The classes of `molecules.symmetry` part what configuration makes inequivalent, and nothing else does."""
    mol = parse_smiles(smiles).mol
    shift = encode(model, mol).shift_ppm
    for carbons in carbon_classes(mol):
        if not carbons.splits:
            alike = shift[list(carbons.atoms)]
            assert float(alike.max() - alike.min()) < 1e-3


def test_a_neighbour_molecule_changes_nothing(model):
    first, second = (parse_smiles(s).mol for s in (CHIRAL[0], CHIRAL[8]))
    together, alone = encode(model, first, second), encode(model, second)
    torch.testing.assert_close(together.graph[1], alone.graph[0], rtol=1e-5, atol=1e-5)


def test_exchanging_two_neighbours_turns_a_centre_round():
    torch.manual_seed(0)
    turns = Turns(8, 4)
    torch.nn.init.normal_(turns.out.weight)
    graph = collate([featurise(parse_smiles(DIASTEREOMERS["tartaric acid"][0]).mol)])
    x = torch.randn(len(graph.atoms), 8)
    exchanged = graph.turn_atoms.clone()
    exchanged[:, :2] = exchanged[:, :2].flip(1)
    told, other = turns(x, graph), turns(x, graph._replace(turn_atoms=exchanged))
    assert told.any()
    torch.testing.assert_close(other, -told)
    torch.testing.assert_close(turns(x, graph._replace(turn_sign=-graph.turn_sign)), -told)


def test_going_on_from_weights_without_configuration_changes_nothing_at_first(tmp_path):
    torch.manual_seed(1)
    old = build_model(replace(CONFIG, configuration=False)).eval()
    write_model(tmp_path / "old.safetensors", old, {})
    new = build_model(CONFIG).eval()
    start_from(new, tmp_path / "old.safetensors")
    flat = [parse_smiles(flat).mol for *_, flat in DIASTEREOMERS.values()]
    configured = [parse_smiles(s).mol for s in ("CC(C)=CCO", *DIASTEREOMERS["4-tert-butylcyclohexanol"][:2])]
    for mol in (*flat, *configured):
        for one, other in zip(encode(old, mol), encode(new, mol), strict=True):
            assert torch.equal(one, other)
    write_model(tmp_path / "new.safetensors", new, {})
    assert read_model(tmp_path / "new.safetensors").model.config.configuration
