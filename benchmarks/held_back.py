"""A library without some molecules and all that is like them, so that an elucidation cannot find them in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from rdkit import Chem, DataStructs
from rdkit.Chem import rdFingerprintGenerator
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from km3aid.data.dataset import open_dataset
from km3aid.data.folds import connectivity as blocks
from km3aid.data.teacher import may_train
from km3aid.engine import Engine
from km3aid.evaluation.block import ValidationBlock
from km3aid.evaluation.cases import make_cases
from km3aid.library import Library
from km3aid.library.build import BuildOptions, open_builder
from km3aid.library.table import read_table
from km3aid.molecules import connectivity

LIKE = 0.95  # Tanimoto similarity from which on a molecule is taken out too
_GENERATOR = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)
_ELEMENTS = {"C", "H", "N", "O", "F", "S", "Cl", "Br", "I", "P", "Si"}
_ATOMS = (10, 30)


class Task(NamedTuple):
    """A molecule to elucidate from its distinct peaks."""

    row: int
    smiles: str
    formula: str
    shifts_ppm: tuple[float, ...]


def tasks_of(engine: Engine, block: ValidationBlock, rows: NDArray[np.int64], count: int, seed: int) -> list[Task]:
    """`count` molecules of 10 to 30 heavy atoms in one piece, drawn from `rows`."""
    data, found = block.data, []
    for row in np.random.default_rng(seed).permutation(rows).tolist():
        smiles = str(data.smiles[row], "utf-8") if isinstance(data.smiles[row], bytes) else str(data.smiles[row])
        mol = Chem.MolFromSmiles(smiles)
        if mol is None or "." in smiles or not _ATOMS[0] <= mol.GetNumHeavyAtoms() <= _ATOMS[1]:
            continue
        if {a.GetSymbol() for a in mol.GetAtoms()} - _ELEMENTS or Chem.GetFormalCharge(mol):
            continue
        (case,) = make_cases(engine, data, np.array([row]))
        found.append(Task(row, smiles, CalcMolFormula(mol), tuple(p.shift_ppm for p in case.distinct())))
        if len(found) == count:
            break
    return found


def without(library: Library, tasks: list[Task], folder: Path) -> Library:
    """The library without the tasks' connectivities and what is like them, written to `folder` once."""
    marker = folder / "held-back.json"
    wanted = sorted({connectivity(task.smiles) for task in tasks})
    if marker.exists():
        if json.loads(marker.read_text(encoding="utf-8")) != wanted:
            raise SystemExit(f"{folder}: other molecules are held back there; take another --work")
        return Library.open(folder)
    truths = [_GENERATOR.GetFingerprint(Chem.MolFromSmiles(task.smiles)) for task in tasks]
    keys, formulas = set(wanted), {task.formula for task in tasks}
    options = BuildOptions(library.manifest.deduplicate, library.manifest.shard_records)
    with open_builder(folder, library.manifest.model_sha256, "held back", options) as builder:
        for shard in library.shards:
            keep = np.array(
                [
                    not _like(text, formula, truths, keys, formulas)
                    for text, formula in zip(
                        shard.smiles.to_pylist(),
                        shard.formulas.take(pa.array(shard.formula_code)).to_pylist(),
                        strict=True,
                    )
                ]
            )
            builder.copy(read_table(shard.path).filter(pa.array(keep)))
        builder.finish()
    marker.write_text(json.dumps(wanted), encoding="utf-8")
    return Library.open(folder)


def nearest_trained(block: ValidationBlock, tasks: list[Task], taught: list[Path], kept: Path) -> dict[int, float]:
    """The highest Tanimoto similarity of each task's molecule, by row, to any that trained the model.

    Ends the program where a connectivity of a task did train. `taught` are folders of `data teach`, of which only what
    a training with this block may use counts. The answer is written to `kept`, once.
    """
    named = {"taught": sorted(map(str, taught)), "rows": sorted(task.row for task in tasks)}
    if kept.exists() and (told := json.loads(kept.read_text(encoding="utf-8")))["of"] == named:
        return {int(row): value for row, value in told["tanimoto"].items()}
    data, train = block.data, block.split.train
    keys, smiles = [blocks(data.inchi_key[train])], [data.smiles[train]]
    for folder in taught:
        other = open_dataset(folder)
        rows = may_train(other, data, train)
        keys.append(blocks(other.inchi_key[rows]))
        smiles.append(other.smiles[rows])
    texts = np.unique(np.concatenate(smiles)).tolist()
    trained = {key.decode() for key in np.concatenate(keys).tolist()}
    trained |= {connectivity(text.decode()) for text in texts if b"." in text}  # of a salt, its main part
    leaked = [task.smiles for task in tasks if connectivity(task.smiles) in trained]
    if leaked:
        raise SystemExit(f"{len(leaked)} molecules trained the model, such as {leaked[0]}; take another block")
    truths = [_GENERATOR.GetFingerprint(Chem.MolFromSmiles(task.smiles)) for task in tasks]
    best = np.zeros(len(tasks))
    for text in texts:
        mol = Chem.MolFromSmiles(text.decode())
        if mol is not None:
            best = np.maximum(best, DataStructs.BulkTanimotoSimilarity(_GENERATOR.GetFingerprint(mol), truths))
    found = {task.row: round(float(value), 4) for task, value in zip(tasks, best, strict=True)}
    kept.write_text(json.dumps({"of": named, "tanimoto": found}), encoding="utf-8")
    return found


def _like(smiles: str, formula: str, truths: list, keys: set[str], formulas: set[str]) -> bool:
    parts = smiles.split(".")
    main = max(parts, key=len)
    fingerprint = _GENERATOR.GetFingerprint(Chem.MolFromSmiles(main))
    if max(DataStructs.BulkTanimotoSimilarity(fingerprint, truths)) >= LIKE:
        return True
    return (formula in formulas or len(parts) > 1) and connectivity(smiles) in keys
