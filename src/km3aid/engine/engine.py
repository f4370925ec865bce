"""The one facade of km3aid: load a model, then assign, rank, search, predict, embed."""

from __future__ import annotations

import copy
import hashlib
import json
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import resources
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import logsumexp

from km3aid.encoding.encode import (
    CHUNK,
    EncodedMolecule,
    encode_entries,
    encode_molecules,
    encode_spectra,
    node_logits,
)
from km3aid.encoding.entries import Entries
from km3aid.encoding.processes import encode_in_processes
from km3aid.engine.results import Alternative, AssignedPeak, Assignment, Hit, Hits, Matrix, PredictedCarbon, Prediction
from km3aid.errors import CheckpointError, ConfigError, MoleculeError
from km3aid.library import BuildOptions, BuildReport, Filters, Library, open_builder
from km3aid.matching.assign import Match, assign, cheapest_cost
from km3aid.matching.classes import PredictedClasses
from km3aid.matching.config import Fusion, MatchConfig
from km3aid.matching.cost import peak_class_cost
from km3aid.matching.fusion import fuse, probabilities
from km3aid.matching.pins import NO_PINS, Pins, build_pins
from km3aid.models.checkpoint import Checkpoint, read_model
from km3aid.molecules import parse_smiles, parse_structure
from km3aid.search import Searchable
from km3aid.search.on_ray import Cluster
from km3aid.search.stages import KEPT, MATCHED_EXACTLY, NO_FILTERS, SURE, Candidates, Limits, Question, find_many
from km3aid.spectra.spectrum import MULTIPLICITIES, Spectrum

DEFAULT_BUILD = BuildOptions()
_TOGETHER = 32  # spectra that share a pass over a library
_ALTERNATIVES = 3


