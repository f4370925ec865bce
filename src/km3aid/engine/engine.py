"""The facade of km3aid: load a model, then assign, rank, search, predict, embed."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import logsumexp

from km3aid.encoding.chunks import Line, chunks
from km3aid.encoding.encode import EncodedMolecule, encode_molecules, encode_spectra, node_logits
from km3aid.encoding.entries import Entries
from km3aid.encoding.library_entries import encode_chunk
from km3aid.encoding.processes import encode_in_processes
from km3aid.engine.assigning import assignment, pins_of_input
from km3aid.engine.results import Assignment, Hit, Hits, Matrix, PredictedCarbon, Prediction
from km3aid.errors import CheckpointError, MoleculeError
from km3aid.library import BuildOptions, BuildReport, Filters, Library, Place, open_builder
from km3aid.matching.assign import Match, assign
from km3aid.matching.classes import CarbonClasses
from km3aid.matching.config import Fusion, MatchConfig
from km3aid.matching.cost import peak_class_cost
from km3aid.matching.fusion import fuse, probabilities
from km3aid.matching.pins import NO_PINS, Pins
from km3aid.models.alignment import AlignmentModel
from km3aid.models.checkpoint import Checkpoint, read_model
from km3aid.molecules import parse_structure
from km3aid.search import NO_FILTERS, Candidates, Limits, LocalLibrary, Query, Searchable, open_library, searchable
from km3aid.search.query import KEPT, MATCHED_EXACTLY, SURE
from km3aid.spectra.spectrum import MULTIPLICITIES, Spectrum
from km3aid.spectra.twins import find_twins, merge_twins, places_in_merged, twins_note

DEFAULT_BUILD = BuildOptions()
_TOGETHER = 32  # spectra that share one pass over a library


@dataclass(frozen=True, eq=False)
class Engine:
    """A loaded model with its constants of matching. Make one with `Engine.load()` and keep it: loading takes long.

    >>> from km3aid import Engine, Spectrum
    >>> engine = Engine.load()
    >>> engine.assign("CCO", Spectrum.from_shifts([58.2, 18.1])).assignments[0].atoms
    (1,)
    """

    path: Path
    device: torch.device
    checkpoint: Checkpoint = field(repr=False)
    matching: MatchConfig = field(repr=False)

    @classmethod
    def load(cls, path: str | Path | None = None, device: str = "auto") -> Engine:
        """Load a model file, or the bundled one; raises `CheckpointError`."""
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        elif device == "cuda" and not torch.cuda.is_available():
            raise CheckpointError("--device cuda: torch sees no GPU here; use --device cpu")
        bundled = resources.files("km3aid") / "weights" / "best.safetensors"
        file = Path(str(bundled)) if path is None else Path(path)
        checkpoint = read_model(file, device)
        matching = MatchConfig.from_dict(checkpoint.header.get("matching", {}))
        return cls(file, torch.device(device), checkpoint, matching)

    @property
    def model(self) -> AlignmentModel:
        return self.checkpoint.model

    @property
    def header(self) -> dict[str, Any]:
        """What the model file says about its training."""
        return self.checkpoint.header

    @property
    def model_sha256(self) -> str:
        """The hash of weights and configuration, on which libraries depend."""
        return self.checkpoint.sha256

    @property
    def identity(self) -> dict[str, str]:
        """The hashes of what answers depend on: the model, and the constants of matching."""
        return {"model_sha256": self.model_sha256, "matching_sha256": self.matching.sha256}

    def with_matching(self, matching: MatchConfig) -> Engine:
        """An engine with the same model and other constants of matching."""
        return replace(self, matching=matching)

    def assign(
        self,
        structure: str,
        spectrum: Spectrum,
        *,
        pinned: Mapping[int, Sequence[int]] | None = None,
    ) -> Assignment:
        """Which peak belongs to which carbon; raises `MoleculeError` and `SpectrumFormatError`.

        `pinned` holds peaks on atoms (on none: the peak belongs to no carbon), both counted as in the answer; the rest
        is assigned around them. Raises `ConfigError` where pins name what is not there or contradict each other.
        """
        encoded = self._encode(structure)
        classes = encoded.classes()
        if spectrum.one_per_carbon:
            spectrum = replace(spectrum, peaks=tuple(replace(p, aside=None) for p in spectrum))
        pins = pins_of_input(pinned, encoded.molecule.input_atoms, classes, spectrum) if pinned else NO_PINS
        return assignment(encoded, classes, spectrum, self.match(encoded.node, classes, spectrum, pins), pins)

    def matrix(self, structure: str, spectrum: Spectrum) -> Matrix:
        """Cost and probability of every peak at every carbon class, from which `assign` chooses; raises as it does."""
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
        """The shift of every carbon class, with its standard deviation; raises `MoleculeError`."""
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
        """Order candidates (SMILES or mol blocks) by how well they explain the spectrum, scored as in a search.

        A candidate that cannot be read becomes a warning; raises `MoleculeError` where none can be read.
        """
        began = time.perf_counter()
        given = list(zip(candidates, names or [None] * len(candidates), strict=True))
        parts = list(self.entries(given))
        rejected = {number - 1: reason for part in parts for number, _, reason in part.rejected}
        warnings = tuple(f"candidate {n + 1}: {reason}" for n, reason in rejected.items())
        readable = [pair for n, pair in enumerate(given) if n not in rejected]
        if not readable:
            raise MoleculeError("; ".join(["no candidate can be read", *warnings[:3]]))
        library, query = LocalLibrary(Library.of_entries(parts)), self.query(spectrum.without_aside())
        everything = Limits(None, len(readable), len(readable), len(readable))
        (found,) = library.find_many([query], [NO_FILTERS], everything)
        shown = [_shown(text, library.library.smiles(row)) for row, (text, _) in enumerate(readable)]
        hits = _hits([(shown[row], readable[row][1]) for row in found.rows], found, query.fusion, top)
        return Hits(spectrum.id, hits, len(readable), _elapsed_ms(began), (*warnings, *twins_note(spectrum)))

    def open_library(self, path: str | Place, *, strict: bool = False, on_cluster: bool = False) -> Searchable:
        """Open the library at `path`, a folder or a URI, for searches; see `km3aid.search.open_library`.

        Raises `LibraryError`, and `LibraryMismatchError` if another model built it.
        """
        library = open_library(path, strict=strict, on_cluster=on_cluster)
        library.check_model(self.model_sha256)
        return library

    def search(
        self,
        spectrum: Spectrum,
        library: Library | Searchable | str | Path,
        *,
        top: int = 10,
        filters: Filters = NO_FILTERS,
        exhaustive: bool = False,
    ) -> Hits:
        """The molecules of a library that best explain the spectrum; filters come first.

        An `exhaustive` search passes over no molecule because of its similarity or the quick match. Raises
        `LibraryError`, and `LibraryMismatchError` where another model built the library.
        """
        return next(self.search_many([spectrum], library, top=top, filters=[filters], exhaustive=exhaustive))

    def search_many(
        self,
        spectra: Sequence[Spectrum],
        library: Library | Searchable | str | Path,
        *,
        top: int = 10,
        filters: Sequence[Filters] | None = None,
        exhaustive: bool = False,
    ) -> Iterator[Hits]:
        """`search` for many spectra, which share the passes over the library; `filters` are one for each."""
        searched = searchable(library)
        searched.check_model(self.model_sha256)
        conditions = filters or [NO_FILTERS] * len(spectra)
        together = 1 if exhaustive else _TOGETHER  # an exhaustive search keeps every molecule for each spectrum
        for first in range(0, len(spectra), together):
            part = slice(first, first + together)
            began = time.perf_counter()
            asked = self.queries([s.without_aside() for s in spectra[part]])
            limits = _limits(top, conditions[part], len(searched) if exhaustive else None)
            answers = searched.find_many(asked, conditions[part], limits)
            shared_ms = round((time.perf_counter() - began) * 1000 / len(asked), 1)
            for spectrum, query, found in zip(spectra[part], asked, answers, strict=True):
                began = time.perf_counter()
                hits = _hits(found.entries, found, query.fusion, top)
                none = () if found.passed else ("no molecule of the library passes the filters",)
                elapsed_ms = _elapsed_ms(began) + shared_ms
                warnings = (*searched.warnings, *none, *twins_note(spectrum))
                yield Hits(query.spectrum.id, hits, found.passed, elapsed_ms, warnings)

    def query(self, spectrum: Spectrum) -> Query:
        """A spectrum ready for a search."""
        return self.queries([spectrum])[0]

    def queries(self, spectra: Sequence[Spectrum]) -> list[Query]:
        """Some spectra ready for a search, encoded together; of lines that all come in pairs, each pair is one line."""
        spectra = [merge_twins(s, find_twins(s)) for s in spectra]
        vectors = encode_spectra(self.model, spectra, self.device)
        return [Query(s, v, self.matching.ranking(s.one_per_carbon)) for s, v in zip(spectra, vectors, strict=True)]

    def embed(self, smiles: Sequence[str]) -> NDArray[np.float32]:
        """Graph-level unit vectors (N, D) of N structures; raises `MoleculeError` for the first that cannot be read."""
        parts = []
        for chunk in self.entries((s, None) for s in smiles):
            if chunk.rejected:
                raise MoleculeError(f"structure {chunk.rejected[0][0]}: {chunk.rejected[0][2]}")
            parts.append(chunk.embedding)
        return np.concatenate(parts)

    def entries(self, source: Iterable[Line]) -> Iterator[Entries]:
        """Encode (SMILES or mol block, name) pairs for a library, in chunks that say what could not be read."""
        return (encode_chunk(self.model, chunk, self.device) for chunk in chunks(source))

    def build_library(
        self,
        source: Iterable[Line],
        path: str | Path,
        *,
        label: str = "a list",
        options: BuildOptions = DEFAULT_BUILD,
        workers: int = 1,
        on_cluster: bool = False,
        progress: Callable[[int], None] | None = None,
    ) -> BuildReport:
        """Encode (SMILES or mol block, name) pairs into the library at `path`; raises `LibraryError`.

        On a CPU `workers` processes encode, or the processors of the joined Ray cluster; the library is the same. An
        interrupted build goes on where the same source, named by `label`, is given again. `progress` is told how many
        records have come in since the last time.
        """
        with open_builder(path, self.model_sha256, label, options) as builder:
            key = builder.manifest.deduplicate
            rest = chunks(islice(source, builder.done, None), builder.done, builder.manifest.shard_records)
            if progress and builder.done:
                progress(builder.done)
            if on_cluster:
                from km3aid.encoding.on_ray import encode_on_ray

                model = self.model if self.device.type == "cpu" else read_model(self.path).model
                encoded = encode_on_ray(model, rest, key)
            elif workers == 1 or self.device.type != "cpu":
                encoded = (encode_chunk(self.model, chunk, self.device, key) for chunk in rest)
            else:
                encoded = encode_in_processes(self.path, rest, workers, key)
            for entries in encoded:
                builder.append(entries)
                if progress:
                    progress(entries.records)
            return builder.finish()

    def match(
        self,
        node: NDArray[np.float32],
        classes: CarbonClasses,
        spectrum: Spectrum,
        pins: Pins = NO_PINS,
    ) -> Match:
        """The cheapest matching of peaks and carbon classes; `node` (A, D) holds the embeddings of the atoms.

        Where all lines come in pairs and none is pinned, both lines of a pair have the same carbons.
        """
        twins = () if pins.atoms else find_twins(spectrum)
        merged = merge_twins(spectrum, twins)
        found = assign(merged, classes, self.matching, self._evidence(node, classes, merged), pins)
        return found.repeated(places_in_merged(len(spectrum), twins)) if twins else found

    def match_costs(self, node: NDArray[np.float32], classes: CarbonClasses, spectrum: Spectrum) -> NDArray[np.float64]:
        """Negative log-likelihood (P, K) of each single peak at each carbon class."""
        return peak_class_cost(spectrum, classes, self.matching, self._evidence(node, classes, spectrum))

    def _evidence(self, node: NDArray[np.float32], classes: CarbonClasses, spectrum: Spectrum) -> NDArray[np.float64]:
        """Log-probability (P, K) of every class for each peak, from the node level alone."""
        logits = node_logits(self.model, spectrum, node, self.device)
        evidence = np.stack([logits[:, list(atoms)].mean(1) for atoms in classes.atoms], 1)
        normalised: NDArray[np.float64] = evidence - logsumexp(evidence, 1, keepdims=True)
        return normalised

    def _encode(self, structure: str) -> EncodedMolecule:
        return encode_molecules(self.model, [parse_structure(structure)], self.device)[0]


def _limits(top: int, filters: Sequence[Filters], every: int | None) -> Limits:
    """How many molecules a search looks at for `top` hits; `every` is the size of a library that is matched whole."""
    tested = any(f.substructure is not None for f in filters)  # one by one: fewer of them
    exactly = max(top, KEPT if tested else MATCHED_EXACTLY)
    limits = Limits(exactly=exactly, kept=max(top, KEPT), sure=max(top, SURE))
    return limits if every is None else limits._replace(quickly=None, exactly=max(1, every))


def _shown(given: str, canonical: str) -> str:
    """A candidate as a SMILES: as it was given, or canonical where that was a mol block."""
    return canonical if "\n" in given.strip() else given.strip()


def _hits(
    entries: Sequence[tuple[str, str | None]], found: Candidates, fusion: Fusion, top: int | None
) -> tuple[Hit, ...]:
    """The `top` candidates (None: all) by the fused score, best first, equal ones in order."""
    score = fuse(found.graph, found.match, fusion)
    probability = probabilities(score)
    order = np.argsort(-score, kind="stable")[:top]
    return tuple(
        Hit(n, *entries[int(i)], float(score[i]), float(probability[i]), float(found.graph[i]), float(found.match[i]))
        for n, i in enumerate(order, 1)
    )


def _elapsed_ms(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
