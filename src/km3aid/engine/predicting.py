"""Turn what the model says of a molecule into a `Prediction`, with atoms numbered as in the input."""

from __future__ import annotations

from km3aid.encoding.encode import EncodedMolecule
from km3aid.engine.familiar import Familiar
from km3aid.engine.results import Asked, PredictedCarbon, Prediction
from km3aid.matching.config import MatchConfig
from km3aid.matching.spread import ONE_SIGMA, half_width
from km3aid.spectra.spectrum import MULTIPLICITIES

_INTERVAL = 0.95


def prediction(encoded: EncodedMolecule, config: MatchConfig, familiar: Familiar | None) -> Prediction:
    """The predicted spectrum of a molecule."""
    classes, to_input = encoded.classes(), encoded.molecule.input_atoms
    deviation = half_width(classes.scale_ppm, config, ONE_SIGMA)
    interval = half_width(classes.scale_ppm, config, _INTERVAL)
    carbons = tuple(
        PredictedCarbon(
            tuple(to_input[i] for i in atoms),
            round(float(classes.shift_ppm[k]), 2),
            round(float(deviation[k]), 2),
            MULTIPLICITIES[classes.hydrogens[k]] if classes.hydrogens[k] < len(MULTIPLICITIES) else None,
            round(float(interval[k]), 2),
        )
        for k, atoms in enumerate(classes.atoms)
    )
    warnings = familiar.note(encoded.molecule) if familiar else ()
    return Prediction(encoded.molecule.smiles, carbons, warnings, asked=Asked(encoded.molecule.source))
