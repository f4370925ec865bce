"""The facade of km3aid: load a model, then assign, rank, search, predict, embed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from km3aid.encoding.chunks import Line, chunks
from km3aid.encoding.encode import EncodedMolecule, encode_molecules, encode_spectra, node_logits
from km3aid.encoding.entries import Entries
from km3aid.encoding.library_entries import encode_chunk
from km3aid.engine.assigning import assignment, matrix, pins_of_input
from km3aid.engine.hits import elapsed_ms, hits_of, shown_smiles
from km3aid.engine.judging import judged
from km3aid.engine.predicting import prediction
from km3aid.engine.rates import USUAL_RATES, ErrorRates
from km3aid.engine.results import Assignment, By, Elucidation, Hits, Matrix, Prediction, Verification
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
from km3aid.molecules import Molecule, parse_structure
from km3aid.search import NO_FILTERS, Limits, Query
from km3aid.search.query import KEPT, MATCHED_EXACTLY, SURE
from km3aid.spectra.spectrum import Spectrum
from km3aid.spectra.twins import find_twins, merge_twins, places_in_merged, twins_note

if TYPE_CHECKING:
    from km3aid.elucidate.known import Effort, Known
    from km3aid.elucidate.run import Progress
    from km3aid.library import BuildReport, Library, Place
    from km3aid.search import Searchable

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
    network: Network = field(repr=False)
    file: ModelFile = field(repr=False)
    matching: MatchConfig = field(repr=False)
    presence: Presence | None = field(repr=False, default=None)
    verifiers: Verifiers | None = field(repr=False, default=None)

    @classmethod
    def load(cls, path: str | Path | None = None, device: str = "auto") -> Engine:
        """Load a model file, or the bundled one; `cuda` computes with torch. Raises `CheckpointError`."""
        bundled = resources.files("km3aid") / "weights" / "best.safetensors"
        file = Path(str(bundled)) if path is None else Path(path)
        held = read_model_file(file)
        return cls(
            file,
            open_network(held, device),
            held,
            MatchConfig.from_dict(held.header.get("matching", {})),
            Presence.of_header(held.header),
            Verifiers.of_header(held.header),
        )

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
        made = assignment(encoded, classes, spectrum, self.match(encoded.node, classes, spectrum, pins), pins)
        return judged(self, made, encoded, spectrum)

    def matrix(self, structure: str, spectrum: Spectrum) -> Matrix:
        """Cost and probability of every peak at every carbon class, from which `assign` chooses; raises as it does."""
        encoded = self._encode(structure)
        classes = encoded.classes()
        match = self.match(encoded.node, classes, spectrum)
        return matrix(encoded, classes, self.match_costs(encoded.node, classes, spectrum), match)

    def predict(self, structure: str) -> Prediction:
        """The shift of every carbon class, with its standard deviation; raises `MoleculeError`."""
        return prediction(self._encode(structure), self.matching)

    def verify(
        self,
        structure: str,
        spectrum: Spectrum,
        *,
        library: Library | Searchable | str | Path | None = None,
        rates: ErrorRates = USUAL_RATES,
    ) -> Verification:
        """Whether a structure fits a spectrum, beside the nearest isomers, which are made for that.

        Isomers in a `library` are compared too. Raises `MoleculeError`, `LibraryError`, and `CheckpointError` where the
        model has no constants for verification.
        """
        from km3aid.engine.verifying import verify

        return verify(self, structure, spectrum, library, rates)

    def rank(
        self,
        candidates: Sequence[str],
        spectrum: Spectrum,
        *,
        names: Sequence[str | None] | None = None,
        top: int | None = None,
        by: By = "connectivity",
    ) -> Hits:
        """Order candidates (SMILES or mol blocks) by how well they explain the spectrum, scored as in a search.

        A candidate that cannot be read becomes a warning; raises `MoleculeError` where none can be read.
        """
        from km3aid.library import Library
        from km3aid.search import LocalLibrary

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
        shown = [shown_smiles(text, library.library.smiles(row)) for row, (text, _) in enumerate(readable)]
        entries = [(shown[row], readable[row][1]) for row in found.rows]
        hits, present = hits_of(found, query, entries, self.presence, top, by)
        said = (*warnings, *twins_note(spectrum))
        return Hits(spectrum.id, hits, len(readable), elapsed_ms(began), said, present)

    def open_library(self, path: str | Place, *, strict: bool = False, on_cluster: bool = False) -> Searchable:
        """Open the library at `path`, a folder or a URI, for searches; see `km3aid.search.open_library`.

        Raises `LibraryError`, and `LibraryMismatchError` if another model built it.
        """
        from km3aid.search import open_library

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
        by: By = "connectivity",
    ) -> Hits:
        """The molecules of a library that best explain the spectrum; filters come first.

        An `exhaustive` search passes over no molecule because of its similarity or the quick match. Raises
        `LibraryError`, and `LibraryMismatchError` where another model built the library.
        """
        found = self.search_many([spectrum], library, top=top, filters=[filters], exhaustive=exhaustive, by=by)
        return next(found)

    def search_many(
        self,
        spectra: Sequence[Spectrum],
        library: Library | Searchable | str | Path,
        *,
        top: int = 10,
        filters: Sequence[Filters] | None = None,
        exhaustive: bool = False,
        by: By = "connectivity",
    ) -> Iterator[Hits]:
        """`search` for many spectra, which share the passes over the library; `filters` are one for each."""
        from km3aid.search.opening import searchable

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
                hits, present = hits_of(found, query, found.entries, self.presence, top, by)
                none = () if found.passed else ("no molecule of the library passes the filters",)
                said = (*searched.warnings, *none, *twins_note(spectrum))
                took_ms = elapsed_ms(began) + shared_ms
                yield Hits(query.spectrum.id, hits, found.passed, took_ms, said, present)

    def elucidate(
        self,
        spectrum: Spectrum,
        library: Library | Searchable | str | Path,
        *,
        known: Known | None = None,
        effort: Effort | None = None,
        top: int = 10,
        progress: Callable[[Progress], None] | None = None,
    ) -> Elucidation:
        """Structures proposed for a spectrum that need not stand in any library; `library` is what they start from.

        Proposals have the formula or the mass that is `known`, or none in particular. Raises `LibraryError`, and
        `ConfigError`, `MoleculeError` or `SpectrumFormatError` where nothing can satisfy what is known.
        """
        from km3aid.elucidate.known import Effort, Known
        from km3aid.engine.elucidating import elucidate

        return elucidate(self, spectrum, library, known or Known(), effort or Effort(), top, progress)

    def query(self, spectrum: Spectrum) -> Query:
        """A spectrum ready for a search."""
        return self.queries([spectrum])[0]

    def queries(self, spectra: Sequence[Spectrum]) -> list[Query]:
        """Some spectra ready for a search, encoded together; of lines that all come in pairs, each pair is one line."""
        spectra = [merge_twins(s, find_twins(s)) for s in spectra]
        vectors = encode_spectra(self.network, spectra)
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
        return (encode_chunk(self.network, chunk) for chunk in chunks(source))

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
        from km3aid.engine.building import Destination, Encoders, build

        return build(self, source, Destination(path, label, options), Encoders(workers, on_cluster), progress)

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
        logits = node_logits(self.network, spectrum, node)
        evidence = np.stack([logits[:, list(atoms)].mean(1) for atoms in classes.atoms], 1)
        return log_softmax(evidence, 1)

    def encode(self, molecule: Molecule) -> EncodedMolecule:
        """What the model says about one molecule, atom by atom."""
        return encode_molecules(self.network, [molecule])[0]

    def _encode(self, structure: str) -> EncodedMolecule:
        return self.encode(parse_structure(structure))


def _limits(top: int, filters: Sequence[Filters], every: int | None) -> Limits:
    """How many molecules a search looks at for `top` hits; `every` is the size of a library that is matched whole."""
    tested = any(f.substructure is not None for f in filters)  # one by one: fewer of them
    exactly = max(top, KEPT if tested else MATCHED_EXACTLY)
    limits = Limits(exactly=exactly, kept=max(top, KEPT), sure=max(top, SURE))
    return limits if every is None else limits._replace(quickly=None, exactly=max(1, every))
