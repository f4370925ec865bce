import json

import pytest

from km3aid.reproduction.report.report import build_report
from km3aid.reproduction.report.results import Results


def write(folder, name, result):
    path = folder / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"result": result}))


SHARES = {"perfect": 0.5, "at_least_80": 0.6, "histogram": [1] * 10}
BANDS = ("all", "under_10", "10_to_20", "over_20")


def alignment(graph, node):
    by_size = {band: {"node": SHARES, "released": SHARES, "one_to_one": SHARES} for band in BANDS}
    shares = {"node": node - 0.02, "released": node, "one_to_one": node + 0.01}
    return {"graph": {"spectrum_to_molecule": graph}, **shares, "by_size": by_size}


def verdict(text, claim):
    row = next(line for line in text.splitlines() if line.startswith(f"| {claim}"))
    return [cell.strip() for cell in row.split("|")[2:-1]]


@pytest.mark.parametrize(
    ("better", "says"),
    [
        ([0.01, 0.011, 0.012], "confirmed"),
        ([0.01, -0.02, 0.01], "within noise"),
        ([0.01, 0.02, 0.03], "within noise"),  # 3.5 standard errors, which by three folds are 93 %
        ([-0.01] * 3, "refuted"),
    ],
)
def test_the_verdict_on_the_channel_weighs_the_difference_against_its_spread(tmp_path, better, says):
    for fold, more in enumerate(better):
        write(tmp_path, f"published-200/fold-{fold}/no-comm/alignment", alignment(0.9, 0.9))
        write(tmp_path, f"published-200/fold-{fold}/k-m3aid/alignment", alignment(0.9 + more, 0.9))
    text, _ = build_report(Results.read(tmp_path))
    paper, here, found = verdict(text, "the channel helps the graph level")
    assert (paper, found) == ("+0.9", says)
    assert here.endswith("(3 folds)")
    assert text.index("The verdicts") < text.index("Table 1")


def test_one_fold_is_judged_by_the_spread_over_seeds(tmp_path):
    write(tmp_path, "published-200/fold-0/no-comm/alignment", alignment(0.88, 0.9))
    write(tmp_path, "published-200/fold-0/k-m3aid/alignment", alignment(0.9, 0.9))
    assert verdict(build_report(Results.read(tmp_path))[0], "the channel helps")[2] == "one training each: undecided"
    write(tmp_path, "published-200/fold-0/k-m3aid-seed-43/alignment", alignment(0.904, 0.9))
    found = verdict(build_report(Results.read(tmp_path))[0], "the channel helps")
    assert found[1:] == ["+2.2 ± 0.3 (1 fold, 2 and 1 trainings)", "two trainings tell little of the noise: undecided"]
    write(tmp_path, "published-200/fold-0/k-m3aid-seed-44/alignment", alignment(0.902, 0.9))
    found = verdict(build_report(Results.read(tmp_path))[0], "the channel helps")
    assert found[1:] == ["+2.2 ± 0.2 (1 fold, 3 and 1 trainings)", "confirmed"]
    write(tmp_path, "published-200/fold-0/k-m3aid-seed-44/alignment", alignment(0.916, 0.9))
    found = verdict(build_report(Results.read(tmp_path))[0], "the channel helps")
    assert found[1:] == ["+2.7 ± 1.0 (1 fold, 3 and 1 trainings)", "within noise"]


def test_what_one_schedule_leaves_open_is_told_of_another(tmp_path):
    for schedule, away in (("published-200", 0.0), ("fast-60", 0.05)):
        write(tmp_path, f"{schedule}/fold-0/k-m3aid/alignment", alignment(0.9, 0.9))
        write(tmp_path, f"{schedule}/fold-0/no-comm/alignment", alignment(0.88 - away, 0.9))
    write(tmp_path, "fast-60/fold-0/laplace-1/alignment", alignment(0.9, 0.93))
    claim = "targets that really guide help, node"
    found = verdict(build_report(Results.read(tmp_path))[0], claim)
    assert found[1:] == ["+3.0 (1 fold), fast-60", "one training each: undecided"]
    for seed, graph in ((43, 0.904), (44, 0.902)):
        write(tmp_path, f"published-200/fold-0/k-m3aid-seed-{seed}/alignment", alignment(graph, graph))
    text, _ = build_report(Results.read(tmp_path))
    assert verdict(text, claim)[1:] == ["+3.0 ± 0.3 (1 fold, noise of published-200), fast-60", "confirmed"]
    assert verdict(text, "the channel helps")[1:] == ["+2.2 ± 0.2 (1 fold, 3 and 1 trainings)", "confirmed"]


