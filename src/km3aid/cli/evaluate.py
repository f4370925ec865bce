"""`km3aid evaluate`: figures on a validation block as JSON."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from km3aid.cli import reproduce
from km3aid.cli.groups import grouped
from km3aid.cli.options import ModelOptions, OutOption
from km3aid.engine.bundled import identity_of
from km3aid.errors import ConfigError
from km3aid.files import check_writable, write_output

if TYPE_CHECKING:
    from collections.abc import Mapping

    from km3aid.evaluation.block import ValidationBlock
    from km3aid.evaluation.literature import Lines

app = typer.Typer(help="Measure a model on a validation block.", no_args_is_help=True)
app.command("paper")(reproduce.reproduce)
app.command("report")(reproduce.report)
app.command("sweep")(reproduce.sweep)
app.command("take")(reproduce.take)
LinesOption = Annotated[Path, typer.Option("--literature", help="JSON lines with the keys report and smiles.")]
LibraryOption = Annotated[Path, typer.Option("--library", help="Folder written by `library build`.")]


@dataclass(frozen=True)
class Measurement:
    """Which molecules are measured, and where the figures go."""

    data: reproduce.DataOption
    paper_ids: reproduce.IdsOption
    fold: Annotated[int, typer.Option("--fold", help="Validation block, 0 to 4.")] = 0
    out: OutOption = None

    def open(self) -> ValidationBlock:
        """Open the block; raises `ConfigError` where the figures could not be written."""
        from km3aid.evaluation.block import open_validation_block

        if self.out is not None:
            check_writable(self.out)
        return open_validation_block(self.data, self.paper_ids, self.fold)

    def write(self, task: str, result: dict[str, Any], identity: Mapping[str, str]) -> None:
        """Write the figures with what they depend on and the call, without the folders that it happened in."""
        command = " ".join(["km3aid", *(a.rsplit("/", 1)[-1] for a in sys.argv[1:])])
        value = {"task": task, "fold": self.fold, **identity, "command": command, **result}
        text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
        if self.out is None:
            print(text, end="")
        else:
            write_output(self.out, text.encode())


@app.command()
@grouped
def validation(of: Measurement, model: ModelOptions) -> None:
    """Graph-level accuracy in batches of 128."""
    from km3aid.evaluation.graph_level import match_in_batches

    engine, (data, rows, _) = model.engine(), of.open()
    of.write("validation", match_in_batches(engine, data, rows).summary(), engine.identity)


@app.command()
@grouped
def assignment(of: Measurement, model: ModelOptions) -> None:
    """Node-level, one-to-one and distinct-peak assignment, calibration and the error of predicted shifts."""
    from km3aid.evaluation.assignment import coverage, evaluate_assignment
    from km3aid.evaluation.block import outside_list
    from km3aid.evaluation.cases import make_cases
    from km3aid.evaluation.definitions import by_definition

    engine, block = model.engine().precise, of.open()
    cases = list(make_cases(engine, block.data, block.rows))
    others = list(make_cases(engine, block.data, outside_list(block, of.paper_ids)))
    result = {**evaluate_assignment(engine, cases), "by_definition": by_definition(engine, cases)}
    result["outside_the_list"] = None
    if others:
        within = {
            "coverage": coverage(others, engine.matching),
            "coverage_in_order": coverage(others, engine.matching, in_order=True),
        }
        result["outside_the_list"] = {"molecules": len(others), **by_definition(engine, others), **within}
    of.write("assignment", result, engine.identity)


@app.command()
@grouped
def isomers(of: Measurement, model: ModelOptions, members: int = 10) -> None:
    """Rank every spectrum against the molecules of the same formula, in groups of ten and more."""
    from km3aid.evaluation.cases import make_cases
    from km3aid.evaluation.isomers import evaluate_isomers

    engine, (data, rows, _) = model.engine().precise, of.open()
    result = evaluate_isomers(engine, data, list(make_cases(engine, data, rows)), members)
    of.write("isomers", result, engine.identity)


@app.command()
@grouped
def diastereomers(
    of: Measurement,
    model: ModelOptions,
    weights: Annotated[
        Path | None, typer.Option("--weights", help="Weights to write that carry what was fitted.")
    ] = None,
) -> None:
    """Tell measured diastereomers apart whose connectivity never trained, and fit how sure that is."""
    from km3aid.evaluation.calibration import write_calibrated
    from km3aid.evaluation.diastereomers import evaluate_diastereomers

    engine, (data, _, split) = model.engine().precise, of.open()
    told, result = evaluate_diastereomers(engine, data, split)
    if weights is not None:
        write_calibrated(engine, engine.matching, weights, told={"configurations": told.to_dict()})
    of.write("diastereomers", result, engine.identity)


@app.command()
@grouped
def retrieval(of: Measurement, model: ModelOptions, library: LibraryOption, queries: int = 500) -> None:
    """Find validation molecules in a library, without a formula."""
    import numpy as np

    from km3aid.evaluation.cases import make_cases
    from km3aid.evaluation.retrieval import evaluate_retrieval
    from km3aid.library import Library

    engine, (data, rows, _) = model.engine(), of.open()
    chosen = np.sort(np.random.RandomState(0).permutation(rows)[:queries])
    result = evaluate_retrieval(engine, data, list(make_cases(engine, data, chosen)), Library.open(library))
    of.write("retrieval", result, identity_of(engine))


@app.command()
@grouped
def literature(of: Measurement, model: ModelOptions, library: LibraryOption, lines: LinesOption) -> None:
    """Find the molecules of real lines from papers, every other line of the file: the half not fitted on."""
    from km3aid.evaluation.literature import evaluate_literature
    from km3aid.library import Library

    engine, block = model.engine(), of.open()
    result = evaluate_literature(engine, Library.open(library), _read_lines(lines, block))
    of.write("literature", result, identity_of(engine))


@app.command()
@grouped
def trust(
    of: Measurement,
    model: ModelOptions,
    lines: LinesOption,
    libraries: Annotated[list[Path], typer.Option("--library", help="Folder written by `library build`; repeatable.")],
    weights: Annotated[Path, typer.Option("--weights", help="File to write.")],
    molecules: int = 800,
) -> None:
    """Fit presence and verification, report both, and write weights that carry their constants.

    These are the precise model's where there is one, and the searches those of both.
    """
    from km3aid.evaluation.calibration import write_calibrated
    from km3aid.evaluation.trust import fit_trust
    from km3aid.library import Library

    engine, block = model.engine(), of.open()
    opened = [Library.open(path, engine.model_sha256) for path in libraries]
    real = _read_lines(lines, block)
    fitted = fit_trust(engine, block, opened, real, molecules, lambda text: print(text, file=sys.stderr, flush=True))
    write_calibrated(engine.precise, engine.precise.matching, weights, told=fitted.to_header())
    of.write("trust", fitted.report, identity_of(engine))


@app.command()
def average(
    models: Annotated[list[Path], typer.Argument(help="Model files, the one that libraries are built with first.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write.")],
    disagreement: Annotated[
        float,
        typer.Option("--disagreement", min=0, help="Widening of a shift's scale per ppm of the models' difference."),
    ] = 0.3,
) -> None:
    """Write a model whose shifts are the mean of several models' and all else the first one's."""
    from km3aid.models.averaging import average_files
    from km3aid.models.checkpoint import write_finished

    check_writable(out)
    write_finished(out, *average_files(models, disagreement))


@app.command()
@grouped
def calibrate(
    of: Measurement,
    model: ModelOptions,
    weights: Annotated[Path, typer.Option("--weights", help="File to write.")],
    library: Annotated[Path | None, typer.Option("--library", help="To fit the costs of a search as well.")] = None,
    lines: Annotated[Path | None, typer.Option("--literature", help="Real lines to fit those on, too.")] = None,
    ranking_only: Annotated[bool, typer.Option("--ranking-only", help="Fit only how distinct peaks rank.")] = False,
) -> None:
    """Fit the constants of matching on molecules not used in training, and write weights that carry them."""
    from km3aid.engine import Engine
    from km3aid.evaluation.calibration import calibrate as fit
    from km3aid.evaluation.calibration import familiar_after, write_calibrated
    from km3aid.evaluation.cases import make_cases
    from km3aid.evaluation.fusion import fit_distinct, fit_per_carbon
    from km3aid.library import Library

    if library is None and (ranking_only or lines is not None):
        raise ConfigError("--ranking-only and --literature: the costs of a search are fitted on a --library")
    engine, block = model.engine(), of.open()
    cases = list(make_cases(engine, block.data, block.split.validation))
    matching, tried = (engine.matching, []) if ranking_only else fit(engine, cases)
    if library is not None:
        searched = Library.open(library, engine.model_sha256)
        if not ranking_only:
            matching, steps = fit_per_carbon(engine.with_matching(matching), block.data, cases, searched)
            tried = [*tried, *steps]
        real = [] if lines is None else _read_lines(lines, block).fitting
        matching, steps = fit_distinct(engine.with_matching(matching), block.data, cases, searched, real)
        tried = [*tried, *steps]
    write_calibrated(engine, matching, weights, familiar_after(block))
    result = {"molecules": len(cases), "tried": tried, "matching": matching.to_dict()}
    of.write("calibration", result, Engine.load(weights, "cpu").identity)


def _read_lines(path: Path, block: ValidationBlock) -> Lines:
    """Real lines whose molecules neither trained the model nor are among those that its constants are fitted on."""
    import numpy as np

    from km3aid.evaluation.literature import known_connectivities, read_lines

    rows = np.concatenate([block.split.train, block.split.validation])
    return read_lines(path, known_connectivities(block.data, rows))
