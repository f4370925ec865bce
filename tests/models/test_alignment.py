from dataclasses import replace

import numpy as np
import pytest
import torch

from km3aid.data.batches import AS_RECORDED, cut_batch, cut_peaks
from km3aid.models.build import build_model
from km3aid.models.config import JointConfig, KM3AIDConfig
from km3aid.models.k_m3aid.model import KM3AIDModel
from km3aid.models.tensors import on_device
from km3aid.training.validate import validate

JOINT = JointConfig(width=48, hidden=64, layers=3, graph_dim=32, node_dim=32, peak_width=32)
PAPER = KM3AIDConfig(
    layers=5, width=64, projection=256, dropout=0.0, projection_dropout=0.0, peak_unit_ppm=50.0, frozen_spectrum=False
)
VARIANTS = {
    "joint": JOINT,
    "knowledge-span": PAPER,
    "soft-span": replace(PAPER, tau1=0.1, tau2=1.0),
    "strong-pair": replace(PAPER, discrimination="strong-pair"),
    "weak-pair": replace(PAPER, discrimination="weak-pair", threshold_ppm=0.5),
    "no-channel": replace(PAPER, channel=False),
}


@pytest.fixture(params=VARIANTS)
def model(request):
    torch.manual_seed(0)
    return build_model(VARIANTS[request.param])


def batch_of(data, rows):
    rows = np.asarray(rows)
    return on_device(cut_batch(data, rows, data.spectrum_offset[rows], AS_RECORDED, np.random.default_rng(0)))


def fitted(model, data, rows, done, steps=1200):
    """What the model says of `rows` after training on them alone, as soon as `done` of it is true."""
    batch = batch_of(data, rows)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for step in range(steps):
        loss = model.train().losses(batch).total
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 25 == 24 and done(seen := validate(model, data, rows, torch.device("cpu"))):
            break
    return seen


def test_overfits_32_molecules_and_spectra(small_data, model):
    assert fitted(model, small_data, np.arange(32), lambda v: v.graph_accuracy == 1).graph_accuracy == 1


def test_overfits_32_carbons_and_peaks(small_data, model):
    rows = np.arange(12)
    assert len(batch_of(small_data, rows).carbons.atom) >= 32
    assert fitted(model, small_data, rows, lambda v: v.node_accuracy == 1).node_accuracy == 1


def test_the_shift_head_fits_32_molecules(small_data):
    torch.manual_seed(0)
    model = build_model(JOINT)
    seen = fitted(model, small_data, np.arange(32), lambda v: v.median_error_ppm < 5, steps=1500)
    assert seen.median_error_ppm < 5


def test_losses_are_the_weighted_terms(small_data):
    torch.manual_seed(0)
    batch = batch_of(small_data, np.arange(8))
    model = build_model(replace(PAPER, alpha=0.3)).eval().double()
    batch = batch._replace(
        peaks=batch.peaks._replace(shift_ppm=batch.peaks.shift_ppm.double()),
        carbons=batch.carbons._replace(shift_ppm=batch.carbons.shift_ppm.double()),
    )
    model.encoder.kind_vectors = model.encoder.kind_vectors.double()
    losses = model.losses(batch)
    torch.testing.assert_close(losses.total, 0.3 * losses.graph + 0.7 * losses.node)
    molecules, _ = model._embed(batch.graph)
    logits = model.encode_spectra(batch.peaks) @ molecules.T
    by_row, by_column = logits.log_softmax(1).diagonal(), logits.log_softmax(0).diagonal()
    torch.testing.assert_close(losses.graph, -(by_row.mean() + by_column.mean()) / 2)


def test_the_channel_is_shared_weights():
    shared, apart = (
        sum(p.numel() for p in KM3AIDModel(replace(PAPER, channel=c)).encoder.parameters()) for c in (1, 0)
    )
    assert shared == apart
    total = {c: sum(p.numel() for p in KM3AIDModel(replace(PAPER, channel=c)).parameters()) for c in (True, False)}
    assert total[False] == total[True] + shared


def test_stored_spectrum_features_give_the_same_loss(small_data):
    model = KM3AIDModel(replace(PAPER, frozen_spectrum=True)).eval()
    rows = np.arange(8)
    features = model.frozen_features(on_device(cut_peaks(small_data, rows, small_data.spectrum_offset[rows])))
    batch = batch_of(small_data, rows)
    torch.testing.assert_close(model.losses(batch, frozen=features).total, model.losses(batch).total)


def test_permuting_atoms_changes_nothing(small_data, model):
    model.eval()
    graph = batch_of(small_data, [3, 7, 20]).graph
    order = torch.cat([torch.randperm(int(n)) + int(s) for n, s in _blocks(graph)])
    back = torch.argsort(order)
    permuted = graph._replace(
        atoms=graph.atoms[order], edge_source=back[graph.edge_source], edge_target=back[graph.edge_target]
    )
    a, b = model.encode(graph), model.encode(permuted)
    torch.testing.assert_close(a.graph, b.graph)
    torch.testing.assert_close(a.shift_ppm[order], b.shift_ppm)


def _blocks(graph):
    sizes = torch.bincount(graph.atom_molecule)
    return zip(sizes, torch.cumsum(sizes, 0) - sizes, strict=True)


def test_permuting_peaks_changes_nothing(small_data, model):
    model.eval()
    peaks = batch_of(small_data, [3, 7, 20]).peaks
    flipped = type(peaks)(*(x.flip(1) for x in peaks))
    torch.testing.assert_close(model.encode_spectra(peaks), model.encode_spectra(flipped))


def test_padding_changes_nothing(small_data, model):
    model.eval()
    alone = model.encode_spectra(batch_of(small_data, [0]).peaks)
    among = model.encode_spectra(batch_of(small_data, [0, 33, 40]).peaks)
    torch.testing.assert_close(alone[0], among[0])
