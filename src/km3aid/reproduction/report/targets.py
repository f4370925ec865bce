"""Tables C.2 and what follows from it: targets that are those of strong pairs, targets that guide, and conditioning."""

from __future__ import annotations

from typing import Any

from km3aid.reproduction.measures.alignment import NODE_METRICS
from km3aid.reproduction.measures.targets import RESOLUTION_PPM, neighbour_weight
from km3aid.reproduction.published import TABLE_C2
from km3aid.reproduction.report.accuracy import FIGURES, METRICS, epochs_of
from km3aid.reproduction.report.charts import line_chart
from km3aid.reproduction.report.differences import SAME
from km3aid.reproduction.report.results import NOT_RUN, Results, each, percent, table
from km3aid.reproduction.variants import (
    BY_KIND_RICH,
    CONDITIONED,
    CONDITIONED_RICH,
    EQUATION_5,
    GUIDED,
    K_M3AID,
    RELEASED,
    RICH,
    SEEDED,
    SP_ID,
    SP_RELEASED,
    TEMPERATURES,
    temperature_variant,
)

_PROOF = """In the knowledge-guided target (eq. 10) a carbon Δ ppm away weighs exp(−τ2 (1/τ1 − 1/(Δ + τ1))) beside 1 for
one of the same shift. Shifts are recorded to 0.01 ppm, so that the largest of these weights is that of Δ = 0.01: at the
published τ1 = 10⁻⁵, τ2 = 10 it is e^(−999,001), and the target *is* that of strong pairs with rows that sum to 1. The
column "nearest" holds this weight for every point of the table, "difference" the largest difference of any two weights
of both targets, computed on the shifts of training molecules. Where it is lost in rounding, the row is the same model
as τ1 = 10⁻⁵, τ2 = 10 and needs no training: it is marked "=".

"""


def table_c2(results: Results, drawings: dict[str, str]) -> str:
    """The proof and the table."""
    found: list[dict[str, Any]] = next(
        (u["result"]["points"] for name, u in results.units.items() if name.startswith("targets/")), []
    )
    known = {(p["tau1"], p["tau2"]): p for p in found}
    rows = []
    for n, (tau1, tau2) in enumerate(TEMPERATURES):
        graph, node = TABLE_C2[tau1][n % 5]
        point = known.get((tau1, tau2))
        same = point is not None and point["largest_difference"] < SAME
        difference = NOT_RUN if point is None else f"{point['largest_difference']:.1e}"
        near = neighbour_weight(float(tau1), float(tau2), RESOLUTION_PPM)
        name = "k-m3aid" if same else temperature_variant(tau1, tau2).name
        cells = [_pair(results, schedule, name, same) for schedule in results.schedules]
        rows.append([tau1, tau2, f"{near:.0e}" if near else "< 1e-300", difference, f"{graph} / {node}", *cells])
    drawings["targets.svg"] = line_chart(_kernels(), "Δ, ppm", "weight, % of that of the same shift")
    head = ["τ1", "τ2", "nearest", "difference", "paper", *results.schedules]
    text = "## Table C.2: τ1 and τ2\n\n" + _PROOF + table(head, rows)
    text += f"\nGraph level / node level, the release's metric, fold 0.\n\n![Targets]({FIGURES}/targets.svg)\n\n"
    return text + _twins(results) + _seeds(results)


def _pair(results: Results, schedule: str, variant: str, same: bool) -> str:
    folds = results.folds(schedule, variant, "alignment")[:1]
    if not folds:
        return NOT_RUN
    pair = f"{percent(each(folds, 'graph', 'spectrum_to_molecule'))} / {percent(each(folds, 'released'))}"
    return f"= {pair}" if same else pair


def _kernels() -> dict[str, list[tuple[float, float]]]:
    """The weight of a neighbour against its distance, by each target that is shown."""
    at = [n / 50 for n in range(251)]
    curves = {"strong pairs, K-M3AID": [(x, 100.0 * (x == 0)) for x in at]}
    for tau1, tau2 in ((0.1, 10.0), (1.0, 12.0), (3.0, 40.0)):
        curves[f"τ1 = {tau1:g}, τ2 = {tau2:g}"] = [(x, 100 * neighbour_weight(tau1, tau2, x)) for x in at]
    for width in (0.3, 1.0):
        curves[f"Laplace, {width:g} ppm"] = [(x, 100 * 2.718281828459045 ** (-x / width)) for x in at]
    return curves


def _twins(results: Results) -> str:
    """Whether K-M3AID and SP-ID, from the same seed and spectrum encoder, trained alike to the last digit."""
    pairs = [
        (a["history"], b["history"])
        for schedule in results.schedules
        for a, b in zip(*(results.folds(schedule, v.name, "training") for v in (K_M3AID, SP_ID)), strict=False)
    ]
    if not pairs:
        return ""
    same = sum(a == b for a, b in pairs)
    return (
        f"Where both were trained, K-M3AID and row-normalised SP-ID had the same losses and accuracies in every epoch, "
        f"to the last digit, in {same} of {len(pairs)} folds.\n\n"
    )


def _seeds(results: Results) -> str:
    rows = []
    for schedule in results.schedules:
        for variant in (K_M3AID, SP_RELEASED, *SEEDED):
            folds = results.folds(schedule, variant.name, "alignment")[:1]
            if folds:
                rows.append([f"{variant.title} ({schedule})", *_figures(folds)])
    if not rows:
        return ""
    head = ["fold 0", "graph", *(f"node, {m}" for m in METRICS.values()), "no error, release's"]
    return "The same training from other seeds: the noise that the spread of the paper's table is made of.\n\n" + table(
        head, rows
    )


_GUIDANCE = """## Targets that guide, and an input that can be learned

To guide, a target has to give weight to carbons that are close but not equal: τ2/τ1 above 12 keeps far ones out, and a
width τ1²/τ2 of about a tenth of a ppm or more lets near ones in. *Laplace*: exp(−|Δ|/width). *By kind*: the width is
the mean difference of such a carbon's shifts between two spectra of one molecule (0.4 to 0.6 ppm by attached hydrogens
and hybridisation), and carbons of other multiplicity weigh nothing. *Centred*: the peak encoder sees (δ − 90)/50 in
place of δ, the same class of functions, whose kinks then lie where shifts are. *Better pretrained*: the spectrum
encoder has seen all molecules of nmrshiftdb2 that share no connectivity with the block, for 80 epochs, with 0.1 ppm of
noise and 4 % of the peaks lost. One training each on fold 0; for the noise see above.

"""


def guidance(results: Results) -> str:
    """Targets that guide, and what else was changed."""
    rows = []
    for schedule in results.schedules:
        for variant in (K_M3AID, *RELEASED, *GUIDED, CONDITIONED, RICH, CONDITIONED_RICH, BY_KIND_RICH, EQUATION_5):
            folds = results.folds(schedule, variant.name, "alignment")[:1]
            if folds:
                title = f"{variant.title} ({schedule})"
                rows.append([title, epochs_of(results, schedule, variant.name), *_figures(folds)])
    head = ["model", "epochs", "graph", *(f"node, {m}" for m in METRICS.values()), "no error, release's"]
    return _GUIDANCE + (table(head, rows) if rows else NOT_RUN + "\n")


def _figures(folds: list[dict[str, Any]]) -> list[str]:
    return [
        percent(each(folds, "graph", "spectrum_to_molecule")),
        *(percent(each(folds, metric)) for metric in NODE_METRICS),
        percent(each(folds, "by_size", "all", "released", "perfect")),
    ]
