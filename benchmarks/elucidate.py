"""Elucidate molecules that neither the library nor the training holds, and fit by how much proposals are trusted.

    python benchmarks/elucidate.py run --data runs/prepared --paper-ids km3aid_ids.csv --library runs/million \
        --work runs/elucidate --of block --count 300 --cores 2 --seconds 60 10 300 --ablations
    python benchmarks/elucidate.py calibrate --work runs/elucidate
    python benchmarks/elucidate.py report --work runs/elucidate --out results/elucidate.json   # and docs/elucidate.md

`run` does every molecule in every setting (formula known or not; each effort; with `--ablations` also without each
part, and with the truth left in, at the first effort), molecule by molecule, so that all settings have the same
molecules whenever it stops. It writes a line for each and goes on where it stopped. The molecules have 10 to 30 heavy
atoms; their distinct recorded shifts are the spectrum. What shares the connectivity of any of them, or has a Tanimoto
similarity of 0.95 to it, is taken out of the library and its index. None of them trained the model, which is checked:
no connectivity of the training fold, nor of the teacher's labels in `--taught` that may train, is one of theirs; a line
says how similar the nearest of those is. `calibrate` takes the lines of molecules that were held back from training
("watched"), `report` those of validation block 0 ("block").
"""

from __future__ import annotations

import argparse
import json
import os
import time
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from elucidate_report import SECTIONS, calibrated, page, reported
from held_back import Task, nearest_trained, tasks_of, without
from rdkit import Chem, DataStructs
from rdkit.Chem import rdFingerprintGenerator

from km3aid.elucidate.explore import Explorer
from km3aid.elucidate.known import Effort, Known
from km3aid.elucidate.members import EVERY_PART, Parts
from km3aid.elucidate.scoring import Scorer
from km3aid.elucidate.trust import FILE, Trust
from km3aid.engine import Engine
from km3aid.engine.elucidating import Run, index_of, propose
from km3aid.evaluation.block import open_validation_block
from km3aid.files import write_json
from km3aid.library import Library
from km3aid.molecules import connectivity, smiles_of
from km3aid.molecules.graphs import flat_mol, sketch_of_mol, stacked
from km3aid.spectra.spectrum import Spectrum

WATCHED, BLOCK = 160, 300
_GENERATOR = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)
_KEPT = 100  # proposals in a line
PARTS = tuple(field.name for field in fields(Parts))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("run", "calibrate", "report"):
        command = commands.add_parser(name)
        command.add_argument("--work", type=Path, required=True)
        if name == "calibrate":
            command.add_argument("--keep-unusual", action="store_true", help="fit what tells the trust alone")
        if name == "report":
            command.add_argument("--out", type=Path, required=True)
            command.add_argument("--section", choices=SECTIONS, default="figures", help="of docs/elucidate.md")
    command = commands.choices["run"]
    for name in ("data", "paper-ids", "library"):
        command.add_argument(f"--{name}", type=Path, required=True)
    command.add_argument("--of", choices=("watched", "block"), required=True)
    command.add_argument("--count", type=int, default=300)
    command.add_argument("--known", nargs="+", choices=("formula", "free"), default=["formula", "free"])
    effort = command.add_mutually_exclusive_group(required=True)
    effort.add_argument("--molecules", type=int, nargs="+", help="scored for each: load does not matter")
    effort.add_argument("--seconds", type=float, nargs="+")
    command.add_argument("--cores", type=int, default=1)
    command.add_argument(
        "--without", nargs="*", choices=PARTS, default=[], help="also leave these parts out, one by one"
    )
    command.add_argument("--truth-left-in", action="store_true", help="also with the molecules in the library")
    command.add_argument("--ablations", action="store_true", help="all of --without, and --truth-left-in")
    command.add_argument("--taught", type=Path, nargs="*", default=[], help="folders of `data teach` that trained too")
    given = parser.parse_args()
    {"run": run, "calibrate": calibrate, "report": report}[given.command](given)


