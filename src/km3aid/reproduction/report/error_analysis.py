"""What the paper does not ask, in the report: baselines, reliability, difficulty, and contradicted records."""

from __future__ import annotations

from typing import Any

from km3aid.reproduction.report.charts import line_chart
from km3aid.reproduction.report.results import NOT_RUN, Results, each, percent, table

_NAMES = {"carbons": "carbons", "rings": "rings", "nearest_tanimoto": "Tanimoto to the nearest training molecule"}
_KINDS = {"per_carbon": "one peak per carbon", "distinct": "distinct peaks"}


_BASELINES = {
    "chance": "chance",
    "multiplicity": "attached hydrogens alone",
    "spheres_only": "HOSE codes",
    "spheres": "HOSE codes and attached hydrogens",
}
_PEERS = {
    "csp5": "CSP5",
    "precise_by_shifts": "the precise model, by shifts",
    "precise": "the precise model, as `assign`",
}
_ERRORS = ("mean", "median")
_PREDICTED = {"carbon_count": "carbon count alone", "vector": "vector", "wasserstein": "Wasserstein"}
_SIZES = (100, 1000, 10_000, 100_000)


def sections(results: Results, drawings: dict[str, str]) -> str:
    """Sections on the bundled model and the baselines."""
    analysis = results.best("beyond")
    text = "## What the paper lacks\n\n" + _baselines(results)
    if not analysis:
        return f"{text}### More about `best`\n\n{NOT_RUN}\n"
    value = analysis[0]
    return text + _reliability(value, drawings) + _difficulty(value) + _contradicted(value)


def _baselines(results: Results) -> str:
    """Assignment and retrieval without learning, beside `best`, and a trained peer."""
    folds, best = results.folds("baselines", "", "baselines"), results.best("alignment")
    rows = [
        [
            title,
            *(percent(each(folds, "assignment", "by_kind", name, what)) for what in ("node", "one_to_one", "no_error")),
        ]
        for name, title in _BASELINES.items()
    ]
    perfect = percent(each(best, "by_size", "all", "one_to_one", "perfect"))
    rows.append(["`best`", percent(each(best, "node")), percent(each(best, "one_to_one")), perfect])
    text = "### Baselines\n\n" + table(["assignment", "each peak alone", "one-to-one", "no error"], rows)
    if folds:
        mean, median = (folds[0]["assignment"][f"shift_{k}_error_ppm"] for k in ("mean", "median"))
        text += f"\nHOSE codes predict shifts with a mean error of {mean:.2f} ppm and a median of {median:.2f} ppm.\n"
    text += _peer(results)
    rows = [
        [title, *(percent(each(folds, "retrieval", "shares", name, str(n), "by_key", "top_1")) for n in _SIZES)]
        for name, title in _PREDICTED.items()
    ]
    note = (
        "\n### Retrieval without learning\n\nTop 1, one peak per carbon without multiplicity, by spectra predicted "
        "from HOSE codes:\n\n"
    )
    return text + note + table(["similarity", "10²", "10³", "10⁴", "10⁵"], rows) + "\n"


def _peer(results: Results) -> str:
    """CSP5 and the precise model on the same molecules."""
    text = "\n### A trained peer: CSP5\n\n"
    measured = results.folds("peer", "", "csp5")
    if not measured:
        return f"{text}{NOT_RUN}\n"
    value = measured[0]
    outside = value.get("outside_list")
    text += (
        "One peak per carbon with multiplicity, one thread, with 95 % intervals over molecules. CSP5 "
        f"{value['versions']['csp5']} predicts from one conformer and may have trained on these molecules, the "
        "precise model has not, but learned from CSP5's labels of others. By shifts: a peak costs its distance, and "
        "30 ppm for another number of attached hydrogens. In brackets: in batches.\n\n"
        + _compared(value, "validation molecules of fold 0")
    )
    return text + (_compared(outside, "molecules outside the paper's list") if outside else "")


