"""Turn what the model says of a molecule into a `Prediction`, with atoms numbered as in the input."""

from __future__ import annotations

import math

from km3aid.encoding.encode import EncodedMolecule
from km3aid.engine.results import Asked, PredictedCarbon, Prediction
from km3aid.matching.config import MatchConfig
from km3aid.spectra.spectrum import MULTIPLICITIES


def prediction(encoded: EncodedMolecule, config: MatchConfig) -> Prediction:
    """The predicted spectrum of a molecule."""
    classes, to_input = encoded.classes(), encoded.molecule.input_atoms
    deviation = math.sqrt(2) * config.trusted_scale(classes.scale_ppm)
    carbons = tuple(
        PredictedCarbon(
            tuple(to_input[i] for i in atoms),
            round(float(classes.shift_ppm[k]), 2),
            round(float(deviation[k]), 2),
            MULTIPLICITIES[classes.hydrogens[k]] if classes.hydrogens[k] < len(MULTIPLICITIES) else None,
        )
        for k, atoms in enumerate(classes.atoms)
    )
    return Prediction(encoded.molecule.smiles, carbons, asked=Asked(encoded.molecule.source))
