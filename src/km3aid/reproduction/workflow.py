"""Run the units that are missing, in their order; several processes may share the work, and any may be killed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from km3aid.reproduction.store import Store, identity_hash

_WAIT_S = 5.0  # for units that other processes are at


class OutOfTimeError(Exception):
    """The budget is spent; a training raises it after an epoch, whose state is on disk."""


@dataclass(frozen=True)
class Unit:
    """One training or evaluation.

    `identity` is everything that its outcome depends on, or None as long as that is not known because what it `needs`
    has not ended. `run` returns the figures.
    """

    name: str  # of its file, below the results' folder, without `.json`
    identity: Callable[[], dict[str, Any] | None]
    run: Callable[[], dict[str, Any]]
    needs: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    leaves: Path | None = None  # weights or the like, not kept with the results, that units in need of this one read


@dataclass(frozen=True)
class Outcome:
    """What a sweep leaves: names of units run here, and of those still missing."""

    ran: tuple[str, ...]
    missing: tuple[str, ...]


def run_units(
    units: Sequence[Unit],
    store: Store,
    *,
    out_of_time: Callable[[], bool] = lambda: False,
    say: Callable[[str], None] = lambda _: None,
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
                say(f"{time.strftime('%H:%M:%S')} {unit.name}")
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


def _run(unit: Unit, identity: dict[str, Any], store: Store) -> None:
    began = time.monotonic()
    result = unit.run()
    head = {"unit": unit.name, "identity_sha256": identity_hash(identity), "identity": identity}
    store.write(unit.name, {**head, "elapsed_s": round(time.monotonic() - began, 1), "result": result})


def _ready(units: Sequence[Unit], store: Store) -> Iterator[Unit]:
    """Units that are missing and have what they need."""
    missing = set(missing_units(units, store))
    for unit in units:
        if unit.name in missing and not missing.intersection(unit.needs):
            yield unit


def missing_units(units: Sequence[Unit], store: Store) -> tuple[str, ...]:
    """Names of the units that have not ended, or ended with something else than they should have now.

    A unit that has ended, but whose weights are not here, is missing as soon as a missing one needs them.
    """
    missing = {unit.name for unit in units if not _is_done(unit, store)}
    for unit in reversed(units):  # what a unit needs stands before it
        if unit.name not in missing and _is_wanted_again(unit, units, missing):
            missing.add(unit.name)
    return tuple(unit.name for unit in units if unit.name in missing)


def _is_done(unit: Unit, store: Store) -> bool:
    identity = unit.identity()
    return identity is not None and store.is_done(unit.name, identity)


def _is_wanted_again(unit: Unit, units: Sequence[Unit], missing: set[str]) -> bool:
    if unit.leaves is None or unit.leaves.exists():
        return False
    return any(other.name in missing and unit.name in other.needs for other in units)
