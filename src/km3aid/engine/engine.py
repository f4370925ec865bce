"""The facade of km3aid: load a model, then assign, rank, search, predict, embed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from km3aid.encoding.chunks import Line, chunks
from km3aid.encoding.encode import EncodedMolecule, encode_molecules, encode_spectra, node_logits
from km3aid.encoding.entries import Entries
from km3aid.encoding.library_entries import encode_chunk
from km3aid.engine.assigning import assign_structure, every_cost
from km3aid.engine.bundled import bundled_models
from km3aid.engine.familiar import Familiar
from km3aid.engine.kept import KeptStructures
from km3aid.engine.predicting import prediction
from km3aid.engine.rates import USUAL_RATES, ErrorRates
from km3aid.engine.results import Answers, Assignment, By, Elucidation, Hits, Matrix, Prediction, Verification
from km3aid.errors import MoleculeError
from km3aid.library import BuildOptions, Filters
from km3aid.matching.assign import Match, assign
from km3aid.matching.classes import CarbonClasses
from km3aid.matching.config import MatchConfig
from km3aid.matching.cost import peak_class_cost
from km3aid.matching.linear_sum import log_softmax
from km3aid.matching.pins import NO_PINS, Pins
from km3aid.matching.presence import Presence
from km3aid.matching.verifier import Verifiers
from km3aid.models.network import Network, open_network
from km3aid.models.weights import ModelFile, read_model_file
from km3aid.molecules import Molecule
from km3aid.molecules.given import Structure, structure_text
from km3aid.progress import Progress, watched
from km3aid.search import NO_FILTERS, Query
from km3aid.spectra.given import AnySpectrum, Frame, spectra_of_frame, spectrum_of
from km3aid.spectra.spectrum import Spectrum
from km3aid.spectra.twins import find_twins, merge_twins, places_in_merged

if TYPE_CHECKING:
    from km3aid.elucidate.known import Effort, Known
    from km3aid.elucidate.run import Progress as Stage
    from km3aid.library import BuildReport, Library, Place
    from km3aid.search import Searchable

DEFAULT_BUILD = BuildOptions()
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Engine:
    """A loaded model with its constants of matching. Make one with `Engine.load()` and keep it: loading takes long.

    Libraries and elucidations are this model's; `precise` assigns, predicts, ranks, verifies, and reorders best hits.

    >>> from km3aid import Engine, Spectrum
    >>> engine = Engine.load()
    >>> engine.assign("CCO", Spectrum.from_shifts([58.2, 18.1])).assignments[0].atoms
    (1,)
    """

    path: Path
    network: Network = field(repr=False)
    file: ModelFile = field(repr=False)
    matching: MatchConfig = field(repr=False)
    presence: Presence | None = field(repr=False, default=None)
    verifiers: Verifiers | None = field(repr=False, default=None)
    familiar: Familiar | None = field(repr=False, default=None)
    precise_path: Path | None = None
    _kept: KeptStructures = field(init=False, repr=False, default_factory=KeptStructures)

    @classmethod
    def load(cls, path: str | Path | None = None, device: str = "auto") -> Engine:
        """Load a model file, or the bundled two; `cuda` computes with torch. Raises `CheckpointError`."""
        file, precise = bundled_models() if path is None else (Path(path), None)
        held = read_model_file(file)
        _log.info("model %s (%s)", file, held.sha256[:12])
        return cls(
            file,
            open_network(held, device),
            held,
            MatchConfig.from_dict(held.header.get("matching", {})),
            Presence.of_header(held.header),
            Verifiers.of_header(held.header),
            Familiar.of_header(held.header),
            precise,
        )

    @cached_property
    def precise(self) -> Engine:
        """The engine of the precise model, loaded when first needed, or this one; raises `CheckpointError`."""
        if self.precise_path is None:
            return self
        return Engine.load(self.precise_path, "cpu" if self.network.on_cpu else "cuda")

    @property
    def header(self) -> dict[str, Any]:
        """What the model file says about its training."""
        return self.file.header

    @property
    def model_sha256(self) -> str:
        """The hash of weights and configuration, on which libraries depend."""
        return self.file.sha256

    @property
    def identity(self) -> dict[str, str]:
        """The hashes of what answers depend on: the model, and the constants of matching."""
        return {"model_sha256": self.model_sha256, "matching_sha256": self.matching.sha256}

    def with_matching(self, matching: MatchConfig) -> Engine:
        """An engine of this model alone, without the precise one, and with other constants of matching."""
        return replace(self, matching=matching, precise_path=None)

    def assign(
        self,
        structure: Structure,
        spectrum: AnySpectrum,
        *,
        pinned: Mapping[int, Sequence[int]] | None = None,
    ) -> Assignment:
        """Which peak belongs to which carbon; raises `MoleculeError` and `SpectrumFormatError`.

        `pinned` holds peaks on atoms (on none: the peak belongs to no carbon), both counted as in the answer; the rest
        is assigned around them. Raises `ConfigError` where pins name what is not there or contradict each other.
        """
        return assign_structure(self.precise, structure, spectrum_of(spectrum), pinned)

    def matrix(self, structure: Structure, spectrum: AnySpectrum) -> Matrix:
        """Cost and probability of every peak at every carbon class, from which `assign` chooses; raises as it does."""
        return every_cost(self.precise, structure, spectrum_of(spectrum))

    def predict(self, structure: Structure) -> Prediction:
        """The shift of every carbon class, with its spread; raises `MoleculeError`."""
        engine = self.precise
        return prediction(engine.encoded(structure), engine.matching, engine.familiar)

    def verify(
        self,
        structure: Structure,
        spectrum: AnySpectrum,
        *,
        library: Library | Searchable | str | Path | None = None,
        rates: ErrorRates = USUAL_RATES,
    ) -> Verification:
        """Whether a structure fits a spectrum, beside the nearest isomers, which are made for that.

        Isomers in a `library` are compared too. Raises `MoleculeError`, `LibraryError`, and `CheckpointError` where the
        model has no constants for verification.
        """
        from km3aid.engine.verifying import verify

        return verify(self, structure_text(structure), spectrum_of(spectrum), library, rates)

    def rank(
        self,
        candidates: Sequence[Structure],
        spectrum: AnySpectrum,
        *,
        names: Sequence[str | None] | None = None,
        top: int | None = None,
        by: By = "connectivity",
    ) -> Hits:
        """Order candidates by how well they explain the spectrum, scored as in a search.

        A candidate that cannot be read becomes a warning; raises `MoleculeError` where none can be read.
        """
        from km3aid.engine.searching import rank

        return rank(self.precise, [structure_text(c) for c in candidates], spectrum_of(spectrum), names, top, by)

    def open_library(self, path: str | Place, *, strict: bool = False, on_cluster: bool = False) -> Searchable:
        """Open the library at `path`, a folder or a URI, for searches; see `km3aid.search.open_library`.

        Raises `LibraryError`, and `LibraryMismatchError` if another model built it.
        """
        from km3aid.search import open_library

        library = open_library(path, strict=strict, on_cluster=on_cluster)
        library.check_model(self.model_sha256)
        return library

    @overload
    def search(
        self,
        spectrum: Frame,
        library: Library | Searchable | str | Path | None = None,
        *,
        top: int = 10,
        filters: Filters = NO_FILTERS,
        exhaustive: bool = False,
        by: By = "connectivity",
    ) -> Answers[Hits]: ...

    @overload
    def search(
        self,
        spectrum: Spectrum | Sequence[float],
        library: Library | Searchable | str | Path | None = None,
        *,
        top: int = 10,
        filters: Filters = NO_FILTERS,
        exhaustive: bool = False,
        by: By = "connectivity",
    ) -> Hits: ...

    def search(
        self,
        spectrum: AnySpectrum,
        library: Library | Searchable | str | Path | None = None,
        *,
        top: int = 10,
        filters: Filters = NO_FILTERS,
        exhaustive: bool = False,
        by: By = "connectivity",
    ) -> Hits | Answers[Hits]:
        """The molecules of a library that best explain the spectrum; filters come first.

        A data frame gives `Answers`, one for each of its spectra. Without a library, the starter library is searched,
        which is built when it is first needed. An `exhaustive` search passes over no molecule because of its similarity
        or the quick match. Raises `SpectrumFormatError`, `LibraryError`, and `LibraryMismatchError` where another model
        built the library.
        """
        several = isinstance(spectrum, Frame)
        spectra = spectra_of_frame(spectrum) if isinstance(spectrum, Frame) else [spectrum_of(spectrum)]
        conditions = [filters] * len(spectra)
        found = self.search_many(spectra, library, top=top, filters=conditions, exhaustive=exhaustive, by=by)
        return Answers(found) if several else next(found)

    def search_many(
        self,
        spectra: Sequence[Spectrum],
        library: Library | Searchable | str | Path | None = None,
        *,
        top: int = 10,
        filters: Sequence[Filters] | None = None,
        exhaustive: bool = False,
        by: By = "connectivity",
    ) -> Iterator[Hits]:
        """`search` for many spectra, which share the passes over the library; `filters` are one for each."""
        from km3aid.engine.searching import search_many

        return search_many(self, spectra, library, top, filters, exhaustive, by)

    def elucidate(
        self,
        spectrum: Spectrum | Sequence[float],
        library: Library | Searchable | str | Path | None = None,
        *,
        known: Known | None = None,
        effort: Effort | None = None,
        top: int = 10,
        progress: Callable[[Stage], None] | None = None,
    ) -> Elucidation:
        """Structures proposed for a spectrum that need not stand in any library; `library` is what they start from.

        Without one it is the starter library. Proposals have the formula or mass that is `known`, or any. Raises
        `LibraryError`, and `ConfigError`, `MoleculeError` or `SpectrumFormatError` where nothing can satisfy it.
        """
        from km3aid.elucidate.known import Effort, Known
        from km3aid.engine.elucidating import elucidate

        return elucidate(self, spectrum_of(spectrum), library, known or Known(), effort or Effort(), top, progress)

    def query(self, spectrum: Spectrum) -> Query:
        """A spectrum ready for a search."""
        return self.queries([spectrum])[0]

    def queries(self, spectra: Sequence[Spectrum]) -> list[Query]:
        """Some spectra ready for a search, encoded together; of lines that all come in pairs, each pair is one line."""
        spectra = [merge_twins(s, find_twins(s)) for s in spectra]
        vectors = encode_spectra(self.network, spectra)
        return [Query(s, v, self.matching.ranking(s.one_per_carbon)) for s, v in zip(spectra, vectors, strict=True)]

    def embed(self, structures: Sequence[Structure]) -> NDArray[np.float32]:
        """Graph-level unit vectors (N, D) of N structures; raises `MoleculeError` for the first that cannot be read."""
        parts = []
        for chunk in self.entries((structure_text(s), None) for s in structures):
            if chunk.rejected:
                raise MoleculeError(f"structure {chunk.rejected[0][0]}: {chunk.rejected[0][2]}")
            parts.append(chunk.embedding)
        return np.concatenate(parts)

    def entries(self, source: Iterable[Line]) -> Iterator[Entries]:
        """Encode (SMILES or mol block, name) pairs for a library, in chunks that say what could not be read."""
        return (encode_chunk(self.network, chunk) for chunk in chunks(source))

    def build_library(
        self,
        source: Iterable[tuple[Structure, str | None]],
        path: str | Path,
        *,
        label: str = "a list",
        options: BuildOptions = DEFAULT_BUILD,
        workers: int = 1,
        on_cluster: bool = False,
        progress: Progress | bool | None = None,
    ) -> BuildReport:
        """Encode (structure, name) pairs into the library at `path`; raises `LibraryError`.

        On a CPU `workers` processes encode, or the processors of the joined Ray cluster; the library is the same. An
        interrupted build goes on where the same source, named by `label`, is given again. `progress` is told how many
        records have come in since the last time; True shows a bar.
        """
        from km3aid.engine.building import Destination, Encoders, build

        lines = ((structure_text(structure), name) for structure, name in source)
        with watched(progress, "Encoding") as told:
            return build(self, lines, Destination(path, label, options), Encoders(workers, on_cluster), told)

    def match(
        self, node: NDArray[np.float32], classes: CarbonClasses, spectrum: Spectrum, pins: Pins = NO_PINS
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
        logits = node_logits(self.network, spectrum, node)
        evidence = np.stack([logits[:, list(atoms)].mean(1) for atoms in classes.atoms], 1)
        return log_softmax(evidence, 1)

    def encode(self, molecule: Molecule) -> EncodedMolecule:
        """What the model says about one molecule, atom by atom."""
        return encode_molecules(self.network, [molecule])[0]

    def encoded(self, structure: Structure) -> EncodedMolecule:
        """The same of a structure, which is kept for further questions; raises `MoleculeError`."""
        return self._kept.encoded(self.network, [structure_text(structure)])[0]

    def prepare(self, structures: Sequence[Structure]) -> None:
        """Encode up to 64 structures together, about which questions follow; raises `MoleculeError`."""
        engine = self.precise
        engine._kept.encoded(engine.network, [structure_text(structure) for structure in structures])
