"""Elucidate: propose structures for a spectrum, and say how far to trust them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.elucidate.configurations import CONFIGURED, Configured, configure
from km3aid.elucidate.figures import figures_of
from km3aid.elucidate.index import Index, index_file, open_index
from km3aid.elucidate.island import Asked, Starts
from km3aid.elucidate.known import Effort, Known
from km3aid.elucidate.members import EVERY_PART, Member, Parts
from km3aid.elucidate.processes import in_processes
from km3aid.elucidate.run import Found, Progress, run, starts_of
from km3aid.elucidate.target import Target
from km3aid.elucidate.trust import Trust
from km3aid.engine.hits import elapsed_ms
from km3aid.engine.listed import listed
from km3aid.engine.results import Asked as Question
from km3aid.engine.results import Elucidation, Proposal, SharedPart
from km3aid.engine.results import Member as Shown
from km3aid.engine.starter import starter_library
from km3aid.errors import LibraryError
from km3aid.library import Filters, Library
from km3aid.matching.configurations import Configurations
from km3aid.molecules import common_part, connectivity, parse_smiles, smiles_of
from km3aid.search import LocalLibrary, Query, Searchable
from km3aid.spectra.spectrum import Spectrum
from km3aid.spectra.twins import twins_note

if TYPE_CHECKING:
    from km3aid.engine.engine import Engine

_GROUPED = 120  # members among which connectivities are told apart
_SHARED_OF = 0.9  # of the probability of all proposals, which the first ones hold that are compared
_SHARED_MOST = 6
_QUICKLY_READ = 5000  # molecules of a library of which an index is made at once
_CONFIGURING, _CONFIGURING_S = 0.05, 1.5  # of the time, and seconds, that configurations take at most
_MEMBERS = 8  # of a proposal, which are shown
_LIKELY = 0.5  # share of a connectivity from which on a configuration stands for it
_UNDECIDED = 0.5  # presence at most where a run could hardly begin
_ENOUGH = 0.05  # presence below which nothing is said to be shared


def elucidate(
    engine: Engine,
    spectrum: Spectrum,
    library: Library | Searchable | str | Path | None,
    known: Known,
    effort: Effort,
    top: int,
    progress: Callable[[Progress], None] | None,
) -> Elucidation:
    """See `Engine.elucidate`."""
    began = time.perf_counter()
    made = propose(engine, spectrum, library, known, effort, progress)
    shown = [smiles_of(group[0].mol) for group in made.grouped[:top]]
    known_ones = listed(engine, made.library, shown)
    trust, formula = Trust.bundled(), bool(made.target.formulas)
    present, share = 0.0, np.zeros(0)
    if made.grouped:
        present = round(min(trust.present(made.figures(), formula), 1.0 if made.found.begun else _UNDECIDED), 4)
        share = trust.shares(made.scores, formula) * present
    proposals = tuple(
        _proposal(engine, spectrum, (number, probability), _Found(group, configured), known_ones)
        for number, (group, configured, probability) in enumerate(
            zip(made.grouped[:top], chain(made.configured, repeat([])), share.tolist(), strict=False), 1
        )
    )
    stopped = ("stopped early; these are the best so far",) if made.found.stopped else ()
    short = (
        () if made.found.begun else ("the time was too short to look at all that there is to start from; give more",)
    )
    none = () if made.grouped else ("nothing that satisfies the conditions was found",)
    return Elucidation(
        spectrum.id,
        proposals,
        made.found.scored,
        elapsed_ms(began),
        (*made.warnings, *stopped, *short, *none, *twins_note(spectrum)),
        present,
        made.found.estimated,
        made.found.exhausted,
        _shared(proposals, present),
        asked=Question(spectrum=spectrum),
    )


class Run(NamedTuple):
    """What was asked of a run, and what it found."""

    query: Query
    target: Target
    chemistry: Index
    starts: Starts
    library: Library
    found: Found
    grouped: list[list[Member]]  # members of one connectivity together, best first
    configured: list[list[Configured]]  # of the first ones, best first; none where at most one is possible
    warnings: tuple[str, ...]

    @property
    def scores(self) -> NDArray[np.float64]:
        """The best total of each group."""
        return np.array([group[0].total for group in self.grouped])

    def figures(self) -> dict[str, float]:
        """The figures by which the proposals are trusted; there has to be one."""
        return figures_of(self.scores, self.grouped[0][0].odd, len(self.query.spectrum))


def propose(
    engine: Engine,
    spectrum: Spectrum,
    library: Library | Searchable | str | Path | None,
    known: Known,
    effort: Effort,
    progress: Callable[[Progress], None] | None = None,
    parts: Parts = EVERY_PART,
) -> Run:
    """Run an elucidation, with `parts` of it alone for a comparison; raises as `Engine.elucidate` does."""
    began = time.perf_counter()
    known.check(spectrum)
    searched = local_library(starter_library(engine) if library is None else library)
    searched.check_model(engine.model_sha256)
    if effort.cores > 1 and not effort.on_cluster:
        in_processes(engine.path, effort.cores - 1)  # they start meanwhile
    query = engine.query(spectrum.without_aside())
    mass = Filters(mass_da=known.mass_da, mass_tolerance_da=known.mass_tolerance_da)
    common = {} if known.mass_da is None else _formulas(searched.library, mass)
    target = known.target(query.spectrum, common)
    filters = mass if known.formula is None else Filters(formula=known.formula)
    index = index_of(engine, searched.library)
    starts = starts_of(query, searched, target, filters, known.start)
    left = max(effort.seconds - min(_CONFIGURING * effort.seconds, _CONFIGURING_S) - (time.perf_counter() - began), 0.0)
    parts = replace(parts, usual=parts.usual and known.usual)
    asked, effort = Asked(query, index, target, starts, parts), replace(effort, seconds=left)
    found = _explored(engine, asked, effort, progress)
    grouped = _by_connectivity(found.members)
    configured: list[list[Configured]] = []
    with contextlib.suppress(KeyboardInterrupt):
        configured = configure(engine.network, query, [group[0] for group in grouped[:CONFIGURED]])
    return Run(query, target, index, starts, searched.library, found, grouped, configured, searched.warnings)


def _explored(engine: Engine, asked: Asked, effort: Effort, progress: Callable[[Progress], None] | None) -> Found:
    """A run on this core, on several of this machine, or on a cluster."""
    if effort.on_cluster:
        from km3aid.elucidate.on_ray import RayIslands

        with RayIslands(engine.file) as islands:
            return run(engine.network, asked, effort, progress, islands, here=False)
    others = in_processes(engine.path, effort.cores - 1) if effort.cores > 1 else []
    return run(engine.network, asked, effort, progress, others)


def local_library(library: Library | Searchable | str | Path) -> LocalLibrary:
    """The library on this machine; raises `LibraryError` for one that lies on a cluster."""
    from km3aid.search.opening import searchable

    opened = searchable(library)
    if not isinstance(opened, LocalLibrary):
        raise LibraryError("elucidate starts from a library on this machine; name its folder without --cluster")
    return opened


_indexes: dict[tuple[str, int, str], Index] = {}


def index_of(engine: Engine, library: Library, progress: Callable[[int], None] | None = None) -> Index:
    """The index of a library, kept from one call to the next."""
    key = (str(library.path), len(library), library.manifest.model_sha256)
    if key not in _indexes:
        _indexes.clear()
        _indexes[key] = open_index(engine.network, library, progress)
    return _indexes[key]


def require_index(library: Searchable) -> None:
    """Raise `LibraryError` where an index would first have to be made for a library, which takes long."""
    opened = local_library(library).library
    if len(opened) > _QUICKLY_READ and not index_file(opened).exists():
        raise LibraryError(f"{opened.path}: not made ready for elucidations; run: km3aid library index {opened.path}")


def _formulas(library: Library, filters: Filters) -> dict[str, int]:
    """The formulas of the molecules that pass, and how many have each."""
    found: dict[str, int] = {}
    for shard, rows in zip(library.shards, library.filter(filters), strict=True):
        codes, counts = np.unique(shard.formula_code[rows], return_counts=True)
        for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
            text = str(shard.formulas[code].as_py())
            found[text] = found.get(text, 0) + count
    return found


def _by_connectivity(members: list[Member]) -> list[list[Member]]:
    """Members of one connectivity together, best first; far down each is by itself."""
    groups: dict[str, list[Member]] = {}
    for member in members[:_GROUPED]:
        groups.setdefault(connectivity(smiles_of(member.mol)), []).append(member)
    return [*groups.values(), *([member] for member in members[_GROUPED:])]


class _Found(NamedTuple):
    """A connectivity as it was found, and its configurations; both best first."""

    group: Sequence[Member]
    configured: Sequence[Configured]

    def members(self, told: Configurations, one_per_carbon: bool) -> tuple[Shown, ...]:
        """Its structures with their shares of its probability, where there are several."""
        flat = self.group[1:] if self.configured else self.group
        shown = [*((c.smiles, c.member.total) for c in self.configured), *((smiles_of(m.mol), m.total) for m in flat)]
        share = told.shares(np.array([total for _, total in shown]), one_per_carbon)
        found = [Shown(smiles, None, total, p) for (smiles, total), p in zip(shown, share.tolist(), strict=True)]
        return tuple(sorted(found, key=lambda member: -member.probability)) if len(found) > 1 else ()


def _proposal(
    engine: Engine, spectrum: Spectrum, place: tuple[int, float], found: _Found, known_ones: set[str]
) -> Proposal:
    """A proposal; `place` are its rank and probability. It is drawn with a configuration where that is likely."""
    rank, probability = place
    told = Configurations.of_header(engine.header)
    best, members = found.group[0], found.members(told, spectrum.one_per_carbon)
    likely = bool(members) and members[0].probability >= _LIKELY
    smiles = members[0].smiles if likely else smiles_of(best.mol)
    return Proposal(
        rank,
        smiles,
        None,
        best.total,
        probability,
        best.graph,
        best.match,
        tuple(replace(member, probability=member.probability * probability) for member in members[:_MEMBERS]),
        best.origin,
        connectivity(smiles) not in known_ones,
        parse_smiles(smiles).formula,
        round(best.odd, 2),
        engine.assign(smiles, spectrum).assignments,
    )


def _shared(proposals: tuple[Proposal, ...], present: float | None) -> SharedPart | None:
    """What the likeliest proposals have in common."""
    if not proposals or present is None or present < _ENOUGH:
        return None
    held, count = 0.0, 0
    for proposal in proposals[:_SHARED_MOST]:
        held, count = held + proposal.probability, count + 1
        if held >= _SHARED_OF * present:
            break
    part: Any = common_part([proposal.smiles for proposal in proposals[:count]])
    return None if part is None else SharedPart(part.smiles, part.atoms, round(part.share, 3), count)
