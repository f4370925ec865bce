"""`km3aid train`: fit a model."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from km3aid.cli.groups import grouped
from km3aid.cli.options import QuietOption

if TYPE_CHECKING:
    from km3aid.training.setup import Preset
    from km3aid.training.state import Metrics


@dataclass(frozen=True)
class PresetOptions:
    """What is trained, and how."""

    preset: Annotated[str, typer.Option("--preset", help="best, paper, or a TOML file.")] = "best"
    changes: Annotated[list[str] | None, typer.Option("--set", help="Replace a value: model.tau2=1.0")] = None
    fast: Annotated[bool, typer.Option("--fast", help="The short schedule: one cycle of 40 epochs.")] = False
    epochs: Annotated[int | None, typer.Option("--epochs", min=1, help="Instead of the preset's.")] = None

    def made(self) -> Preset:
        """The preset with its changes; imported here, because it brings torch along."""
        from km3aid.training.setup import Preset

        return Preset(self.preset, tuple(self.changes or ()), self.fast, self.epochs)


@dataclass(frozen=True)
class MaterialOptions:
    """On which molecules."""

    data: Annotated[Path, typer.Option("--data", help="Folder written by `data prepare`.")]
    paper_ids: Annotated[Path, typer.Option("--paper-ids", help="CSV of the paper's ids: they define the folds.")]
    fold: Annotated[int, typer.Option("--fold", help="Validation block, 0 to 4.")] = 0
    taught: Annotated[
        list[Path] | None,
        typer.Option("--taught", help="Folder written by `data teach`, or one that fills with such. Repeatable."),
    ] = None
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only so many molecules: a trial.")] = None


@dataclass(frozen=True)
class HardwareOptions:
    """On which processors."""

    accelerator: Annotated[str, typer.Option("--accelerator", help="auto, cpu or gpu.")] = "auto"
    devices: Annotated[str, typer.Option("--devices", help="How many GPUs, or auto.")] = "1"


@grouped
def train(
    material: MaterialOptions,
    preset: PresetOptions,
    hardware: HardwareOptions,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for weights and metrics.")],
    start: Annotated[Path | None, typer.Option("--start", help="Weights to go on from.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on after the last finished epoch.")] = False,
    quiet: QuietOption = False,
) -> None:
    """Train a preset without the molecules of a validation block."""
    from km3aid.cli.progress import progress_bar
    from km3aid.training.fit import require_lightning
    from km3aid.training.run import train_preset
    from km3aid.training.setup import Hardware, Run
    from km3aid.training.split import Source

    require_lightning()
    made = preset.made()
    config = made.resolve().training
    devices = int(hardware.devices) if hardware.devices.isdecimal() else hardware.devices
    with progress_bar("Epochs", config.pretrain_epochs + config.epochs, quiet) as advance:

        def report(line: Metrics) -> None:
            if advance:
                advance(1)
            if not quiet:
                print(_text(line), file=sys.stderr)

        taught = tuple(material.taught or ())
        source = Source(material.data, material.paper_ids, material.fold, material.limit, taught)
        run = Run(out, start=start, resume=resume, hardware=Hardware(hardware.accelerator, devices), report=report)
        weights = train_preset(source, made, run)
    print(weights)


def _text(line: Metrics) -> str:
    return (
        f"epoch {line.epoch}: loss {line.loss:.3f}, shift error {line.validation_mean_error_ppm:.2f} ppm "
        f"(median {line.validation_median_error_ppm:.2f}), graph {line.validation_graph_accuracy:.1%}, "
        f"node {line.validation_node_accuracy:.1%}, {line.elapsed_s:.0f} s"
    )
