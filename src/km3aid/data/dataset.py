"""Prepared data on disk: a folder of flat, memory-mapped arrays (`.npy`, never pickled) and `meta.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.errors import DataError
from km3aid.files import replacing, write_json

FORMAT_VERSION = 2
META = "meta.json"


@dataclass(frozen=True, slots=True)
class Dataset:
    """M molecules with S assigned spectra, flat: the atoms of molecule m are `atom_offset[m]:atom_offset[m + 1]`.

    Its spectra are `spectrum_offset[m]:spectrum_offset[m + 1]`, the fullest first; the values of spectrum s, one for
    each atom of its molecule, start at `value_offset[s]`.
    """

    atom_offset: NDArray[np.int64]  # (M + 1,)
    atoms: NDArray[np.uint8]  # (A, 10) codes of `ATOM_COLUMNS`
    symmetry: NDArray[np.uint16]  # (A,) class of each carbon: the lowest atom of the class
    splits: NDArray[np.bool_]  # (A,) whether the carbons of the class may be diastereotopic
    bond_offset: NDArray[np.int64]  # (M + 1,)
    bonds: NDArray[np.uint16]  # (E, 2) atoms within the molecule
    bond_codes: NDArray[np.uint8]  # (E, 5) codes of `BOND_COLUMNS`
    relation_offset: NDArray[np.int64]  # (M + 1,)
    relations: NDArray[np.uint16]  # (R, 3) of `Configuration`
    turn_offset: NDArray[np.int64]  # (M + 1,)
    turns: NDArray[np.uint16]  # (T, 8) of `Configuration`
    spectrum_offset: NDArray[np.int64]  # (M + 1,)
    value_offset: NDArray[np.int64]  # (S,)
    shift_ppm: NDArray[np.float32]  # (V,) NaN where an atom has none
    multiplicity: NDArray[np.uint8]  # (V,) attached H as recorded, 255 unknown
    noise_ppm: NDArray[np.float32]  # (V,) spread that a teacher states; 0 where the shift was measured
    record_id: NDArray[np.int64]  # (M,)
    inchi_key: NDArray[np.bytes_]  # (M,) S27
    smiles: NDArray[np.bytes_]  # (M,)

    def __len__(self) -> int:
        return len(self.record_id)

    @property
    def complete(self) -> NDArray[np.bool_]:
        """Whether the fullest spectrum of each molecule (M,) assigns every carbon."""
        first = self.value_offset[self.spectrum_offset[:-1]]
        sizes = np.diff(self.atom_offset)
        owner = np.repeat(np.arange(len(self)), sizes)
        value = np.repeat(first - self.atom_offset[:-1], sizes) + np.arange(len(self.atoms))
        lacking = (self.atoms[:, 0] == 6) & np.isnan(self.shift_ppm[value])
        complete: NDArray[np.bool_] = np.bincount(owner, lacking, minlength=len(self)) == 0
        return complete


def open_dataset(path: str | Path) -> Dataset:
    """Open a prepared folder; raises `DataError` where it is missing, damaged or of another version."""
    folder = Path(path)
    read_meta(folder)
    arrays = {}
    for name in Dataset.__dataclass_fields__:
        file = folder / f"{name}.npy"
        try:
            arrays[name] = np.load(file, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError) as error:
            raise DataError(f"{file}: missing or damaged ({error}); run `km3aid data prepare` again") from error
    return Dataset(**arrays)


def write_dataset(path: str | Path, dataset: Dataset, meta: dict[str, Any]) -> None:
    """Write the arrays and then `meta.json`, without which a folder is not a data set; raises `OSError`."""
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / META).unlink(missing_ok=True)
    for name in Dataset.__dataclass_fields__:
        with replacing(folder / f"{name}.npy") as part, open(part, "wb") as file:
            np.save(file, getattr(dataset, name), allow_pickle=False)
    write_json(folder / META, {"format_version": FORMAT_VERSION, **meta})


def read_meta(path: str | Path) -> dict[str, Any]:
    """What `meta.json` of a prepared folder holds: the source, its hash, counts, and what was left out."""
    file = Path(path) / META
    try:
        meta: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"{path}: no prepared data here; run `km3aid data prepare FILE -o {path}`") from error
    except ValueError as error:
        raise DataError(f"{file}: not valid JSON ({error}); run `km3aid data prepare` again") from error
    version = meta.get("format_version") if isinstance(meta, dict) else None
    if version != FORMAT_VERSION:
        raise DataError(f"{file}: format version {version}, expected {FORMAT_VERSION}; run `km3aid data prepare` again")
    return meta


_COUNTED = {  # offsets, and the array in which they count
    "atom_offset": "atoms",
    "bond_offset": "bonds",
    "relation_offset": "relations",
    "turn_offset": "turns",
    "spectrum_offset": "value_offset",
    "value_offset": "shift_ppm",
}


def joined(one: Dataset, other: Dataset) -> Dataset:
    """The molecules of both, those of `one` first."""
    arrays = {}
    for name in Dataset.__dataclass_fields__:
        first, second = getattr(one, name), getattr(other, name)
        if name in _COUNTED:
            second = second + len(getattr(one, _COUNTED[name]))
            first = first if name == "value_offset" else first[:-1]
        arrays[name] = np.concatenate([first, second])
    return Dataset(**arrays)


def in_memory(data: Dataset) -> Dataset:
    """The same data in memory instead of on disk."""
    return Dataset(**{name: np.array(getattr(data, name)) for name in Dataset.__dataclass_fields__})