def _compared(value: dict[str, Any], which: str) -> str:
    """What both make of some molecules."""
    rows = []
    for name, title in _PEERS.items():
        of = value[name]
        shares = [f"{100 * of['node']:.1f}", *(_between(of, what, 100, 1) for what in ("one_to_one", "no_error"))]
        errors = [f"{of[f'shift_{k}_error_ppm']:.2f}" if f"shift_{k}_error_ppm" in of else "" for k in _ERRORS]
        batches = f" ({of['molecules_per_s_in_batches']:,.0f})" if "molecules_per_s_in_batches" in of else ""
        rows.append([title, *errors, *shares, f"{of.get('molecules_per_s', '')}{batches}"])
    behind = ""
    if "precise_behind_ppm" in value:
        low, high = value["precise_behind_ppm_interval"]
        behind = (
            f" In the mean over molecules the precise model errs by {value['precise_behind_ppm']:.2f} ppm more "
            f"({low:.2f} to {high:.2f})."
        )
    head = ["predicted by", "mean error, ppm", "median", "each peak alone", "one-to-one", "no error", "molecules/s"]
    return (
        f"{value['molecules']} {which}; {value['not_predicted_by_peer']} further ones had no prediction by CSP5."
        f"{behind}\n\n{table(head, rows)}\n"
    )


def _between(of: dict[str, Any], what: str, times: float, digits: int) -> str:
    """A share with its interval where there is one."""
    text = f"{times * of[what]:.{digits}f}"
    low, high = of.get(f"{what}_interval", (None, None))
    return text if low is None else f"{text} ({times * low:.{digits}f}–{times * high:.{digits}f})"


def _reliability(value: dict[str, Any], drawings: dict[str, str]) -> str:
    curves = {
        _KINDS[kind]: [(100 * b["confidence"], 100 * b["right"]) for b in bins]
        for kind, bins in value["reliability"].items()
    }
    drawings["reliability.svg"] = line_chart({**curves, "ideal": [(0, 0), (100, 100)]}, "confidence, %", "right, %")
    rows = [
        [_KINDS[kind], str(b["peaks"]), f"{100 * b['confidence']:.1f}", f"{100 * b['right']:.1f}"]
        for kind, bins in value["reliability"].items()
        for b in bins
    ]
    head = ["spectrum", "assigned peaks", "mean confidence", "right"]
    picture = "![Confidence and share that is right](reproduction/reliability.svg)\n\n"
    return "### How far `best`'s confidence holds\n\n" + picture + table(head, rows) + "\n"


def _difficulty(value: dict[str, Any]) -> str:
    text = "### What makes a molecule hard for `best`\n\nOne-to-one accuracy and molecules without error.\n\n"
    for name, bins in value["difficulty"].items():
        rows = [
            [
                f"{b['from']:g} ≤ x < {b['below']:g}",
                str(b["molecules"]),
                f"{100 * b['accuracy']:.1f}",
                f"{100 * b['no_error']:.1f}",
            ]
            for b in bins
        ]
        text += table([_NAMES[name], "molecules", "accuracy", "no error"], rows) + "\n"
    return text


def _contradicted(value: dict[str, Any]) -> str:
    records = value["contradicted"]
    rows = [
        [str(r["nmrshiftdb2_id"]), f"{r['nats']:.0f}", "; ".join(_moved(m) for m in r["moved"][:3])]
        for r in records[:10]
    ]
    text = (
        f"### {len(records)} reference assignments that `best` contradicts most\n\nIn nats: how much more the "
        "recorded assignment costs than the cheapest of the same peaks. Probably errors of the database, worth a look; "
        "the whole list with SMILES is in the unit `best/fold-0/beyond`. The first ten:\n\n"
    )
    return (
        text
        + table(["nmrshiftdb2 id", "nats", "peak: recorded at (predicted there) → model (predicted there)"], rows)
        + "\n"
    )


def _moved(m: dict[str, Any]) -> str:
    return (
        f"{m['shift_ppm']:g}: {m['recorded_atom']} ({m['predicted_there_ppm']:g}) → "
        f"{m['model_atom']} ({m['predicted_here_ppm']:g})"
    )
