"""Names of carbons for formats that need them: C and the number of the atom in the mol block, from 1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from km3aid.engine.results import AssignedPeak, Assignment
from km3aid.molecules import carbon_classes, parse_structure


class Label(NamedTuple):
    """Equivalent carbons under one peak; `atoms` count from 0, `splits` says that they are diastereotopic."""

    name: str
    peak: AssignedPeak
    atoms: tuple[int, ...]
    carbon_class: int
    splits: bool


def carbon_labels(structure: str, answer: Assignment) -> list[Label]:
    """A label for each carbon class of each assigned peak, in the order of the peaks.

    >>> from km3aid.engine.results import AssignedPeak, Assignment
    >>> found = Assignment(None, "CCO", (AssignedPeak(0, 58.0, (1,), 57.9, 0.9),), (), (0,), 0.0)
    >>> carbon_labels("CCO", found)[0].name
    'C2'
    """
    molecule = parse_structure(structure)
    owner: dict[int, int] = {}
    splits: dict[int, bool] = {}
    for number, carbons in enumerate(carbon_classes(molecule.mol)):
        splits[number] = carbons.splits
        owner |= {molecule.input_atoms[i]: number for i in carbons.atoms}
    labels = []
    named: Counter[str] = Counter()
    for peak in answer.assignments:
        for number, atoms in _by_class(peak.atoms, owner):
            name = f"C{atoms[0] + 1}"
            named[name] += 1
            again = "" if named[name] == 1 else f"_{named[name]}"  # of a mixture: two lines of the same carbons
            labels.append(Label(name + again, peak, atoms, number, splits[number]))
    return labels


def _by_class(atoms: Sequence[int], owner: dict[int, int]) -> Iterator[tuple[int, tuple[int, ...]]]:
    for number in dict.fromkeys(owner[i] for i in atoms):
        yield number, tuple(i for i in atoms if owner[i] == number)