def test_what_did_not_run_stands_in_table_1_once(tmp_path):
    for schedule in ("fast-60", "published-200"):
        write(tmp_path, f"{schedule}/fold-0/k-m3aid/alignment", alignment(0.9, 0.9))
    rows = build_report(Results.read(tmp_path))[0].split("## Table 1")[1].split("## ")[0].splitlines()
    assert [row.split(" | ")[0] for row in rows if row.startswith("| No Comm.")] == ["| No Comm. (published-200)"]


def test_points_with_the_targets_of_strong_pairs_are_filled_by_identity(tmp_path):
    point = {"tau1": "1e-5", "tau2": "1e2", "largest_difference": 0.0, "nearest_weight": 0.0}
    other = {"tau1": "1e-1", "tau2": "1e1", "largest_difference": 1.4e-3, "nearest_weight": 1e-4}
    write(tmp_path, "targets/fold-0/strong-pairs", {"points": [point, other]})
    write(tmp_path, "published-200/fold-0/k-m3aid/alignment", alignment(0.9, 0.89))
    text, _ = build_report(Results.read(tmp_path))
    assert "| 1e-5 | 1e2 | < 1e-300 | 0.0e+00 | 95.0 / 89.5 | = 90.0 / 89.0 |" in text
    assert "| 1e-1 | 1e1 | 1e-04 | 1.4e-03 | 94.9 / 89.6 | not run |" in text


def test_isomers_are_counted_as_published_and_held_out(tmp_path):
    for fold in (0, 1):
        members = [
            {"right": 1.0, "held_out": fold == 0},
            {"right": 0.5, "held_out": fold == 1},
            {"right": 0.0, "held_out": False},
        ]
        write(
            tmp_path,
            f"published-200/fold-{fold}/k-m3aid/isomers",
            {"by_group": [{"formula": "C4H6O", "members": members}]},
        )
    text, _ = build_report(Results.read(tmp_path))
    published, held_out = text.split("Held out (published-200)")
    assert "| C4H6O | 15 | 100.0 | 50.0 (of 3) |" in published
    assert "| C4H6O | 15 | 100.0 | 75.0 (of 2) |" in held_out


@pytest.mark.parametrize(("loss", "folds"), [(2.0, "1 of 1"), (2.0 + 1e-12, "0 of 1")])
def test_variants_that_trained_alike_to_the_last_digit_are_named(tmp_path, loss, folds):
    for name, of in (("k-m3aid", 2.0), ("sp-id", loss)):
        run = {"epochs": 1, "history": [{"epoch": 1, "loss": of}], "seconds_per_epoch": 1.0, "device": "CPU"}
        write(tmp_path, f"fast-1/fold-0/{name}/training", run)
    text, _ = build_report(Results.read(tmp_path))
    assert f"in {folds} folds" in text


def test_the_peer_stands_beside_the_precise_model(tmp_path):
    shares = {"node": 0.9, "one_to_one": 0.95, "no_error": 0.79}
    errors = {"shift_mean_error_ppm": 0.759, "shift_median_error_ppm": 0.25}
    result = {
        "versions": {"csp5": "0.3.1"},
        "molecules": 297,
        "not_predicted_by_peer": 3,
        "csp5": {**shares, **errors, "molecules_per_s": 10.0},
        "precise_by_shifts": {**shares, **errors, "molecules_per_s": 200.0, "molecules_per_s_in_batches": 1500.0},
        "precise": shares,
    }
    write(tmp_path, "peer/fold-0/csp5", result)
    text, _ = build_report(Results.read(tmp_path))
    assert "| CSP5 | 0.76 | 0.25 | 90.0 | 95.0 | 79.0 | 10.0 |" in text
    assert "| 200.0 (1,500) |" in text
    assert "297 validation molecules" in text


def test_intervals_and_what_the_list_leaves_out_are_told_where_they_are_known(tmp_path):
    shares = {"node": 0.9, "one_to_one": 0.95, "no_error": 0.79, "no_error_interval": [0.77, 0.81]}
    of = {
        "molecules": 219,
        "not_predicted_by_peer": 0,
        "precise_behind_ppm": 0.27,
        "precise_behind_ppm_interval": [0.2, 0.31],
    }
    of |= dict.fromkeys(("csp5", "precise_by_shifts", "precise"), shares)
    write(tmp_path, "peer/fold-0/csp5", {"versions": {"csp5": "0.3.1"}, **of, "outside_list": of})
    text, _ = build_report(Results.read(tmp_path))
    assert text.count("errs by 0.27 ppm more (0.20 to 0.31)") == 2
    assert "| 90.0 | 95.0 | 79.0 (77.0–81.0) |" in text
    assert "219 molecules outside the paper's list" in text
