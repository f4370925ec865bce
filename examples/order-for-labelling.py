"""In which order to label a pool of molecules: first those that teach most of what is new in a second.

    python examples/order-for-labelling.py pool.smi.gz order.txt --known known.smi.gz --skip labels.parquet

writes lines of the pool, from 0, for `label-with-csp5.py --order`. Two of three are chosen one after the other by the
surroundings of their carbons (two and three bonds), each worth the less the more often it is known or chosen already,
and by the time that a molecule of this size takes; the third is drawn at random, with its neighbours in the pool, so
that diastereomers come together. With `--like target.smi.gz` all are chosen, and for these molecules: the surroundings
of three bonds count as much more as those of two bonds within them are commoner there than in the pool. Needs RDKit,
NumPy and pyarrow.
"""

from __future__ import annotations

import argparse
import gzip
import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet
from rdkit import Chem, RDLogger
from rdkit.Chem import rdFingerprintGenerator

NEAR, FAR, FAR_WORTH = 2, 3, 0.3  # bonds, and what the wider surroundings are worth beside the nearer ones
CHOSEN, DRAWN = 20, 10  # lines by turns
NEIGHBOURS = 10
LARGEST = 45  # heavy atoms
MOST_ALIKE = 10.0  # what surroundings may count that are commoner in the target than in the pool


class Described(NamedTuple):
    """A molecule: its size, and a number for the surroundings of each of its carbons."""

    atoms: int
    near: list[int]
    far: list[int]

    @property
    def seconds(self) -> float:
        """What a label takes on one core: conformer and network."""
        return 0.03 + 0.00017 * self.atoms**2


Counts = Counter[int]  # how often surroundings are known
Worth = Callable[[Described, Counts, Counts], float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pool", type=Path, help="SMILES, one a line, plain or .gz")
    parser.add_argument("out", type=Path)
    parser.add_argument("--known", type=Path, action="append", default=[], help="SMILES that are learned from already")
    parser.add_argument("--skip", type=Path, action="append", default=[], help="Parquet with lines that have labels")
    parser.add_argument("--like", type=Path, help="SMILES for whose kind of molecules to learn")
    parser.add_argument("--most", type=int, default=70_000, help="lines to choose")
    parser.add_argument("--seed", type=int, default=5, help="of those drawn at random")
    asked = parser.parse_args()
    RDLogger.DisableLog("rdApp.*")
    pool = [described(smiles) for smiles in read(asked.pool)]
    labelled = {line for path in asked.skip for line in lines_in(path)}
    known = [*(described(s) for path in asked.known for s in read(path)), *(pool[line] for line in labelled)]
    left = {n for n, m in enumerate(pool) if m is not None and m.atoms <= LARGEST and n not in labelled}
    if asked.like:
        worth = for_molecules_like([described(smiles) for smiles in read(asked.like)], pool)
        order = chosen = most_telling(pool, left, known, asked.most, worth)
    else:
        chosen = most_telling(pool, left, known, asked.most, for_all_molecules)
        order = list(dict.fromkeys(by_turns(iter(chosen), iter(at_random(len(pool), left, asked.seed)))))
    asked.out.write_text("\n".join(map(str, order)) + "\n")
    print(f"{len(order)} lines of {len(pool)}, {len(chosen)} of them chosen")


def read(path: Path) -> list[str]:
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        return [line.split()[0] if line.split() else "" for line in lines]


def lines_in(path: Path) -> list[int]:
    return pyarrow.parquet.read_table(path, columns=["line"])["line"].to_pylist()


def described(smiles: str) -> Described | None:
    """None for what cannot be read and for several fragments."""
    mol = Chem.MolFromSmiles(smiles) if smiles and "." not in smiles else None
    if mol is None:
        return None
    return Described(mol.GetNumHeavyAtoms(), *(surroundings(mol, bonds) for bonds in (NEAR, FAR)))


def surroundings(mol: Any, bonds: int) -> list[int]:
    """A number for what surrounds each carbon, up to so many bonds away; configuration does not count."""
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=bonds, includeChirality=False)
    found = rdFingerprintGenerator.AdditionalOutput()
    found.AllocateBitInfoMap()
    generator.GetSparseCountFingerprint(mol, additionalOutput=found)
    widest: dict[int, tuple[int, int]] = {}
    for number, places in found.GetBitInfoMap().items():
        for atom, radius in places:
            widest[atom] = max(widest.get(atom, (-1, 0)), (radius, number))
    return [widest.get(atom.GetIdx(), (0, 0))[1] for atom in mol.GetAtoms() if atom.GetAtomicNum() == 6]


def for_all_molecules(molecule: Described, near: Counts, far: Counts) -> float:
    """What a molecule teaches when its surroundings are known so often: what is rare teaches most."""
    return sum(1 / (1 + near[n]) for n in molecule.near) + FAR_WORTH * sum(1 / (1 + far[n]) for n in molecule.far)


def for_molecules_like(target: list[Described | None], pool: list[Described | None]) -> Worth:
    """The same for one kind of molecules: what is rare teaches most of what they have more often than the pool has."""
    there, here = (Counter(n for m in molecules if m is not None for n in m.near) for molecules in (target, pool))
    ratio = here.total() / max(there.total(), 1)
    likeness = {n: min(there[n] / times * ratio, MOST_ALIKE) for n, times in here.items()}

    def worth(molecule: Described, near: Counts, far: Counts) -> float:
        return sum(likeness[n] / (1 + far[f]) for n, f in zip(molecule.near, molecule.far, strict=True))

    return worth


def most_telling(
    pool: list[Described | None], left: set[int], known: list[Described | None], most: int, worth: Worth
) -> list[int]:
    """Greedy: the line whose surroundings are worth most a second, then the next beside what is known by then."""
    near: Counts = Counter()
    far: Counts = Counter()

    def learn(molecule: Described | None) -> None:
        if molecule is not None:
            near.update(molecule.near)
            far.update(molecule.far)

    def cost(molecule: Described) -> float:
        return -worth(molecule, near, far) / molecule.seconds

    for molecule in known:
        learn(molecule)
    of_line = {line: molecule for line in left if (molecule := pool[line]) is not None}
    heap = [(cost(molecule), line) for line, molecule in of_line.items()]
    heapq.heapify(heap)
    order: list[int] = []
    while heap and len(order) < most:
        stated, line = heapq.heappop(heap)
        now = cost(of_line[line])
        if heap and now > 0.98 * stated and now > heap[0][0]:  # worth less than when it was put there
            heapq.heappush(heap, (now, line))
            continue
        order.append(line)
        learn(of_line[line])
    return order


def at_random(lines: int, left: set[int], seed: int) -> list[int]:
    groups = [range(start, min(start + NEIGHBOURS, lines)) for start in range(0, lines, NEIGHBOURS)]
    random.Random(seed).shuffle(groups)
    return [line for group in groups for line in group if line in left]


def by_turns(chosen: Iterator[int], drawn: Iterator[int]) -> Iterator[int]:
    while part := [*islice(chosen, CHOSEN), *islice(drawn, DRAWN)]:
        yield from part


if __name__ == "__main__":
    main()
