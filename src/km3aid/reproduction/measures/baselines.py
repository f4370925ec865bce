"""Baselines without learning: chance, attached hydrogens, HOSE codes, and spectra predicted from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset
from km3aid.errors import MoleculeError
from km3aid.evaluation.metrics import shift_errors
from km3aid.evaluation.node_level import NodeShares, node_shares, summarise_shares
from km3aid.molecules import featurise, parse_smiles
from km3aid.reproduction.measures.hose_codes import Table, build_table, hose_codes, look_up
from km3aid.reproduction.measures.nested_library import Same
from km3aid.reproduction.measures.ranks import Ranks, Scores, rank_among, shares_within

_CARBON, _HYDROGENS = 6, 4  # atomic number; column of the attached hydrogens
_OTHER_MULTIPLICITY_PPM = 30.0  # what a wrong number of attached hydrogens costs
_LARGEST = 100_000
_BIN_PPM, _BLUR_PPM, _LOW_PPM, _HIGH_PPM = 1.0, 1.5, -20.0, 240.0
_QUANTILES = 48


def whole_codes(data: Dataset) -> NDArray[np.uint64]:
    """HOSE codes (R, A) of every atom of the data."""
    start = np.repeat(data.atom_offset[:-1], np.diff(data.bond_offset))
    return hose_codes(data.atoms, data.bonds.astype(np.int64) + start[:, None], data.bond_codes)


def evaluate_baselines(
    data: Dataset,
    train: NDArray[np.int64],
    rows: NDArray[np.int64],
    queries: NDArray[np.int64],
    structures: Iterator[tuple[str, str | None]],
    keys: NDArray[np.bytes_],
) -> dict[str, Any]:
    """Assignment on the block's molecules `rows`, and retrieval of `queries` among the head of the pool."""
    codes = whole_codes(data)
    atoms = np.concatenate([_carbons(data, row) for row in train])
    shifts = np.concatenate([_shifts(data, row)[_carbons(data, row) - data.atom_offset[row]] for row in train])
    table = build_table(codes[:, atoms], shifts)
    return {
        "assignment": _assignment(data, rows, codes, table),
        "retrieval": _retrieval(data, queries, structures, keys[:_LARGEST], table),
    }


def _assignment(data: Dataset, rows: NDArray[np.int64], codes: NDArray[np.uint64], table: Table) -> dict[str, Any]:
    kinds: dict[str, list[NodeShares]] = {"chance": [], "multiplicity": [], "spheres": [], "spheres_only": []}
    errors, depths = [], []
    for row in rows:
        atoms = _carbons(data, row)
        recorded = _shifts(data, row)[atoms - data.atom_offset[row]]
        hydrogens = data.atoms[atoms, _HYDROGENS].astype(int)
        predicted, depth = look_up(table, codes[:, atoms])
        errors.append(predicted - recorded)
        depths.append(depth)
        order = np.argsort(recorded, kind="stable")
        other = hydrogens[order][:, None] != hydrogens[None, :]
        away = np.abs(recorded[order][:, None] - predicted[None, :])
        for name, cost in (("spheres_only", away), ("spheres", away + _OTHER_MULTIPLICITY_PPM * other)):
            kinds[name].append(node_shares(-cost.astype(float), recorded[order], recorded))
        kinds["chance"].append(_by_chance(recorded, np.zeros(len(recorded), int)))
        kinds["multiplicity"].append(_by_chance(recorded, hydrogens))
    depth = np.concatenate(depths)
    return {
        "molecules": len(rows),
        "by_kind": {name: summarise_shares(shares) for name, shares in kinds.items()},
        **shift_errors(np.concatenate(errors)),
        "carbons_by_radius": {str(r): int((depth == r).sum()) for r in np.unique(depth)},
    }


def _by_chance(recorded: NDArray[np.float32], groups: NDArray[np.int64]) -> NodeShares:
    """Expected share that is right where a peak goes to any carbon of its group; one-to-one it is the same."""
    same_group = groups[:, None] == groups[None, :]
    same_shift = (recorded[:, None] == recorded[None, :]) & same_group
    share = float((same_shift.sum(1) / same_group.sum(1)).mean())
    return NodeShares(share, share, share)


