"""The engine's answers: typed results whose `to_dict()` is the JSON of the command line."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from km3aid.drawn import Drawn
from km3aid.matching.verdict import Verdict
from km3aid.spectra.spectrum import Spectrum

if TYPE_CHECKING:
    from km3aid.molecules.given import RDKitMolecule

By = Literal["connectivity", "structure"]  # what makes two candidates one hit
Answer = TypeVar("Answer", bound=Drawn)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer is about: the structure as it was given, a SMILES or mol block, and the spectrum."""

    structure: str | None = None
    spectrum: Spectrum | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Drawn):
    """An answer of the engine, with what was `asked` where that is known, for its picture."""

    asked: Asked | None = field(default=None, repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """The JSON of the command line."""
        values = _plain(asdict(replace(self, asked=None)))
        del values["asked"]
        return values


class Answers(tuple[Answer, ...], Drawn):
    """Answers of one kind, in order, such as those to the spectra of a data frame."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another place for a peak: `atoms` (input order, 0-based) and its probability."""

    atoms: tuple[int, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class AssignedPeak:
    """One peak of the input (`peak`, its 0-based position) and the carbons that it belongs to.

    `std_ppm` is that of the prediction (`PredictedCarbon`). With the peaks `interchangeable_with` it may as well change
    places: the carbons are diastereotopic, or each peak may belong to the carbons of the other. A `pinned` peak was
    placed by hand, so its confidence is 1.
    """

    peak: int
    shift_ppm: float
    atoms: tuple[int, ...]
    predicted_ppm: float
    confidence: float
    alternatives: tuple[Alternative, ...] = ()
    pinned: bool = False
    std_ppm: float | None = None
    interchangeable_with: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Assignment(Told):
    """Peaks ↔ carbons of one molecule; atom indices are 0-based in the order of the input structure.

    The confidences hold only if the structure is right. `probability` says how likely that is by the fit of the lines
    alone, if a close wrong structure were as likely, and `verdict` judges it; None where the model has no constants for
    it. `Engine.verify` also compares isomers.
    """

    id: str | None
    smiles: str
    assignments: tuple[AssignedPeak, ...]
    unassigned_peaks: tuple[int, ...]
    unobserved_atoms: tuple[int, ...]
    score: float
    warnings: tuple[str, ...] = ()
    verdict: Verdict | None = None
    probability: float | None = None

    def to_dict(self) -> dict[str, Any]:
        values = Told.to_dict(self)  # super() fails in a class with slots
        for peak in values["assignments"]:
            if not peak["pinned"]:
                del peak["pinned"]  # kept only where it is true
        return values

    def to_rdkit(self) -> RDKitMolecule:
        """An RDKit molecule with the shifts of its peaks beside the atoms, which are those of the input.

        Raises `MoleculeError`.
        """
        notes: dict[int, list[str]] = {}
        for peak in self.assignments:
            for atom in peak.atoms:
                notes.setdefault(atom, []).append(f"{peak.shift_ppm:g}")
        return _rdkit(self.smiles, self.asked, {atom: "/".join(shifts) for atom, shifts in notes.items()})


@dataclass(frozen=True, slots=True)
class Matrix:
    """Every peak against every carbon class: what an assignment is chosen from.

    `atoms[k]` are the carbons of class k (input order, 0-based) and `predicted_ppm[k]` its shift; `cost[p][k]` is the
    negative log-likelihood of peak p at class k in nats, and `probability[p][k]` the calibrated probability.
    """

    atoms: tuple[tuple[int, ...], ...]
    predicted_ppm: tuple[float, ...]
    cost: tuple[tuple[float, ...], ...]
    probability: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Member:
    """One of several structures of a hit: a stereoisomer, a salt or a duplicate, with its share of the probability."""

    smiles: str
    name: str | None
    score: float
    probability: float


@dataclass(frozen=True, slots=True)
class Hit:
    """One connectivity among the candidates, shown by its best structure; `score` joins both levels.

    `probability` is that of all `members`, which are listed, best first, where there are several.
    """

    rank: int
    smiles: str
    name: str | None
    score: float
    probability: float
    graph_score: float
    match_score: float
    members: tuple[Member, ...] = ()

    def to_rdkit(self) -> RDKitMolecule:
        """The molecule for RDKit; raises `MoleculeError`."""
        return _rdkit(self.smiles, None, {})


@dataclass(frozen=True, slots=True)
class Hits(Told):
    """The answer of `rank` and `search`, best first; `candidates` is how many were compared.

    `present` is the probability that the right structure is among them; those of all candidates add up to it. It is
    None where the model has no constants for it: then the probabilities hold only if the right structure is there.
    """

    id: str | None
    hits: tuple[Hit, ...]
    candidates: int
    elapsed_ms: float
    warnings: tuple[str, ...] = ()
    present: float | None = None


@dataclass(frozen=True, slots=True)
class Proposal(Hit):
    """A structure that an elucidation proposes.

    `origin` says where it came from: "library", "start" (given), "pieces" (two parts of known molecules) or "moves"
    (changed step by step). `novel` is whether the library lacks its connectivity. `unusual` is by how many log-odds its
    `score` is lowered for surroundings of atoms that are seldom or never met. `assignments` are the peaks' carbons.
    """

    origin: str = ""
    novel: bool = True
    formula: str = ""
    unusual: float = 0.0
    assignments: tuple[AssignedPeak, ...] = ()


@dataclass(frozen=True, slots=True)
class SharedPart:
    """What the first `proposals`, which together are likely to hold the right one, have in common.

    `atoms` are those of the first proposal (0-based), and `share` how much of it they are.
    """

    smiles: str
    atoms: tuple[int, ...]
    share: float
    proposals: int


@dataclass(frozen=True, slots=True)
class Elucidation(Hits):
    """Proposals, best first; `candidates` is how many molecules were scored, `estimated` how many more were looked at.

    `present` is the probability that the right structure is among the proposals: the rest is "none of these".
    `exhausted` says that nothing was left to try.
    """

    estimated: int = 0
    exhausted: bool = False
    shared: SharedPart | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One of the tests of a verification: `score` from −1 (speaks against) to 1 (speaks for), `significance` 0 to 1."""

    name: str
    score: float
    significance: float
    detail: str


@dataclass(frozen=True, slots=True)
class Misfit:
    """What a structure does not explain: a line far from its carbon, a peak without a carbon, a carbon without a peak.

    `peak` is its 0-based position, `atoms` are 0-based in the order of the input; `p_value` says how often a line of a
    right structure is as far off.
    """

    peak: int | None = None
    atoms: tuple[int, ...] = ()
    observed_ppm: float | None = None
    predicted_ppm: float | None = None
    std_ppm: float | None = None
    p_value: float | None = None


@dataclass(frozen=True, slots=True)
class Rival:
    """Another structure of the same formula, and by how many log-odds it explains the spectrum better."""

    smiles: str
    name: str | None
    ahead: float


@dataclass(frozen=True, slots=True)
class Verification(Told):
    """Whether a structure fits a spectrum.

    `probability` is that of the structure if a close wrong one, an isomer that looks like it, were as likely. `rivals`
    are the nearest isomers that explain the spectrum better, or almost as well, best first; `compared` counts all.
    Where the structure states a configuration, `configurations` are its relative configurations, likeliest first, with
    the probability of each if one of them is right.
    """

    id: str | None
    smiles: str
    verdict: Verdict
    probability: float
    tests: tuple[Check, ...]
    misfits: tuple[Misfit, ...]
    rivals: tuple[Rival, ...]
    compared: int
    elapsed_ms: float
    warnings: tuple[str, ...] = ()
    configurations: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class PredictedCarbon:
    """The predicted shift of one carbon class.

    Of molecules that never trained 68 % of the lines are within `std_ppm` of it (one standard deviation, if errors were
    normal; they have longer tails), and 95 % within `interval_95_ppm`.
    """

    atoms: tuple[int, ...]
    shift_ppm: float
    std_ppm: float
    multiplicity: str | None
    interval_95_ppm: float | None = None


@dataclass(frozen=True, slots=True)
class Prediction(Told):
    """The predicted spectrum of one molecule."""

    smiles: str
    carbons: tuple[PredictedCarbon, ...]
    warnings: tuple[str, ...] = ()

    def to_rdkit(self) -> RDKitMolecule:
        """An RDKit molecule with the predicted shifts beside the atoms, which are those of the input.

        Raises `MoleculeError`.
        """
        notes = {atom: f"{carbon.shift_ppm:.1f}" for carbon in self.carbons for atom in carbon.atoms}
        return _rdkit(self.smiles, self.asked, notes)


def _rdkit(smiles: str, asked: Asked | None, notes: dict[int, str]) -> RDKitMolecule:
    from km3aid.molecules.given import rdkit_molecule

    return rdkit_molecule(smiles if asked is None or asked.structure is None else asked.structure, notes)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """`values` with tuples as lists, as in JSON."""
    return {key: _listed(value) for key, value in values.items()}


def _listed(value: Any) -> Any:
    if isinstance(value, dict):
        return _plain(value)
    return [_listed(item) for item in value] if isinstance(value, list | tuple) else value
