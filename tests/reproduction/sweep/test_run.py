"""A sweep of tiny models on the CPU leaves everything that the tables are made of."""

import json

import numpy as np
import pytest
import torch
from tests.reproduction.test_units import SMALL

from km3aid.models.build import build_model
from km3aid.models.config import model_config
from km3aid.reproduction import units as paper_units
from km3aid.reproduction.plan import Plan
from km3aid.reproduction.sweep import run as sweep_run
from km3aid.reproduction.sweep import take as take_module
from km3aid.reproduction.sweep import waves
from km3aid.reproduction.sweep.files import read_archives, read_arrays, read_weights
from km3aid.reproduction.sweep.run import Sweep
from km3aid.reproduction.sweep.take import Taker
from km3aid.reproduction.sweep.waves import Wave
from km3aid.reproduction.tasks import MeasuredModel, measure_alignment
from km3aid.reproduction.variants import Variant
from km3aid.reproduction.workflow import Store, missing_units
from km3aid.training.validate import validate

TINY = Variant("k-m3aid", "K-M3AID", SMALL)
CENTRED = TINY.changed("centred", "centred", "model.peak_centre_ppm=90.0", "model.peak_unit_ppm=50.0")
SPLIT = TINY.changed("no-comm", "No Comm.", "model.channel=false")
WAVES = (
    Wave((((TINY, 0), (CENTRED, 1)), ((SPLIT, 0),)), 0.9, fused=1),
    Wave((((TINY._replace(name="broken", encoder="none"), 0),),), 1.0),
)


@pytest.fixture(scope="module")
def swept(small_source, small_data, tmp_path_factory):
    out = tmp_path_factory.mktemp("sweep")
    folder = small_data.atom_offset.filename.parent
    plan = Plan(folder, small_source[1], out, fast=False, epochs=3, pretrain_epochs=1, accelerator="cpu")
    log: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        for module in (sweep_run, waves):
            patch.setattr(module, "K_M3AID", TINY)
        patch.setattr(waves, "RICH", TINY._replace(encoder="rich"))
        patch.setattr(sweep_run, "RICH", TINY._replace(encoder="rich"))
        patch.setattr(sweep_run, "WEIGHTS_KEPT", ((CENTRED, 1), (SPLIT, 0)))
        patch.setattr(sweep_run, "_RESERVED_S", 0.0)
        Sweep(plan, out, 3.0, log.append).run(WAVES)
    return read_archives(out), log, plan


def test_every_model_leaves_its_history_and_its_figures(swept):
    found, _, _ = swept
    for name in ("fold-0/k-m3aid", "fold-1/centred", "fold-0/no-comm"):
        unit = json.loads(found[f"published-3/{name}.json"])
        assert unit["epochs"] == 3
        assert unit["history"]["epoch"] == [1, 2, 3]
        losses = unit["history"]["validation_loss"]
        assert unit["best_epoch"] == 1 + int(np.argmin(losses))
        arrays, nodes = (read_arrays(found[f"published-3/{name}{end}"]) for end in (".npz", ".nodes.npz"))
        assert len(arrays["alone"]) == unit["molecules"]["validation"] == len(nodes["one_to_one"])
        np.testing.assert_allclose(arrays["released"], nodes["released"], atol=0.34)
        assert (nodes["one_to_one"] <= 1).all()


def test_a_wave_that_fails_takes_no_other_with_it(swept):
    found, log, _ = swept
    assert not [name for name in found if "broken" in name]
    assert any("wave 2 failed" in line for line in log)
    assert log[-1].endswith("sweep ended")


def test_the_weights_are_those_of_the_best_epoch(swept, small_data):
    """A model built of the archives has the validation loss and the accuracies that the sweep saw."""
    found, _, _ = swept
    for name, encoder in (("fold-1/centred", None), ("fold-0/no-comm", "encoders/paper-0")):
        unit = json.loads(found[f"published-3/{name}.json"])
        weights = read_weights(found[f"published-3/{name}.weights.npz"])
        model = build_model(model_config(unit["model"]))
        if encoder is None:
            continue
        weights |= read_weights(found[f"{encoder}.weights.npz"])
        model.load_state_dict({n: torch.from_numpy(w) for n, w in weights.items()}, strict=False)
        fold_rows = waves.training_split(small_data, list(range(1, 65)), 0, "paper").validation
        rows = np.random.default_rng(0).permutation(fold_rows)
        seen = validate(model, small_data, rows, torch.device("cpu"), batch_size=51)
        line = {k: v[unit["best_epoch"] - 1] for k, v in unit["history"].items()}
        assert seen.loss == pytest.approx(line["validation_loss"], rel=2e-3)
        assert seen.graph_accuracy == pytest.approx(line["validation_spectrum_to_molecule"], abs=0.1)
        assert seen.node_accuracy == pytest.approx(line["validation_alone"], abs=0.05)


def test_what_was_swept_becomes_units_of_the_reproduction(swept, tmp_path, monkeypatch):
    _, _, plan = swept
    for name, value in {"EVERY_FOLD": (TINY, CENTRED, SPLIT), "TABLE_2": (TINY,), "STRICT": TINY}.items():
        monkeypatch.setattr(paper_units, name, value)
    for name in ("SHAPES", "UNLIKE_STRONG_PAIRS", "BESIDE"):
        monkeypatch.setattr(paper_units, name, ())
    monkeypatch.setattr(take_module, "CASE_VARIANTS", ())
    store = Store(tmp_path / "results", tmp_path / "locks")
    units = paper_units.paper_units(plan, store, [0, 1], lambda: False, print)
    names = Taker(plan, store, plan.work, print).take(units)
    assert {n for n in names if n.endswith("training")} == {
        "published-3/fold-0/k-m3aid/training",
        "published-3/fold-1/centred/training",
        "published-3/fold-0/no-comm/training",
    }
    assert not [n for n in missing_units(units, store) if n in names and "training" not in n]
    training = store.read("published-3/fold-0/no-comm/training")["result"]
    assert (training["epochs"], len(training["history"])) == (3, 3)
    assert training["best"]["validation_loss"] == min(h["validation_loss"] for h in training["history"])
    written = store.read("published-3/fold-0/no-comm/alignment")["result"]
    by_itself = measure_alignment(plan, MeasuredModel(plan.model_file(SPLIT, 0), True), 0)
    for name in ("node", "released", "one_to_one"):
        assert written[name] == pytest.approx(by_itself[name], abs=0.02)
    assert written["graph"].keys() == by_itself["graph"].keys()
    assert set(store.read("published-3/fold-0/no-comm/isomers")["result"]) == {"by_group"}