class Setting(NamedTuple):
    """How a molecule is elucidated."""

    of: str
    formula: bool
    effort: Effort
    without: str | None = None
    truth_left_in: bool = False

    @property
    def name(self) -> str:
        """As in names of files."""
        effort = self.effort
        amount = f"{effort.molecules}-molecules" if effort.molecules else f"{effort.seconds:g}-s"
        cores = f"-{effort.cores}-cores" if effort.cores > 1 else ""
        left = f"-without-{self.without}" if self.without else "-truth-left-in" if self.truth_left_in else ""
        return f"{self.of}-{'formula' if self.formula else 'free'}-{amount}{cores}{left}"

    @property
    def parts(self) -> Parts:
        """What the run makes use of."""
        return replace(EVERY_PART, **{self.without: False}) if self.without else EVERY_PART


def settings_of(given: argparse.Namespace) -> list[Setting]:
    """All that is asked for; parts are left out at the first effort."""
    if given.molecules:
        efforts = [Effort(86_400.0, n, cores=given.cores) for n in given.molecules]
    else:
        efforts = [Effort(seconds, cores=given.cores) for seconds in given.seconds]
    found = []
    for known in given.known:
        found += [Setting(given.of, known == "formula", effort) for effort in efforts]
        parts = PARTS if given.ablations else given.without
        found += [Setting(given.of, known == "formula", efforts[0], part) for part in parts]
        if given.truth_left_in or given.ablations:
            found.append(Setting(given.of, known == "formula", efforts[0], truth_left_in=True))
    return found