class Engine:
    """A loaded model. Make one with `Engine.load()` and keep it: loading takes a second, a call milliseconds."""

    def __init__(self, checkpoint: Checkpoint, device: torch.device, path: Path) -> None:
        self.path = path
        self.model = checkpoint.model
        self.header = checkpoint.header
        self.model_sha256 = checkpoint.sha256
        self.device = device
        self.matching = MatchConfig.from_dict(checkpoint.header.get("matching", {}))

    @classmethod
    def load(cls, path: str | Path | None = None, device: str = "auto") -> Engine:
        """Load a model file, or the bundled one; raises `CheckpointError`."""
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        elif device == "cuda" and not torch.cuda.is_available():
            raise CheckpointError("--device cuda: torch sees no GPU here; use --device cpu")
        bundled = resources.files("km3aid") / "weights" / "best.safetensors"
        file = Path(str(bundled)) if path is None else Path(path)
        return cls(read_model(file, device), torch.device(device), file)

    def with_matching(self, matching: MatchConfig) -> Engine:
        """An engine with the same model and other constants of matching; this one stays as it is."""
        other = copy.copy(self)
        other.matching = matching
        return other

    @property
    def identity(self) -> dict[str, str]:
        """The hash of the model, which libraries depend on, and that of the constants of matching."""
        constants = json.dumps(self.matching.to_dict(), sort_keys=True)
        return {
            "model_sha256": self.model_sha256,
            "matching_sha256": hashlib.sha256(constants.encode()).hexdigest(),
        }

    def assign(
        self,
        structure: str,
        spectrum: Spectrum,
        *,
        pinned: Mapping[int, Sequence[int]] | None = None,
    ) -> Assignment:
        """Which peak belongs to which carbon; raises `MoleculeError` and `SpectrumFormatError`.

        `pinned` holds peaks on atoms (none: the peak belongs to no carbon), both counted as in the answer; the rest is
        assigned around them. Raises `ConfigError` where a pin names what is not there, or pins contradict each other.
        """
        encoded = self._encode(structure)
        classes = encoded.classes()
        if spectrum.one_per_carbon:
            spectrum = replace(spectrum, peaks=tuple(replace(p, aside=None) for p in spectrum))
        to_input = encoded.molecule.input_atoms
        pins = _pins(pinned, to_input, classes, spectrum) if pinned else NO_PINS
        match = self.match(encoded.node, classes, spectrum, pins)
        assigned = tuple(
            self._assigned_peak(p, spectrum, classes, match, to_input, p in pins.atoms)
            for p in range(len(spectrum))
            if match.peak_classes[p]
        )
        seen = {atom for atoms in match.peak_atoms for atom in atoms}
        unobserved = tuple(to_input[i] for i in encoded.molecule.carbons if i not in seen)
        return Assignment(
            spectrum.id,
            encoded.molecule.smiles,
            assigned,
            tuple(p for p in match.unassigned_peaks if spectrum.peaks[p].aside is None),
            unobserved,
            -match.cost,
            _warnings(match, spectrum, unobserved),
        )

    def matrix(self, structure: str, spectrum: Spectrum) -> Matrix:
        """What `assign` chose from: cost and probability of every peak at every carbon class; raises as `assign`."""
        encoded = self._encode(structure)
        classes = encoded.classes()
        match = self.match(encoded.node, classes, spectrum)
        cost = self.match_costs(encoded.node, classes, spectrum)
        to_input = encoded.molecule.input_atoms
        return Matrix(
            tuple(tuple(to_input[i] for i in atoms) for atoms in classes.atoms),
            tuple(round(float(s), 2) for s in classes.shift_ppm),
            tuple(tuple(round(float(c), 2) for c in row) for row in cost),
            tuple(tuple(round(float(p), 4) for p in row) for row in match.probability),
        )

    def predict(self, structure: str) -> Prediction:
        """The shift of every carbon class with its standard deviation; raises `MoleculeError`."""
        encoded = self._encode(structure)
        classes = encoded.classes()
        deviation = math.sqrt(2) * self.matching.trusted_scale(classes.scale_ppm)
        carbons = tuple(
            PredictedCarbon(
                tuple(encoded.molecule.input_atoms[i] for i in atoms),
                round(float(classes.shift_ppm[k]), 2),
                round(float(deviation[k]), 2),
                MULTIPLICITIES[classes.hydrogens[k]] if classes.hydrogens[k] < len(MULTIPLICITIES) else None,
            )
            for k, atoms in enumerate(classes.atoms)
        )
        return Prediction(encoded.molecule.smiles, carbons)

    def rank(
        self,
        candidates: Sequence[str],
        spectrum: Spectrum,
        *,
        names: Sequence[str | None] | None = None,
        top: int | None = None,
    ) -> Hits:
        """Order candidate structures by how well they explain the spectrum; a bad candidate becomes a warning."""
        began = time.perf_counter()
        molecules, warnings = [], []
        for number, text in enumerate(candidates):
            try:
                molecules.append(parse_smiles(text, names[number] if names else None))
            except MoleculeError as error:
                warnings.append(f"candidate {number + 1}: {error}")
        if not molecules:
            raise MoleculeError("; ".join(["no candidate can be read", *warnings[:3]]))
        encoded = encode_molecules(self.model, molecules, self.device)
        spectrum = spectrum.without_aside()
        question = self.question(spectrum)
        graph = np.array([float(question.vector @ e.graph) for e in encoded])
        match = np.array([-cheapest_cost(spectrum, e.classes(), self.matching) for e in encoded])
        hits = self._hits(lambda i: (molecules[i].source, molecules[i].name), graph, match, question.fusion, top)
        return Hits(spectrum.id, hits, len(molecules), _elapsed_ms(began), tuple(warnings))

    def search(
        self,
        spectrum: Spectrum,
        library: Library | Searchable,
        *,
        top: int = 10,
        filters: Filters = NO_FILTERS,
        exhaustive: bool = False,
    ) -> Hits:
        """The molecules of a library that best explain the spectrum, filters applied first.

        `exhaustive` passes over no molecule for its similarity or a quick match; a million take half a second.
        Raises `LibraryMismatchError` where another model built the library.
        """
        return next(self.search_many([spectrum], library, top=top, filters=[filters], exhaustive=exhaustive))

    def search_many(
        self,
        spectra: Sequence[Spectrum],
        library: Library | Searchable,
        *,
        top: int = 10,
        filters: Sequence[Filters] | None = None,
        exhaustive: bool = False,
    ) -> Iterator[Hits]:
        """`search` of many spectra, which share the passes over the library; `filters` are one for each."""
        library.check_model(self.model_sha256)
        conditions = filters or [NO_FILTERS] * len(spectra)
        together = 1 if exhaustive else _TOGETHER  # every molecule of the library is kept for each
        for first in range(0, len(spectra), together):
            part = slice(first, first + together)
            began = time.perf_counter()
            asked = self.questions([s.without_aside() for s in spectra[part]])
            tested = any(f.substructure is not None for f in conditions[part])  # one by one: fewer of them
            exactly = max(top, KEPT if tested else MATCHED_EXACTLY)
            limits = Limits(exactly=exactly, kept=max(top, KEPT), sure=max(top, SURE))
            if exhaustive:
                limits = limits._replace(quickly=None, exactly=max(1, len(library)))
            if isinstance(library, Library):
                answers = find_many(asked, library, conditions[part], limits)
            else:
                answers = library.find_many(asked, conditions[part], limits)
            shared_ms = (time.perf_counter() - began) * 1000 / len(asked)
            for question, found in zip(asked, answers, strict=True):
                began = time.perf_counter()
                yield self._found_hits(question, library.warnings, found, top, began, shared_ms)

    def question(self, spectrum: Spectrum) -> Question:
        """A spectrum made ready for `find_candidates`."""
        return self.questions([spectrum])[0]

    def questions(self, spectra: Sequence[Spectrum]) -> list[Question]:
        """Some spectra made ready, encoded together."""
        vectors = encode_spectra(self.model, spectra, self.device)
        return [Question(s, v, self.matching) for s, v in zip(spectra, vectors, strict=True)]

    def embed(self, smiles: Sequence[str]) -> NDArray[np.float32]:
        """Graph-level unit vectors (N, D) of N structures; raises `MoleculeError` at the first that is bad."""
        parts = []
        for chunk in self.entries((s, None) for s in smiles):
            if chunk.rejected:
                raise MoleculeError(f"structure {chunk.rejected[0][0]}: {chunk.rejected[0][2]}")
            parts.append(chunk.embedding)
        return np.concatenate(parts)

    def entries(self, source: Iterable[tuple[str, str | None]]) -> Iterator[Entries]:
        """Encode (SMILES or mol block, name) pairs for a library, in chunks that say what could not be read."""
        return encode_entries(self.model, source, self.device)

    def build_library(
        self,
        source: Iterable[tuple[str, str | None]],
        path: str | Path,
        *,
        label: str = "a list",
        options: BuildOptions = DEFAULT_BUILD,
        workers: int = 1,
        cluster: Cluster | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> BuildReport:
        """Encode (SMILES or mol block, name) pairs into the library at `path`.

        On a CPU `workers` processes encode, or the processors of `cluster`; the library is the same.
        A build that was interrupted goes on: give the same source (named by `label`) again. Raises `LibraryError`.
        """
        with open_builder(path, self.model_sha256, label, options) as builder:
            chunk = builder.chunk(CHUNK)
            first, key = builder.done + 1, builder.manifest.deduplicate
            rest = islice(source, builder.done, None)
            if progress and builder.done:
                progress(builder.done)
            if cluster is not None:
                model = self.model if self.device.type == "cpu" else read_model(self.path).model
                encoded = cluster.encode(model, rest, first=first, key=key, chunk=chunk)
            elif workers == 1 or self.device.type != "cpu":
                encoded = encode_entries(self.model, rest, self.device, first=first, key=key, chunk=chunk)
            else:
                encoded = encode_in_processes(self.path, rest, workers, first=first, key=key, chunk=chunk)
            for entries in encoded:
                builder.append(entries)
                if progress:
                    progress(entries.records)
            return builder.finish()

    def match(
        self,
        node: NDArray[np.float32],
        classes: PredictedClasses,
        spectrum: Spectrum,
        pins: Pins = NO_PINS,
    ) -> Match:
        """The cheapest matching of the peaks and the carbon classes; `node` (A, D) are the atoms' embeddings."""
        return assign(spectrum, classes, self.matching, self._evidence(node, classes, spectrum), pins)

    def match_costs(
        self, node: NDArray[np.float32], classes: PredictedClasses, spectrum: Spectrum
    ) -> NDArray[np.float64]:
        """Negative log-likelihood (P, K) of every peak at every carbon class by itself."""
        return peak_class_cost(spectrum, classes, self.matching, self._evidence(node, classes, spectrum))

    def _evidence(
        self, node: NDArray[np.float32], classes: PredictedClasses, spectrum: Spectrum
    ) -> NDArray[np.float64]:
        """Log-probability (P, K) of every class for each peak by the node level alone."""
        logits = node_logits(self.model, spectrum, node, self.device)
        evidence = np.stack([logits[:, list(atoms)].mean(1) for atoms in classes.atoms], 1)
        normalised: NDArray[np.float64] = evidence - logsumexp(evidence, 1, keepdims=True)
        return normalised

    def _encode(self, structure: str) -> EncodedMolecule:
        return encode_molecules(self.model, [parse_structure(structure)], self.device)[0]

    def _found_hits(
        self, question: Question, warnings: tuple[str, ...], found: Candidates, top: int, began: float, shared_ms: float
    ) -> Hits:
        hits = self._hits(found.entries.__getitem__, found.graph, found.match, question.fusion, top)
        if not found.passed:
            warnings += ("no molecule of the library passes the filters",)
        elsewhere = round(shared_ms, 1)
        return Hits(question.spectrum.id, hits, found.passed, _elapsed_ms(began) + elsewhere, warnings)

    def _hits(
        self,
        entry: Callable[[int], tuple[str, str | None]],
        graph: NDArray[np.float64],
        match: NDArray[np.float64],
        fusion: Fusion,
        top: int | None,
    ) -> tuple[Hit, ...]:
        score = fuse(graph, match, fusion)
        probability = probabilities(score)
        order = np.argsort(-score, kind="stable")[:top]
        return tuple(
            Hit(
                n,
                *entry(i),
                float(score[i]),
                float(probability[i]),
                float(graph[i]),
                float(match[i]),
            )
            for n, i in enumerate(order, 1)
        )

    def _assigned_peak(
        self,
        p: int,
        spectrum: Spectrum,
        classes: PredictedClasses,
        match: Match,
        to_input: Sequence[int],
        pinned: bool,
    ) -> AssignedPeak:
        chosen = match.peak_classes[p]
        probability = match.probability[p]
        others = [k for k in np.argsort(-probability, kind="stable") if k not in chosen and probability[k] >= 0.01]
        return AssignedPeak(
            p,
            spectrum.peaks[p].shift_ppm,
            tuple(sorted(to_input[i] for i in match.peak_atoms[p])),
            round(float(np.mean(classes.shift_ppm[list(chosen)])), 2),
            round(float(min(probability[k] for k in chosen)), 4),
            tuple(
                Alternative(tuple(to_input[i] for i in classes.atoms[k]), round(float(probability[k]), 4))
                for k in others[:_ALTERNATIVES]
            ),
            pinned,
        )


def _pins(
    pinned: Mapping[int, Sequence[int]], to_input: Sequence[int], classes: PredictedClasses, spectrum: Spectrum
) -> Pins:
    """Pins whose atoms are counted as in the input, in the model's order."""
    from_input = {number: i for i, number in enumerate(to_input)}
    for peak, atoms in pinned.items():
        if unknown := [a for a in atoms if a not in from_input]:
            raise ConfigError(f"pinned peak {peak}: atom {unknown[0]} is no carbon of this structure")
    return build_pins({p: [from_input[a] for a in atoms] for p, atoms in pinned.items()}, classes, len(spectrum))


def _warnings(match: Match, spectrum: Spectrum, unobserved: tuple[int, ...]) -> tuple[str, ...]:
    alone = [p for p in match.unassigned_peaks if spectrum.peaks[p].aside is None]
    found = [
        f"took back {peak.shift_ppm:g} ppm, set aside as {peak.aside}: a carbon may lie there"
        for peak, classes in zip(spectrum, match.peak_classes, strict=True)
        if classes and peak.aside
    ]
    if alone:
        found.append(f"{len(alone)} peak(s) fit no carbon")
    if unobserved:
        found.append(f"{len(unobserved)} carbon(s) have no peak")
    return tuple(found)


def _elapsed_ms(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
