"""Judge the structure of an assignment by the fit of its lines alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from km3aid.encoding.encode import EncodedMolecule
from km3aid.engine.rates import USUAL_RATES
from km3aid.engine.results import Assignment
from km3aid.matching.assign import cheapest_cost
from km3aid.matching.fit import fit_of
from km3aid.matching.fusion import fuse
from km3aid.matching.presence import Compared
from km3aid.spectra.spectrum import Spectrum

if TYPE_CHECKING:
    from km3aid.engine.engine import Engine


def judged(engine: Engine, made: Assignment, encoded: EncodedMolecule, spectrum: Spectrum) -> Assignment:
    """An assignment with the verdict on its structure, by the fit of its lines alone, where the model can tell."""
    if engine.familiar is not None:
        made = replace(made, warnings=(*made.warnings, *engine.familiar.note(encoded.molecule)))
    if engine.verifiers is None or all(peak.aside is not None for peak in spectrum):
        return made
    seen = spectrum.without_aside()
    verifier = engine.verifiers.verifier(seen.one_per_carbon, alone=True)
    probability = verifier.probability(compare_alone(engine, encoded, seen))
    verdict = verifier.verdict(probability, USUAL_RATES.false_accept, USUAL_RATES.false_reject)
    return replace(made, verdict=verdict, probability=round(probability, 4))


def compare_alone(engine: Engine, encoded: EncodedMolecule, spectrum: Spectrum) -> Compared:
    """A structure beside nothing."""
    classes, query = encoded.classes(), engine.query(spectrum)
    graph = float(encoded.graph @ query.vector)
    match = -cheapest_cost(query.spectrum, classes, query.config)
    score = fuse(np.array([graph]), np.array([match]), query.fusion)
    return Compared(score, graph, match, fit_of(query.spectrum, classes, query.config), 1)
