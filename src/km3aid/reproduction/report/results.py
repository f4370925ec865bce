"""The files of finished units as the report reads them, and how a figure is written."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from km3aid.errors import DataError
from km3aid.reproduction.published import Stated

NOT_RUN = "not run"
_SCHEDULE = re.compile(r"(fast|plateau|published)-\d+")


class Results:
    """All finished units of a results' folder, by name."""

    def __init__(self, units: dict[str, dict[str, Any]]) -> None:
        self.units = units
        ran = sorted({head for name in units if _SCHEDULE.fullmatch(head := name.split("/")[0])})
        self.schedules = ran or ["fast-40"]

    @classmethod
    def read(cls, folder: Path) -> Results:
        """Read every unit's file below `folder`; raises `DataError` where there is none."""
        paths = sorted(folder.rglob("*.json"))
        if not paths:
            raise DataError(f"{folder}: no finished unit here; run `km3aid reproduce` first")
        return cls({str(p.relative_to(folder))[: -len(".json")]: json.loads(p.read_text("utf-8")) for p in paths})

    def folds(self, schedule: str, variant: str, task: str) -> list[dict[str, Any]]:
        """The figures of a task for every fold that ran; of `retrieval` those with the largest library."""
        return [*self.by_fold(schedule, variant, task).values()]

    def by_fold(self, schedule: str, variant: str, task: str) -> dict[int, dict[str, Any]]:
        """The same by the number of the fold."""
        of_fold: dict[int, tuple[int, dict[str, Any]]] = {}
        for name, unit in self.units.items():
            parts = name.split("/")
            if len(parts) < 3 or parts[0] != schedule or parts[-2] not in (variant, parts[1]):
                continue
            kind, _, size = parts[-1].partition("-")
            if kind == task and (len(parts) == 3 or parts[2] == variant):
                fold = int(parts[1].removeprefix("fold-"))
                sized = (int(size or 0), unit["result"])
                of_fold[fold] = max(of_fold.get(fold, (-1, {})), sized, key=lambda x: x[0])
        return {fold: of_fold[fold][1] for fold in sorted(of_fold)}

    def best(self, task: str) -> list[dict[str, Any]]:
        """The figures of a task for the bundled model."""
        return self.folds("best", "", task)


def percent(values: Sequence[float | None]) -> str:
    """Mean and, of several folds, standard deviation, in percent."""
    known = [100 * v for v in values if v is not None]
    if not known:
        return NOT_RUN
    return f"{mean(known):.1f}" + (f" ± {stdev(known):.1f}" if len(known) > 1 else "")


def stated(value: Stated | float | None) -> str:
    """A figure of the paper."""
    if value is None:
        return "–"
    return f"{value:.1f}" if isinstance(value, float) else f"{value[0]:.1f} ± {value[1]:.1f}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def each(folds: Sequence[dict[str, Any]], *path: str) -> list[float | None]:
    """One figure of every fold, None where a fold lacks it."""
    return [reach(value, *path) for value in folds]


def reach(value: dict[str, Any], *path: str) -> float | None:
    """One figure, None where it is lacking."""
    here: Any = value
    for part in path:
        here = here.get(part) if isinstance(here, dict) else None
    figure: float | None = here
    return figure
