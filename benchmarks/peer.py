"""Compare the precise model with CSP5, a trained model that predicts 13C shifts from 3D conformers.

    python benchmarks/peer.py --source nmrshiftdb2withsignals.sd.gz --data runs/prepared --paper-ids km3aid_ids.csv \
      --out results/paper/peer/fold-0/csp5.json

Needs csp5 (MIT licence) beside this package; `make peer` installs both in a separate environment. The molecules are
from validation block 0, which was not used to train the bundled models; CSP5 may well have been trained on them.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from csp5 import predict_smiles
from numpy.typing import NDArray
from rdkit import Chem

from km3aid.data.dataset import Dataset
from km3aid.engine import Engine
from km3aid.evaluation.block import open_validation_block, outside_list
from km3aid.evaluation.cases import Case, make_cases
from km3aid.evaluation.metrics import bootstrap_interval, shift_errors
from km3aid.evaluation.node_level import NodeShares, case_shares, cost_scores, summarise_shares
from km3aid.files import write_json
from km3aid.molecules import parse_mol_block
from km3aid.spectra.formats.nmrshiftdb2 import read_sd_records

_OTHER_MULTIPLICITY_PPM = 30.0  # cost of a wrong number of attached hydrogens, as for HOSE codes
_HYDROGENS = 4  # column with the number of attached hydrogens


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("source", "data", "paper-ids", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--molecules", type=int, default=900)
    options = parser.parse_args()
    engine = Engine.load(device="cpu").precise
    block = open_validation_block(options.data, options.paper_ids, 0)
    drawn = np.random.RandomState(0).permutation(block.rows)[: options.molecules]
    result = {
        "versions": {name: version(name) for name in ("csp5", "km3aid", "torch", "rdkit")},
        **compared(engine, block.data, np.sort(drawn), options.source),
        "outside_list": compared(engine, block.data, outside_list(block, options.paper_ids), options.source),
    }
    unit = {"unit": "peer/fold-0/csp5", "command": "make peer", **engine.identity, "result": result}
    print(json.dumps(unit, indent=1))
    write_json(options.out, unit, indent=1)


def compared(engine: Engine, data: Dataset, rows: NDArray[np.int64], source: Path) -> dict[str, Any]:
    """Errors, shares of right carbons and speed of both on some molecules."""
    cases = list(make_cases(engine, data, rows))
    ids = [int(data.record_id[c.row]) for c in cases]
    ordered = _ordered_smiles(source, set(ids))
    smiles = [ordered[number][0] for number in ids]
    predict_smiles(smiles[:2], device="cpu")
    began = time.perf_counter()
    answer = predict_smiles(smiles, device="cpu")
    peer_s = time.perf_counter() - began
    by_smiles = {
        text: dict(zip(t["atom_index"], t["shift_ppm"], strict=True))
        for text, t in answer.predictions.groupby("smiles")
    }
    peer = [by_smiles.get(text, {}) for text in smiles]
    both = [n for n, case in enumerate(cases) if len(peer[n]) == len(case.carbons)]
    engine.predict(smiles[0])
    began = time.perf_counter()
    for text in smiles:
        engine.predict(text)
    alone_s = time.perf_counter() - began
    began = time.perf_counter()
    list(engine.entries((text, None) for text in smiles))
    together_s = time.perf_counter() - began
    peer_ppm = {n: np.full(len(cases[n].recorded_ppm), np.nan, np.float32) for n in both}
    for n in both:
        peer_ppm[n][ordered[ids[n]][1]] = [peer[n].get(i, np.nan) for i in range(len(peer_ppm[n]))]
    of_peer = [peer_ppm[n][c.carbons] - c.recorded_ppm[c.carbons] for n in both for c in [cases[n]]]
    of_precise = [(c.predicted_ppm - c.recorded_ppm)[c.carbons] for n in both for c in [cases[n]]]
    behind = np.array([np.abs(b).mean() - np.abs(p).mean() for b, p in zip(of_precise, of_peer, strict=True)])
    return {
        "molecules": len(both),
        "not_predicted_by_peer": len(cases) - len(both),
        "csp5": {
            **_summary([_by_shifts(data, cases[n], peer_ppm[n]) for n in both]),
            **_errors(of_peer),
            "molecules_per_s": round(len(cases) / peer_s, 2),
        },
        "precise_by_shifts": {
            **_summary([_by_shifts(data, cases[n], cases[n].predicted_ppm) for n in both]),
            **_errors(of_precise),
            "molecules_per_s": round(len(cases) / alone_s, 1),
            "molecules_per_s_in_batches": round(len(cases) / together_s, 1),
        },
        "precise": _summary([case_shares(cases[n], cost_scores(engine, cases[n])) for n in both]),
        "precise_behind_ppm": round(float(behind.mean()), 3),  # mean of the molecules' mean errors
        "precise_behind_ppm_interval": _interval(behind),
    }


def _summary(shares: Sequence[NodeShares]) -> dict[str, Any]:
    """Shares of right carbons, with 95 % intervals by molecules."""
    one_to_one = np.array([s.one_to_one for s in shares])
    return {
        **summarise_shares(shares),
        "one_to_one_interval": _interval(one_to_one),
        "no_error_interval": _interval((one_to_one == 1).astype(float)),
    }


def _interval(values: NDArray[np.float64]) -> list[float]:
    return [round(v, 4) for v in bootstrap_interval(values)]


def _ordered_smiles(source: Path, ids: set[int]) -> dict[int, tuple[str, list[int]]]:
    """For each id the SMILES of the record's molecule and, for each atom of it, the atom of the record."""
    by_id = {}
    for record in read_sd_records(source):
        number = int(record.id) if record.id and record.id.isdigit() else -1
        if number in ids:
            mol = parse_mol_block(record.mol_block).mol
            smiles = Chem.MolToSmiles(mol)
            by_id[number] = (smiles, list(mol.GetPropsAsDict(True, True)["_smilesAtomOutputOrder"]))
            if len(by_id) == len(ids):
                break
    return by_id


def _by_shifts(data: Dataset, case: Case, predicted_ppm: NDArray[np.float32]) -> NodeShares:
    """Shares of correct carbons if only shifts and attached hydrogens decide."""
    carbons = np.sort(case.carbons)
    hydrogens = data.atoms[int(data.atom_offset[case.row]) + np.arange(len(case.recorded_ppm)), _HYDROGENS].astype(int)
    recorded = case.recorded_ppm
    away = np.abs(recorded[case.carbons][:, None] - predicted_ppm[carbons][None, :])
    other = hydrogens[case.carbons][:, None] != hydrogens[carbons][None, :]
    return case_shares(case, -(away + _OTHER_MULTIPLICITY_PPM * other).astype(float))


def _errors(differences: Sequence[NDArray[np.float32]]) -> dict[str, Any]:
    """Of all carbons together; the interval is that of the mean of the molecules' mean errors."""
    by_molecule = np.array([np.abs(d).mean() for d in differences], np.float64)
    errors = {name: round(value, 3) for name, value in shift_errors(np.concatenate(differences)).items()}
    return {**errors, "mean_error_ppm_interval": _interval(by_molecule)}


if __name__ == "__main__":
    main()
