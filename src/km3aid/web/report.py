"""What a report says beside the answer: when and by what it was made, and what was asked."""

from __future__ import annotations

from dataclasses import MISSING, asdict, fields
from datetime import UTC, datetime
from typing import Any

from km3aid import __version__
from km3aid.engine import Engine
from km3aid.engine.bundled import models_of

_SHOWN_ELSEWHERE = {"id", "peaks", "report", "smiles", "candidates", "names", "structures", "detail"}
_NAMES = {
    "solvent": "Solvent",
    "dept135": "DEPT-135",
    "dept90": "DEPT-90",
    "apt": "APT",
    "hsqc": "HSQC",
    "one_per_carbon": "One peak per carbon",
    "pinned": "Held by hand",
    "mass_da": "Mass or m/z",
    "usual": "Rare chemistry",
    "top": "Hits asked for",
    "by": "Hits told apart by",
}


def circumstances(record: Any, engine: Engine) -> tuple[tuple[str, str], ...]:
    """(name, value) of the date, the version, the model, and of each setting of a record that is not the usual one."""
    made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    models = ", ".join(f"{model.path.stem} {model.model_sha256[:12]}" for model in models_of(engine))
    head = (("Made", f"{made}, by km3aid {__version__}"), ("Models", models))
    return (*head, *(_setting(f.name, getattr(record, f.name)) for f in fields(record) if _is_said(record, f)))


def _is_said(record: Any, field: Any) -> bool:
    usual = field.default if field.default_factory is MISSING else field.default_factory()
    return field.name not in _SHOWN_ELSEWHERE and getattr(record, field.name) != usual


def _setting(name: str, value: Any) -> tuple[str, str]:
    if name == "pinned":
        held = {peak: ", ".join(f"C{atom + 1}" for atom in atoms) or "no carbon" for peak, atoms in value.items()}
        value = "; ".join(f"peak {peak + 1} on {atoms}" for peak, atoms in held.items())
    if name == "usual":
        value = "costs nothing"  # the other is what is usual
    if name == "filters":
        said = {key: entry for key, entry in asdict(value).items() if entry not in (None, [], (), "")}
        value = "; ".join(f"{key}: {entry}" for key, entry in said.items())
    return _NAMES.get(name, name.replace("_", " ").capitalize()), str(value)
