"""What an elucidation knows of real molecules: the surroundings of their atoms, and the groups they carry."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.elucidate.composition import Compositions, hetero
from km3aid.elucidate.environments import Environments
from km3aid.elucidate.surroundings import surroundings
from km3aid.encoding.encode import encode_graphs
from km3aid.errors import ConfigError, MoleculeError
from km3aid.library import Library
from km3aid.models.network import Network
from km3aid.molecules import featurise
from km3aid.molecules.graphs import Sketch, Sketches, flat_mol, sketch_of_mol, stacked
from km3aid.molecules.graphs.pieces import piece, sides

SAMPLE = 60_000  # molecules of a library that the index is made from
_GROUP_ATOMS = 8  # of the largest group that is kept
_GROUPS = 12_000  # kept, the most frequent
_TOGETHER = 512
_SEED = 5
_VERSION = 4


@dataclass(frozen=True)
class Index:
    """`groups` are what hangs on a single bond in real molecules, the most frequent first; the first atom is bound."""

    environments: Environments
    groups: Sketches
    frequency: NDArray[np.int64]  # (G,)
    compositions: Compositions

    def write(self, path: Path) -> None:
        """Write to a file; raises `ConfigError`."""
        groups = {f"groups_{name}": column for name, column in self.groups._asdict().items()}
        held = {"held": self.compositions.held, "count": self.compositions.count}
        self.environments.write(path, groups | held | {"frequency": self.frequency})

    @classmethod
    def read(cls, path: Path) -> Index | None:
        """What `write` wrote; None where there is no such file, or one of another version."""
        try:
            with np.load(path) as file:
                values = dict(file)
            groups = Sketches(*(values[f"groups_{name}"] for name in Sketches._fields))
            compositions = Compositions(values["held"], values["count"])
            return cls(Environments.read(values), groups, values["frequency"], compositions)
        except (OSError, KeyError, ValueError):
            return None


def index_file(library: Library) -> Path:
    """Where the index of a library is kept; its name tells model and size, for another library of that name."""
    name = f"elucidate-{library.manifest.model_sha256[:12]}-{len(library)}-{_VERSION}.npz"
    return Path(str(library.path)) / name


def open_index(network: Network, library: Library, progress: Callable[[int], None] | None = None) -> Index:
    """The index of a library, which is made once and kept beside it where that can be written to."""
    path = index_file(library)
    found = Index.read(path)
    if found is None:
        found = build_index(network, library, progress=progress)
        if path.parent.is_dir():
            with contextlib.suppress(ConfigError):
                found.write(path)
    return found


def build_index(
    network: Network, library: Library, sample: int = SAMPLE, progress: Callable[[int], None] | None = None
) -> Index:
    """An index of up to `sample` molecules of a library, evenly drawn; `progress` is told how many were looked at."""
    rows = np.arange(len(library))
    if len(rows) > sample:
        rows = np.sort(np.random.default_rng(_SEED).choice(rows, sample, replace=False))
    keys, shifts, compositions, groups = [], [], [], _Groups({}, {})
    for first in range(0, len(rows), _TOGETHER):
        part = [library.smiles(int(row)) for row in rows[first : first + _TOGETHER]]
        sketches, shift = _read(network, part)
        if sketches:
            held = stacked(sketches)
            there = np.arange(held.element.shape[1]) < held.atoms[:, None]
            keys.append(surroundings(held).radius[there])
            shifts.append(np.where(held.element[there] == 6, shift, np.nan).astype(np.float32))
            compositions.append(hetero(held))
            groups.add(sketches)
        if progress:
            progress(len(part))
    environments = Environments.of_atoms(np.concatenate(keys), np.concatenate(shifts), len(rows))
    return Index(environments, *groups.best(), Compositions.of(np.concatenate(compositions)))


class _Groups(NamedTuple):
    """Groups by the number of their structure."""

    sketch: dict[int, Sketch]
    times: dict[int, int]

    def add(self, sketches: list[Sketch]) -> None:
        found = [
            piece(sketch, atoms)
            for sketch in sketches
            for both in sides(sketch)
            for atoms in both
            if len(atoms) <= _GROUP_ATOMS
        ]
        if not found:
            return
        for number, one in zip(surroundings(stacked(found)).structure.tolist(), found, strict=True):
            self.sketch.setdefault(number, one)
            self.times[number] = self.times.get(number, 0) + 1

    def best(self) -> tuple[Sketches, NDArray[np.int64]]:
        order = sorted(self.times, key=lambda number: -self.times[number])[:_GROUPS]
        return stacked([self.sketch[n] for n in order]), np.array([self.times[n] for n in order], np.int64)


def _read(network: Network, smiles: list[str]) -> tuple[list[Sketch], NDArray[np.float32]]:
    """Sketches of those that can be read, and the predicted shifts of all their atoms."""
    sketches, graphs = [], []
    for text in smiles:
        try:
            mol = flat_mol(text)
        except MoleculeError:
            continue
        sketches.append(sketch_of_mol(mol))
        graphs.append(featurise(mol))
    return sketches, encode_graphs(network, graphs).shift_ppm if graphs else np.zeros(0, np.float32)