def _retrieval(
    data: Dataset,
    queries: NDArray[np.int64],
    structures: Iterator[tuple[str, str | None]],
    keys: NDArray[np.bytes_],
    table: Table,
) -> dict[str, Any]:
    """Predicted against recorded spectra, one peak per carbon: carbon count, vector and Wasserstein similarity."""
    known = [data.smiles[row].decode() for row in queries]
    spectra = list(predicted_spectra((s for s, _ in structures), table, len(keys)))
    own = list(predicted_spectra(iter(known), table, len(known)))
    blocks = np.array([key[:14] for key in keys], "S14")
    sizes = [n for n in (100, 1000, 10_000, 100_000) if n <= len(keys)]
    vectors, own_vectors = _vectors(spectra), _vectors(own)
    quantiles, own_quantiles = _quantiles(spectra), _quantiles(own)
    counts, own_counts = np.array([len(s) for s in spectra]), np.array([len(s) for s in own])
    ranks: dict[str, dict[str, list[Ranks]]] = {}
    for n, row in enumerate(queries):
        recorded = [np.sort(_shifts(data, row)[_carbons(data, row) - data.atom_offset[row]])]
        vector, quantile = _vectors(recorded)[0], _quantiles(recorded)[0]
        scores = {
            "carbon_count": (-np.abs(counts - len(recorded[0])), -abs(int(own_counts[n]) - len(recorded[0]))),
            "vector": (vectors @ vector, own_vectors[n] @ vector),
            "wasserstein": (-np.abs(quantiles - quantile).mean(1), -np.abs(own_quantiles[n] - quantile).mean()),
        }
        key = data.inchi_key[row]
        same = Same(np.flatnonzero(keys == key), np.flatnonzero(blocks == key[:14]))
        for name, (among, mine) in scores.items():
            compared = Scores(among.astype(np.float32), float(np.float32(mine)), None, 0.0)
            for size in sizes:
                rank = rank_among(compared, None, same, size, 1)
                ranks.setdefault(name, {}).setdefault(str(size), []).append(rank)
    shares = {name: {size: shares_within(r) for size, r in by_size.items()} for name, by_size in ranks.items()}
    return {"queries": len(queries), "shares": shares}


def predicted_spectra(structures: Iterator[str], table: Table, count: int) -> Iterator[NDArray[np.float32]]:
    """Looked-up shifts, ascending, of the carbons of the first `count` structures."""
    for _ in range(count):
        try:
            graph = featurise(parse_smiles(next(structures)).mol)
        except MoleculeError:
            yield np.zeros(0, np.float32)
            continue
        codes = hose_codes(graph.atoms, graph.bonds.astype(np.int64), graph.bond_codes)
        yield np.sort(look_up(table, codes[:, graph.atoms[:, 0] == _CARBON])[0])


def _vectors(spectra: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Unit vectors (N, bins) of blurred sticks: their product is the vector (cosine) similarity."""
    centre = np.arange(_LOW_PPM, _HIGH_PPM, _BIN_PPM)
    blurred = [np.exp(-0.5 * ((centre[:, None] - s[None, :]) / _BLUR_PPM) ** 2).sum(1) for s in spectra]
    out = np.stack(blurred)
    scaled: NDArray[np.float32] = (out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)).astype(
        np.float32
    )
    return scaled


def _quantiles(spectra: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Quantiles (N, Q) of the shifts: the mean absolute difference of two is their Wasserstein distance, in ppm."""
    out = np.full((len(spectra), _QUANTILES), _HIGH_PPM, np.float32)
    for n, s in enumerate(spectra):
        if len(s):
            out[n] = s[np.minimum(((np.arange(_QUANTILES) + 0.5) / _QUANTILES * len(s)).astype(int), len(s) - 1)]
    return out


def _carbons(data: Dataset, row: int) -> NDArray[np.int64]:
    """Rows of `data.atoms` that are the carbons of a molecule."""
    first, last = int(data.atom_offset[row]), int(data.atom_offset[row + 1])
    return first + np.flatnonzero(data.atoms[first:last, 0] == _CARBON)


def _shifts(data: Dataset, row: int) -> NDArray[np.float32]:
    """Shifts of all atoms of a molecule in its fullest spectrum."""
    first = int(data.value_offset[data.spectrum_offset[row]])
    return data.shift_ppm[first : first + int(data.atom_offset[row + 1] - data.atom_offset[row])]
