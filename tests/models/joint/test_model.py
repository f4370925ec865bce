"""What the joint model learns from: spectra that were measured, and those of a teacher."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from km3aid.data.batches import AS_RECORDED, Batch, CarbonBatch, PeakBatch, collate, cut_batch
from km3aid.models.build import build_model
from km3aid.models.config import JointConfig
from km3aid.models.losses import pair_within_classes
from km3aid.models.network import Encoded
from km3aid.models.tensors import on_device
from km3aid.molecules import featurise, parse_smiles
from km3aid.molecules.features import ATOM_COLUMNS

CONFIG = JointConfig(width=16, hidden=16, layers=2, graph_dim=8, node_dim=8, peak_width=16, configuration=True)


def carbons(shift_ppm, noise_ppm):
    n = len(shift_ppm)
    rows, zeros = torch.arange(n), torch.zeros(n, dtype=torch.long)
    return CarbonBatch(rows, zeros, torch.tensor(shift_ppm), zeros, rows, torch.tensor(noise_ppm))


def shift_loss(config, recorded, noise):
    predicted, log_scale = torch.tensor([20.0, 30.0]), torch.zeros(2)
    return float(
        build_model(config)._shift_loss(predicted, log_scale, carbons(recorded, noise), torch.ones(2, dtype=torch.bool))
    )


def test_a_teachers_shift_has_a_weight_and_noise_of_its_own():
    config = replace(CONFIG, taught_weight=0.5, taught_noise=2.0)
    measured, taught = 3.0, 4.0 / (1 + 2 * 0.5) + np.log(1 + 2 * 0.5)
    assert shift_loss(config, [23.0, 34.0], [0.0, 0.0]) == pytest.approx((3 + 4) / 2)
    assert shift_loss(config, [23.0, 34.0], [0.0, 0.5]) == pytest.approx((measured + 0.5 * taught) / 1.5)


def test_the_loss_does_not_ask_which_twin_is_which(small_data):
    torch.manual_seed(0)
    model, rows = build_model(CONFIG), np.arange(12)
    cut = cut_batch(small_data, rows, small_data.spectrum_offset[rows], AS_RECORDED, np.random.default_rng(0))
    batch = on_device(cut)
    shift = batch.carbons.shift_ppm + torch.randn(len(batch.carbons.shift_ppm))
    one_class = batch.carbons._replace(shift_ppm=shift, carbon_class=batch.carbons.molecule)
    swapped = one_class._replace(shift_ppm=shift[_reversed_within(batch.carbons.molecule)])
    losses = [model.losses(batch._replace(carbons=c)).shift.item() for c in (one_class, swapped)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    as_recorded = [batch._replace(carbons=c._replace(carbon_class=c.atom)) for c in (one_class, swapped)]
    apart = [model.losses(other).shift.item() for other in as_recorded]
    assert apart[0] != pytest.approx(apart[1], rel=1e-5)


GRAPH_LEVEL = {"spectrum", "spectrum_projection", "graph_projection", "graph_scale"}
NODE_LEVEL = {"peak", "node_projection", "node_scale"}


@pytest.mark.parametrize(("level", "asleep"), [("graph", GRAPH_LEVEL), ("node", NODE_LEVEL)])
def test_without_weight_a_level_rests_and_the_rest_learns_as_before(small_data, level, asleep):
    rows = np.arange(12)
    cut = cut_batch(small_data, rows, small_data.spectrum_offset[rows], AS_RECORDED, np.random.default_rng(0))
    whole, resting = (build_model(replace(CONFIG, **{f"{level}_weight": weight})) for weight in (0.3, 0.0))
    resting.load_state_dict(whole.state_dict())
    losses, other = (model.losses(on_device(cut)) for model in (whole, resting))
    full, less = ({name: x.item() for name, x in each._asdict().items()} for each in (losses, other))
    assert less[level] == 0 < full[level]
    assert less == pytest.approx({**full, level: 0, "total": full["total"] - 0.3 * full[level]}, rel=1e-6)
    other.total.backward()
    parts = {name.split(".")[0] for name, _ in resting.named_parameters()}
    assert {name.split(".")[0] for name, p in resting.named_parameters() if not p.requires_grad} == asleep
    assert {name.split(".")[0] for name, p in resting.named_parameters() if p.grad is not None} == parts - asleep
    assert torch.equal(resting.encode_spectra(on_device(cut).peaks), whole.encode_spectra(on_device(cut).peaks))


BUTANOL = [13.9, 19.0, 34.8, 62.6]  # CH3, three CH2


def told(recorded, predicted=BUTANOL, scale_ppm=1.0, noise_ppm=0.0, nats=6.0):
    """To which carbon of the second of two butanols each of its recorded shifts goes, some of which may be wrong."""
    graph = on_device(collate([featurise(parse_smiles("CCCCO").mol)] * 2))
    carbon = torch.tensor([0, 1, 2, 3, 5, 6, 7, 8])
    shift, molecule = torch.tensor([*BUTANOL, *recorded]), torch.arange(8) // 4
    carbons = CarbonBatch(carbon, molecule, shift, molecule, carbon, torch.full((8,), noise_ppm))
    of_atom = torch.zeros(len(graph.atoms)).index_copy(0, carbon, torch.tensor([*BUTANOL, *predicted]))
    encoded = Encoded(of_atom, of_atom, of_atom, torch.full_like(of_atom, scale_ppm).log())
    batch = Batch(graph, PeakBatch(torch.zeros(2, 4), carbon, carbon, carbon), carbons)
    chosen = build_model(replace(CONFIG, reassign_nats=nats))._reassigned(encoded, carbon, batch)
    assert chosen[:4].tolist() == [0, 1, 2, 3]
    return (chosen[4:] - 4).tolist()


def test_shifts_that_were_recorded_the_wrong_way_round_are_exchanged():
    assert told([13.9, 62.6, 34.8, 19.0]) == [0, 3, 2, 1]


@pytest.mark.parametrize(
    ("recorded", "more"),
    [
        (BUTANOL, {}),
        ([13.9, 22.0, 34.8, 70.0], {}),  # far off, but no other carbon explains them better
        ([62.6, 19.0, 34.8, 13.9], {}),  # between carbons with other hydrogens: these can be told apart
        ([13.9, 34.8, 19.0, 62.6], {"scale_ppm": 20.0}),  # a model that knows little
        ([13.9, 34.8, 19.0, 62.6], {"nats": 40.0}),
        ([13.9, 62.6, 34.8, 19.0], {"noise_ppm": 0.5}),  # a teacher is never the wrong way round
    ],
)
def test_other_shifts_stay_where_they_were_recorded(recorded, more):
    assert told(recorded, **more) == [0, 1, 2, 3]


def test_shifts_in_any_order_cost_no_more_than_in_that_order_or_as_the_model_has_them(small_data):
    rows = np.arange(len(small_data))
    cut = cut_batch(small_data, rows, small_data.spectrum_offset[rows], AS_RECORDED, np.random.default_rng(0))
    cut, model = on_device(cut), build_model(CONFIG)
    with torch.no_grad():
        predicted = model.encode(cut.graph).shift_ppm[cut.carbons.atom]
    hydrogens = cut.graph.atoms[cut.carbons.atom, list(ATOM_COLUMNS).index("hydrogens")]
    group = cut.carbons.molecule * 5 + hydrogens
    drawn = torch.rand(len(predicted), generator=torch.Generator().manual_seed(1)) * 180
    ordered = torch.empty_like(drawn)
    ordered[pair_within_classes(predicted, drawn, group)] = drawn
    careful = build_model(replace(CONFIG, reassign_nats=1e-3))
    careful.load_state_dict(model.state_dict())

    def loss(of, shift):
        carbons = cut.carbons._replace(shift_ppm=shift, carbon_class=cut.carbons.atom)
        return of.losses(cut._replace(carbons=carbons)).shift.item()

    assert loss(careful, drawn) < loss(model, drawn) - 0.01
    assert loss(careful, drawn) <= loss(model, ordered) + 1e-4


def _reversed_within(molecule):
    return torch.argsort(molecule * 1000 - torch.arange(len(molecule)))
