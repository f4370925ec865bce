"""What the paper lacks, in the report: reliability, difficulty, and records that the model contradicts."""

from __future__ import annotations

from typing import Any

from km3aid.evaluation.paper.figures import line_chart
from km3aid.evaluation.paper.found import NOT_RUN, Found, table

_NAMES = {"carbons": "carbons", "rings": "rings", "nearest_tanimoto": "Tanimoto to the nearest training molecule"}
_KINDS = {"per_carbon": "one peak per carbon", "distinct": "distinct peaks"}


def sections(found: Found, drawings: dict[str, str]) -> str:
    """Sections on the bundled model and the baselines."""
    beyond = found.best("beyond")
    text = "## What the paper lacks\n\n"
    if not beyond:
        return text + NOT_RUN + "\n"
    value = beyond[0]
    return text + _reliability(value, drawings) + _difficulty(value) + _contradicted(value)


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
