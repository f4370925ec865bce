"""Training arrays from an SD file, by several processes."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset, write_dataset
from km3aid.data.nmrshiftdb2 import Record, make_record
from km3aid.data.noise import repeat_error
from km3aid.errors import DataError
from km3aid.files import sha256_of
from km3aid.spectra.formats.nmrshiftdb2 import SdRecord, read_sd_records
from km3aid.threads import available_cores

_CHUNK = 200


def prepare(
    source: str | Path,
    out: str | Path,
    *,
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Read the SD file `source` and write the training arrays to the folder `out`.

    `progress` is called with the number of records done since the last call. Returns what `meta.json` holds: source,
    hash, counts, and how many records, spectra and entries were left out for each reason. Raises `DataError` where the
    file holds nothing usable.
    """
    records: list[Record] = []
    faults: Counter[str] = Counter()
    read = 0
    chunks = _chunks(read_sd_records(source))
    for made, met, number in _made(chunks, workers or available_cores()):
        records += made
        faults += met
        read += number
        if progress:
            progress(number)
    if not records:
        raise DataError(
            f"{source}: no record of {read} has a usable 13C spectrum; give nmrshiftdb2's file with signals"
        )
    meta = {
        "source": Path(source).name,
        "source_sha256": sha256_of(Path(source)),
        "records_read": read,
        "molecules": len(records),
        "spectra": sum(len(r.spectra) for r in records),
        "left_out": dict(sorted(faults.items())),
    }
    dataset = flatten(records)
    meta["complete_molecules"] = int(dataset.complete.sum())
    meta["repeat_error"] = repeat_error(dataset)
    write_dataset(out, dataset, meta)
    return meta


def _chunks(records: Iterator[SdRecord]) -> Iterator[list[SdRecord]]:
    while chunk := list(islice(records, _CHUNK)):
        yield chunk


def _made(chunks: Iterator[list[SdRecord]], workers: int) -> Iterator[tuple[list[Record], Counter[str], int]]:
    if workers == 1:
        yield from map(_make_chunk, chunks)
        return
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        yield from pool.imap(_make_chunk, chunks)


def _make_chunk(chunk: list[SdRecord]) -> tuple[list[Record], Counter[str], int]:
    made, faults = [], Counter[str]()
    for sd_record in chunk:
        record, met = make_record(sd_record)
        faults += met
        if record is not None:
            made.append(record)
    return made, faults, len(chunk)


def flatten(records: list[Record]) -> Dataset:
    """The records as flat arrays."""
    spectra = [spectrum for record in records for spectrum in record.spectra]
    return Dataset(
        atom_offset=_offsets([len(r.graph.atoms) for r in records]),
        atoms=np.concatenate([r.graph.atoms for r in records]),
        symmetry=np.concatenate([r.symmetry for r in records]),
        splits=np.concatenate([r.splits for r in records]),
        bond_offset=_offsets([len(r.graph.bonds) for r in records]),
        bonds=np.concatenate([r.graph.bonds for r in records]),
        bond_codes=np.concatenate([r.graph.bond_codes for r in records]),
        relation_offset=_offsets([len(r.graph.relations) for r in records]),
        relations=np.concatenate([r.graph.relations for r in records]),
        turn_offset=_offsets([len(r.graph.turns) for r in records]),
        turns=np.concatenate([r.graph.turns for r in records]),
        spectrum_offset=_offsets([len(r.spectra) for r in records]),
        value_offset=_offsets([len(s.shift_ppm) for s in spectra])[:-1],
        shift_ppm=np.concatenate([s.shift_ppm for s in spectra]),
        multiplicity=np.concatenate([s.multiplicity for s in spectra]),
        noise_ppm=np.concatenate([s.noise_ppm for s in spectra]),
        record_id=np.array([r.id for r in records], np.int64),
        inchi_key=np.array([r.inchi_key for r in records], "S27"),
        smiles=np.array([r.smiles.encode() for r in records]),
    )


def _offsets(lengths: list[int]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
