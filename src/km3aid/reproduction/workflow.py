"""Units of work as files: each is run once, recognised when stale, and may be shared by processes that are killed."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from km3aid.errors import DataError
from km3aid.files import write_json
from km3aid.locks import exclusive

_WAIT_S = 5.0  # for units that other processes are at

Identity = dict[str, Any]
Clock = Callable[[], bool]
Log = Callable[[str], None]


class OutOfTimeError(Exception):
    """The budget is spent; a training raises it after an epoch, whose state is on disk."""


@dataclass(frozen=True)
class Unit:
    """One training or evaluation.

    `identity` is everything that its outcome depends on, or None as long as that is not known because what it `needs`
    has not ended. `run` returns the figures.
    """

    name: str  # of its file, below the results' folder, without `.json`
    identity: Callable[[], Identity | None]
    run: Callable[[], dict[str, Any]]
    needs: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    leaves: Path | None = None  # weights or the like, not kept with the results, that units in need of this one read


@dataclass(frozen=True)
class Outcome:
    """Names of the units run here, and of those still missing."""

    ran: tuple[str, ...]
    missing: tuple[str, ...]


class Store:
    """The folder of unit files; `locks` lie elsewhere, because unit files are kept and locks are not."""

    def __init__(self, folder: str | Path, locks: str | Path) -> None:
        self.folder, self.locks = Path(folder), Path(locks)

    def read(self, name: str) -> dict[str, Any] | None:
        """The file of unit `name`, or None where it has not ended; raises `DataError` where the file is damaged."""
        path = self.folder / f"{name}.json"
        try:
            value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise DataError(f"{path}: not valid JSON ({error}); delete it and run `km3aid reproduce`") from error
        return value

    def is_done(self, name: str, identity: Identity) -> bool:
        """Whether unit `name` has ended with this very identity; 1 and 1.0 are the same."""
        value = self.read(name)
        return value is not None and value.get("identity") == json.loads(json.dumps(identity))

    def write(self, name: str, value: dict[str, Any]) -> None:
        """Write the file of a unit, whole or not at all."""
        write_json(self.folder / f"{name}.json", value, indent=1)

    @contextmanager
    def lock(self, name: str) -> Iterator[bool]:
        """Hold a unit for the block; yields False where another process holds it."""
        self.locks.mkdir(parents=True, exist_ok=True)
        with exclusive(self.locks / name.replace("/", "--")) as ours:
            yield ours


def identity_hash(identity: Identity) -> str:
    """SHA-256 of what a unit's outcome depends on."""
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


def run_units(
    units: Sequence[Unit],
    store: Store,
    *,
    out_of_time: Clock = lambda: False,
    log: Log = lambda _: None,
    wait_s: float = _WAIT_S,
) -> Outcome:
    """Run what is missing, each unit when what it needs is there; wait for units that other processes are at."""
    ran: list[str] = []
    while not out_of_time():
        taken_elsewhere = False
        for unit in _ready(units, store):
            with store.lock(unit.name) as ours:
                if not ours:
                    taken_elsewhere = True
                    continue
                identity = unit.identity()
                here = unit.leaves is None or unit.leaves.exists()
                if identity is None or (here and store.is_done(unit.name, identity)):  # ended elsewhere meanwhile
                    continue
                log(f"{time.strftime('%H:%M:%S')} {unit.name}")
                try:
                    _run(unit, identity, store)
                except OutOfTimeError:
                    return Outcome(tuple(ran), missing_units(units, store))
                ran.append(unit.name)
                break
        else:
            if not taken_elsewhere:
                break
            time.sleep(wait_s)
    return Outcome(tuple(ran), missing_units(units, store))


def missing_units(units: Sequence[Unit], store: Store) -> tuple[str, ...]:
    """Names of the units that have not ended, or ended with another identity than they have now.

    A unit that has ended, but whose weights are not here, is missing as soon as a missing one needs them.
    """
    missing = {unit.name for unit in units if not _is_done(unit, store)}
    for unit in reversed(units):  # what a unit needs stands before it
        if unit.name not in missing and _is_wanted_again(unit, units, missing):
            missing.add(unit.name)
    return tuple(unit.name for unit in units if unit.name in missing)


def record(name: str, identity: Identity, result: dict[str, Any], elapsed_s: float, store: Store) -> None:
    """Write the file of a unit that has ended."""
    head = {"unit": name, "identity_sha256": identity_hash(identity), "identity": identity}
    store.write(name, {**head, "elapsed_s": elapsed_s, "result": result})


def _run(unit: Unit, identity: Identity, store: Store) -> None:
    began = time.monotonic()
    result = unit.run()
    record(unit.name, identity, result, round(time.monotonic() - began, 1), store)


def _ready(units: Sequence[Unit], store: Store) -> Iterator[Unit]:
    """Units that are missing and have what they need."""
    missing = set(missing_units(units, store))
    for unit in units:
        if unit.name in missing and not missing.intersection(unit.needs):
            yield unit


def _is_done(unit: Unit, store: Store) -> bool:
    identity = unit.identity()
    return identity is not None and store.is_done(unit.name, identity)


def _is_wanted_again(unit: Unit, units: Sequence[Unit], missing: set[str]) -> bool:
    if unit.leaves is None or unit.leaves.exists():
        return False
    return any(other.name in missing and unit.name in other.needs for other in units)
