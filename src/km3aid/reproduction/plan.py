"""Where a reproduction of the paper reads and writes, and by which schedule it trains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from km3aid.reproduction.variants import Variant
from km3aid.training.run import FINAL

FAST_EPOCHS, PUBLISHED_EPOCHS = 40, 200


def _silent(line: str) -> None:
    pass


@dataclass(frozen=True)
class Plan:
    """One reproduction; `work` holds weights, locks and other large things that are not kept with the results."""

    data: Path
    paper_ids: Path
    work: Path
    fast: bool = True
    epochs: int | None = None  # instead of the schedule's
    pretrain_epochs: int | None = None  # instead of the preset's
    accelerator: str = "auto"
    structures: tuple[Path, ...] = ()  # SMILES files from which the reference library of the retrieval is drawn
    library_size: int = 100_000
    library: Path | None = None  # encoded by the bundled model, for its retrieval instead of the drawn one
    queries: int = 1000
    workers: int = 1  # processes that encode the library
    log: Callable[[str], None] = _silent  # told of long work
    plateau: bool = False  # halve the published rate where the validation loss stands still, as the text says

    @property
    def schedule(self) -> str:
        """The name of the schedule, such as `fast-40`."""
        kind, usual = ("fast", FAST_EPOCHS) if self.fast else ("published", PUBLISHED_EPOCHS)
        kind = "plateau" if self.plateau else kind
        return f"{kind}-{self.epochs or usual}"

    def unit(self, variant: Variant, fold: int, task: str) -> str:
        """The name of the unit that does `task` with the model of `variant` without `fold`."""
        return f"{self.schedule}/fold-{fold}/{variant.name}/{task}"

    def encoder_unit(self, variant: Variant, fold: int) -> str:
        """The name of the unit that trains the spectrum encoder of a fold."""
        kind = "".join(f"-{k}" for k in (variant.split, variant.encoder) if k != "paper")
        return f"spectrum-encoder/fold-{fold}{kind}"

    def model_folder(self, variant: Variant, fold: int) -> Path:
        return self.work / self.schedule / f"fold-{fold}" / variant.name

    def encoder_folder(self, variant: Variant, fold: int) -> Path:
        return self.work / self.encoder_unit(variant, fold)

    def encoder_file(self, variant: Variant, fold: int) -> Path:
        return self.encoder_folder(variant, fold) / FINAL

    def model_file(self, variant: Variant, fold: int) -> Path:
        return self.model_folder(variant, fold) / FINAL

    @property
    def pool_folder(self) -> Path:
        """Of the molecules of the reference library, in their random order."""
        return self.work / f"pool-{self.library_size}"

    @property
    def pool_unit(self) -> str:
        return f"pool-{self.library_size}"

    def library_folder(self, model_sha256: str) -> Path:
        """Of the reference library, encoded by a model."""
        return self.work / "libraries" / f"{model_sha256[:12]}-{self.library_size}"
