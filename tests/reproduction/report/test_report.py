import json

import pytest

from km3aid.reproduction.report.report import build_report
from km3aid.reproduction.report.results import Results


def write(folder, name, result):
    path = folder / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"result": result}))


def training(loss):
    epoch = {"epoch": 1, "loss": loss, "validation_node_accuracy": 0.5}
    return {
        "epochs": 1,
        "history": [epoch],
        "seconds_per_epoch": 1.0,
        "device": "CPU",
        "matmul_precision": "highest",
    }


@pytest.mark.parametrize(("loss", "folds"), [(2.0, "1 of 1"), (2.0 + 1e-12, "0 of 1")])
def test_variants_that_trained_alike_to_the_last_digit_are_named(tmp_path, loss, folds):
    write(tmp_path, "fast-1/fold-0/k-m3aid/training", training(2.0))
    write(tmp_path, "fast-1/fold-0/sp-id/training", training(loss))
    text, _ = build_report(Results.read(tmp_path))
    assert f"in {folds} folds" in text


def test_the_peer_stands_beside_the_bundled_model(tmp_path):
    shares = {"node": 0.9, "one_to_one": 0.95, "no_error": 0.79}
    errors = {"shift_mean_error_ppm": 0.759, "shift_median_error_ppm": 0.25}
    result = {
        "versions": {"csp5": "0.3.1"},
        "molecules": 297,
        "not_predicted_by_peer": 3,
        "csp5": {**shares, **errors, "molecules_per_s": 10.0},
        "best_by_shifts": {**shares, **errors, "molecules_per_s": 200.0, "molecules_per_s_in_batches": 1500.0},
        "best": shares,
    }
    write(tmp_path, "peer/fold-0/csp5", result)
    text, _ = build_report(Results.read(tmp_path))
    assert "| CSP5 | 0.76 | 0.25 | 90.0 | 95.0 | 79.0 | 10.0 |" in text
    assert "| 200.0 (1,500) |" in text
    assert "297 validation molecules" in text
