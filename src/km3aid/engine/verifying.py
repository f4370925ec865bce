"""Verify a structure beside the nearest isomers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from km3aid.encoding.encode import EncodedMolecule
from km3aid.engine.checks import DIASTEREOMERS, checks, misfits, rivals
from km3aid.engine.hits import elapsed_ms
from km3aid.engine.rates import ErrorRates
from km3aid.engine.results import Asked, Member, Verification
from km3aid.errors import CheckpointError
from km3aid.library import Filters, Library
from km3aid.matching.configurations import Configurations
from km3aid.matching.fit import fit_of
from km3aid.matching.fusion import fuse
from km3aid.matching.presence import Compared
from km3aid.molecules import Molecule, connectivity, parse_structure
from km3aid.molecules.isomers import diastereomers, nearby_isomers
from km3aid.search import NO_FILTERS, Limits, Searchable
from km3aid.search.local import LocalLibrary
from km3aid.search.query import Entry
from km3aid.spectra.spectrum import Peak, Spectrum
from km3aid.spectra.twins import find_twins, merge_twins, twins_note

if TYPE_CHECKING:
    from km3aid.engine.engine import Engine

MADE = 200  # isomers that are made for a comparison
_FOUND = 50  # isomers that a library adds at most
_SHOWN = 8  # configurations in an answer


def verify(
    engine: Engine,
    structure: str,
    spectrum: Spectrum,
    library: Library | Searchable | str | Path | None,
    rates: ErrorRates,
) -> Verification:
    """See `Engine.verify`."""
    began = time.perf_counter()
    searching, engine = engine, engine.precise
    if engine.verifiers is None:
        raise CheckpointError(
            f"{engine.path}: holds no constants for verification; fit them with `km3aid evaluate trust`"
        )
    molecule = parse_structure(structure)
    seen = spectrum.without_aside()
    isomers = isomers_of(searching, molecule, seen, library)
    beside = Beside.of(engine, molecule, isomers)
    compared, scores = beside.compare(engine, seen)
    classes = beside.encoded.classes()
    verifier = engine.verifiers.verifier(spectrum.one_per_carbon, alone=False)
    probability = verifier.probability(compared)
    smiles, names = [text for text, _ in isomers], [name for _, name in isomers]
    configured = configurations_of(engine, molecule, seen)
    return Verification(
        spectrum.id,
        molecule.smiles,
        verifier.verdict(probability, rates.false_accept, rates.false_reject),
        round(probability, 4),
        checks(spectrum, compared.fit, classes, scores, configured),
        misfits(_numbered(spectrum), compared.fit, classes, molecule.input_atoms, engine.matching),
        rivals(smiles, names, scores[1:], scores[0]),
        len(isomers),
        elapsed_ms(began),
        (*twins_note(spectrum), *(engine.familiar.note(molecule) if engine.familiar else ())),
        _likeliest(configured),
        asked=Asked(structure, spectrum),
    )


def _numbered(spectrum: Spectrum) -> list[tuple[int, Peak]]:
    """The peaks that are compared, with their numbers in the whole spectrum; of twins the first."""
    own = [number for number, peak in enumerate(spectrum) if peak.aside is None]
    seen = spectrum.without_aside()
    twins = find_twins(seen)
    later = {second for _, second in twins}
    kept = [number for place, number in enumerate(own) if place not in later]
    return list(zip(kept, merge_twins(seen, twins), strict=True))


def isomers_of(
    engine: Engine, molecule: Molecule, spectrum: Spectrum, library: Library | Searchable | str | Path | None
) -> list[Entry]:
    """The isomers to compare a structure with: those that small changes make, and the best of a library."""
    made: list[Entry] = [(smiles, None) for smiles in nearby_isomers(molecule, MADE)]
    if library is None:
        return made
    known = {connectivity(molecule.smiles), *(connectivity(smiles) for smiles, _ in made)}
    found = engine.search(spectrum, library, top=_FOUND, filters=Filters(formula=molecule.formula))
    return made + [(hit.smiles, hit.name) for hit in found.hits if connectivity(hit.smiles) not in known]


def configurations_of(engine: Engine, molecule: Molecule, spectrum: Spectrum) -> list[Member]:
    """The structure, then its diastereomers, with the probability of each if one of them is right.

    Empty where the structure states no configuration that has another beside it.
    """
    others: list[Entry] = [(smiles, None) for smiles in diastereomers(molecule, DIASTEREOMERS)]
    if not others:
        return []
    _, scores = Beside.of(engine, molecule, others).compare(engine, spectrum)
    shares = Configurations.of_header(engine.header).shares(np.array(scores), spectrum.one_per_carbon).round(4)
    entries = [(molecule.smiles, None), *others]
    return [Member(*entry, *told) for entry, *told in zip(entries, scores, shares.tolist(), strict=True)]


def _likeliest(configured: Sequence[Member]) -> tuple[Member, ...]:
    """The likeliest configurations, best first, and in any case the one given, which is the first."""
    likely = sorted(range(len(configured)), key=lambda n: -configured[n].probability)
    shown = likely[:_SHOWN]
    if likely and 0 not in shown:
        shown[-1] = 0
    return tuple(configured[n] for n in shown)


class Beside(NamedTuple):
    """A structure and isomers of it, encoded together."""

    encoded: EncodedMolecule  # the structure
    library: LocalLibrary  # the structure, then the isomers

    @classmethod
    def of(cls, engine: Engine, molecule: Molecule, isomers: Sequence[Entry]) -> Beside:
        """Encode a structure and isomers of it."""
        entries = list(engine.entries([(molecule.smiles, None), *isomers]))
        return cls(engine.encode(molecule), LocalLibrary(Library.of_entries(entries)))

    def compare(self, engine: Engine, spectrum: Spectrum) -> tuple[Compared, list[float]]:
        """What the structure shows beside its isomers, and the scores of all, its own first."""
        query, every = engine.query(spectrum), len(self.library)
        (found,) = self.library.find_many([query], [NO_FILTERS], Limits(None, every, every, every))
        order = np.argsort(found.rows)
        graph, match = found.graph[order], found.match[order]
        score = fuse(graph, match, query.fusion)
        best_first = np.concatenate([score[:1], np.sort(score[1:])[::-1]])
        fit = fit_of(query.spectrum, self.encoded.classes(), query.config)
        return Compared(best_first, float(graph[0]), float(match[0]), fit, every), score.tolist()