def run(given: argparse.Namespace) -> None:
    engine = Engine.load(device="cpu")
    block = open_validation_block(given.data, given.paper_ids, 0)
    watched = tasks_of(engine, block, block.split.validation, WATCHED, 1)
    tested = tasks_of(engine, block, block.rows, BLOCK, 2)
    given.work.mkdir(parents=True, exist_ok=True)
    whole = Library.open(given.library, engine.model_sha256)
    held_back = without(whole, watched + tested, given.work / "library")
    nearest = nearest_trained(block, watched + tested, given.taught, given.work / "trained.json")
    for setting in (settings := settings_of(given)):
        done = {line["model_sha256"] for line in _lines(given.work / f"{setting.name}.jsonl")}
        if done - {engine.model_sha256}:
            raise SystemExit(f"{given.work / setting.name}.jsonl: lines of another model; take another --work")
    for task in (watched if given.of == "watched" else tested)[: given.count]:
        for setting in settings:
            out = given.work / f"{setting.name}.jsonl"
            if task.row in {line["row"] for line in _lines(out)}:
                continue
            line = _elucidated(engine, whole if setting.truth_left_in else held_back, task, setting)
            line |= {"model_sha256": engine.model_sha256, "trained_tanimoto": nearest[task.row]}
            with open(out, "a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
            print(f"{setting.name}: rank {line['rank']} of {line['smiles']}, {line['elapsed_s']:.0f} s", flush=True)


def _elucidated(engine: Engine, library: Library, task: Task, setting: Setting) -> dict[str, Any]:
    index_of(engine, library)  # is made once, and its time is nobody's
    began = time.perf_counter()
    known = Known(formula=task.formula if setting.formula else None)
    spectrum = Spectrum.from_shifts(list(task.shifts_ppm))
    made = propose(engine, spectrum, library, known, setting.effort, None, setting.parts)
    elapsed_s = time.perf_counter() - began
    key, truth = connectivity(task.smiles), _fingerprint(task.smiles)
    smiles = [Chem.MolToSmiles(group[0].mol) for group in made.grouped[:_KEPT]]
    keys = [connectivity(text) for text in smiles]
    alike = [DataStructs.TanimotoSimilarity(truth, _fingerprint(text)) for text in smiles[:10]]
    hits = made.starts.fitting or made.starts.similar
    own, figures = _scored(engine, made, task.smiles)
    return {
        "row": task.row,
        "smiles": task.smiles,
        "formula": task.formula,
        "setting": setting.name,
        "rank": keys.index(key) + 1 if key in keys else None,
        "formula_right": bool(smiles) and _formula(smiles[0]) == _formula(task.smiles),
        "best_tanimoto": max(alike, default=0.0),
        "hit_tanimoto": DataStructs.TanimotoSimilarity(truth, _fingerprint(hits[0])) if hits else 0.0,
        "hits_tanimoto": max(
            (DataStructs.TanimotoSimilarity(truth, _fingerprint(text)) for text in hits[:10]), default=0.0
        ),
        "hit_rank": next((n for n, text in enumerate(hits, 1) if connectivity(text) == key), None),
        "origin": made.grouped[keys.index(key)][0].origin if key in keys else None,
        "figures": made.figures() if made.grouped else {},
        "total": made.scores[:_KEPT].round(4).tolist(),
        "score": [round(group[0].score, 4) for group in made.grouped[:_KEPT]],
        "unusual": figures[:-1].round(4).tolist(),
        "right_score": own,
        "configured_rank": _configured_rank(made, key),
        "right_unusual": figures[-1].round(4).tolist(),
        "scored": made.found.scored,
        "estimated": made.found.estimated,
        "elapsed_s": round(elapsed_s, 2),
        "load_average_1_min": round(os.getloadavg()[0], 2),
    }


def _configured_rank(made: Run, key: str) -> int | None:
    """The rank of the right connectivity if each had the score of its best configuration."""
    best = made.scores.copy()
    for n, configured in enumerate(made.configured):
        if configured:
            best[n] = configured[0].member.total
    order = np.argsort(-best, kind="stable").tolist()
    found = [n for n, place in enumerate(order, 1) if connectivity(smiles_of(made.grouped[place][0].mol)) == key]
    return found[0] if found else None


def _scored(engine: Engine, made: Run, smiles: str) -> tuple[float, Any]:
    """The score of the right structure, and the figures of what is unusual in the proposals and, last, in it."""
    scorer = Scorer(engine.network, made.query)
    explorer = Explorer(scorer, made.chemistry, made.target, 0, EVERY_PART)
    truth = flat_mol(smiles)
    own = float(scorer.start([truth]).result().score[0])
    scorer.close()
    mols = [*(group[0].mol for group in made.grouped[:_KEPT]), truth]
    return own, explorer.estimator.figures(stacked([sketch_of_mol(mol) for mol in mols]))


def calibrate(given: argparse.Namespace) -> None:
    lines = [line for path in sorted(given.work.glob("watched-*.jsonl")) for line in _lines(path)]
    engine = Engine.load(device="cpu")
    path = Path(__file__).parents[1] / "src" / "km3aid" / "weights" / FILE
    fitted = calibrated(lines, engine.model_sha256, Trust.bundled() if given.keep_unusual else None)
    write_json(path, fitted.to_dict())
    print(path.read_text(encoding="utf-8"))


def report(given: argparse.Namespace) -> None:
    settings = {path.stem: _lines(path) for path in sorted(given.work.glob("block-*.jsonl"))}
    target = "make elucidate-parts" if given.section == "parts" else "make elucidate"
    fitted = {path.stem: len(_lines(path)) for path in sorted(given.work.glob("watched-*.jsonl"))}
    made = {
        "command": target,
        "model_sha256": Engine.load(device="cpu").model_sha256,
        "trust_fitted_on": fitted,
        **reported(settings, Trust.bundled()),
    }
    write_json(given.out, made)
    document = Path(__file__).parents[1] / "docs" / "elucidate.md"
    document.write_text(page(document.read_text(encoding="utf-8"), given.section, made), encoding="utf-8")
    print(given.out.read_text(encoding="utf-8"))


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def _fingerprint(smiles: str) -> Any:
    return _GENERATOR.GetFingerprint(Chem.MolFromSmiles(smiles))


def _formula(smiles: str) -> str:
    return str(Chem.rdMolDescriptors.CalcMolFormula(Chem.MolFromSmiles(smiles)))


if __name__ == "__main__":
    np.seterr(all="raise", under="ignore")
    main()
