"""Rank candidates, and search libraries, for the molecule of a spectrum."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from km3aid.engine.hits import Told, elapsed_ms, hits_of, shown_smiles
from km3aid.engine.rescoring import rescored
from km3aid.engine.results import Asked, By, Hits
from km3aid.engine.starter import starter_library
from km3aid.errors import MoleculeError
from km3aid.library import Filters, Library
from km3aid.matching.configurations import Configurations
from km3aid.search import NO_FILTERS, Limits, LocalLibrary, Searchable
from km3aid.search.opening import searchable
from km3aid.search.query import KEPT, MATCHED_EXACTLY, SURE
from km3aid.spectra.spectrum import Spectrum
from km3aid.spectra.twins import twins_note

if TYPE_CHECKING:
    from km3aid.engine.engine import Engine

_TOGETHER = 32  # spectra that share one pass over a library
_log = logging.getLogger(__name__)


def rank(
    engine: Engine,
    candidates: Sequence[str],
    spectrum: Spectrum,
    names: Sequence[str | None] | None,
    top: int | None,
    by: By,
) -> Hits:
    """See `Engine.rank`."""
    began = time.perf_counter()
    given = list(zip(candidates, names or [None] * len(candidates), strict=True))
    parts = list(engine.entries(given))
    rejected = {number - 1: reason for part in parts for number, _, reason in part.rejected}
    warnings = tuple(f"candidate {n + 1}: {reason}" for n, reason in rejected.items())
    readable = [pair for n, pair in enumerate(given) if n not in rejected]
    if not readable:
        raise MoleculeError("; ".join(["no candidate can be read", *warnings[:3]]))
    library, query = LocalLibrary(Library.of_entries(parts)), engine.query(spectrum.without_aside())
    everything = Limits(None, len(readable), len(readable), len(readable))
    (found,) = library.find_many([query], [NO_FILTERS], everything)
    shown = [shown_smiles(text, library.library.smiles(row)) for row, (text, _) in enumerate(readable)]
    entries = [(shown[row], readable[row][1]) for row in found.rows]
    hits, present = hits_of(found, query, entries, _told(engine), top, by)
    said = (*warnings, *twins_note(spectrum))
    return Hits(spectrum.id, hits, len(readable), elapsed_ms(began), said, present, asked=Asked(spectrum=spectrum))


def search_many(
    engine: Engine,
    spectra: Sequence[Spectrum],
    library: Library | Searchable | str | Path | None,
    top: int,
    filters: Sequence[Filters] | None,
    exhaustive: bool,
    by: By,
) -> Iterator[Hits]:
    """See `Engine.search_many`; without a library the starter library is searched."""
    searched = searchable(starter_library(engine) if library is None else library)
    searched.check_model(engine.model_sha256)
    conditions = filters or [NO_FILTERS] * len(spectra)
    together = 1 if exhaustive else _TOGETHER  # an exhaustive search keeps every molecule for each spectrum
    for first in range(0, len(spectra), together):
        part = slice(first, first + together)
        began = time.perf_counter()
        asked = engine.queries([s.without_aside() for s in spectra[part]])
        limits = _limits(top, conditions[part], len(searched) if exhaustive else None)
        answers = searched.find_many(asked, conditions[part], limits)
        shared_ms = round((time.perf_counter() - began) * 1000 / len(asked), 1)
        _log.info("searched %d molecules for %d spectra, %.1f ms each", len(searched), len(asked), shared_ms)
        for spectrum, query, found in zip(spectra[part], asked, answers, strict=True):
            began = time.perf_counter()
            seen = rescored(engine, query, found, top)
            hits, present = hits_of(seen.found, seen.query, seen.found.entries, _told(engine.precise), top, by)
            none = () if found.passed else ("no molecule of the library passes the filters",)
            said = (*searched.warnings, *none, *twins_note(spectrum))
            took_ms = elapsed_ms(began) + shared_ms
            yield Hits(query.spectrum.id, hits, found.passed, took_ms, said, present, asked=Asked(spectrum=spectrum))


def _told(engine: Engine) -> Told:
    return Told(engine.presence, Configurations.of_header(engine.header))


def _limits(top: int, filters: Sequence[Filters], every: int | None) -> Limits:
    """How many molecules a search looks at for `top` hits; `every` is the size of a library that is matched whole."""
    tested = any(f.substructure is not None for f in filters)  # one by one: fewer of them
    exactly = max(top, KEPT if tested else MATCHED_EXACTLY)
    limits = Limits(exactly=exactly, kept=max(top, KEPT), sure=max(top, SURE))
    return limits if every is None else limits._replace(quickly=None, exactly=max(1, every))
