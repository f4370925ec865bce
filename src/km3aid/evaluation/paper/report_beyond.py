"""What the paper lacks, in the report: reliability, difficulty, and records that the model contradicts."""

from __future__ import annotations

from typing import Any

from km3aid.evaluation.paper.figures import line_chart
from km3aid.evaluation.paper.found import NOT_RUN, Found, each, percent, table

_NAMES = {"carbons": "carbons", "rings": "rings", "nearest_tanimoto": "Tanimoto to the nearest training molecule"}
_KINDS = {"per_carbon": "one peak per carbon", "distinct": "distinct peaks"}


_BASELINES = {
    "chance": "chance",
    "multiplicity": "attached hydrogens alone",
    "spheres_only": "spheres of known carbons",
    "spheres": "spheres and attached hydrogens",
}
_PREDICTED = {"carbon_count": "carbon count alone", "vector": "vector", "wasserstein": "Wasserstein"}
_SIZES = (100, 1000, 10_000, 100_000)


def sections(found: Found, drawings: dict[str, str]) -> str:
    """Sections on the bundled model and the baselines."""
    beyond = found.best("beyond")
    text = "## What the paper lacks\n\n" + _baselines(found)
    if not beyond:
        return f"{text}### More about `best`\n\n{NOT_RUN}\n"
    value = beyond[0]
    return text + _reliability(value, drawings) + _difficulty(value) + _contradicted(value)


def _baselines(found: Found) -> str:
    """Assignment and retrieval without learning, and a trained peer, beside `best`."""
    folds, best = found.folds("baselines", "", "baselines"), found.best("alignment")
    rows = [
        [
            title,
            *(percent(each(folds, "assignment", "by_kind", name, what)) for what in ("node", "one_to_one", "no_error")),
        ]
        for name, title in _BASELINES.items()
    ]
    rows.append(["CSP5 (trained, 3D conformers)", *[NOT_RUN] * 3])
    perfect = percent(each(best, "by_size", "all", "one_to_one", "perfect"))
    rows.append(["`best`", percent(each(best, "node")), percent(each(best, "one_to_one")), perfect])
    text = "### Baselines\n\n" + table(["assignment", "each peak alone", "one-to-one", "no error"], rows)
    if folds:
        mean, median = (folds[0]["assignment"][f"shift_{k}_error_ppm"] for k in ("mean", "median"))
        text += f"\nThe spheres predict shifts with a mean error of {mean:.2f} ppm and a median of {median:.2f} ppm.\n"
    rows = [
        [title, *(percent(each(folds, "retrieval", "shares", name, str(n), "by_key", "top_1")) for n in _SIZES)]
        for name, title in _PREDICTED.items()
    ]
    note = "\nRetrieval, top 1, one peak per carbon without multiplicity, by spectra predicted with the spheres:\n\n"
    return text + note + table(["similarity", "10²", "10³", "10⁴", "10⁵"], rows) + "\n"


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
    found = value["contradicted"]
    rows = [
        [str(r["nmrshiftdb2_id"]), f"{r['nats']:.0f}", "; ".join(_moved(m) for m in r["moved"][:3])] for r in found[:10]
    ]
    text = (
        f"### {len(found)} reference assignments that `best` contradicts most\n\nIn nats: how much dearer the "
        "recorded assignment is than the cheapest of the same peaks. Probable errors of the database, to be looked at; "
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
