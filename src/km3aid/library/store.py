"""A library on disk: a folder of plain arrays, opened memory-mapped, that only the model that built it may search."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.errors import LibraryError, LibraryMismatchError
from km3aid.matching.prediction import ClassTable

FORMAT_VERSION = 1
META = "library.json"
_TABLE = ("offset", "shift_ppm", "scale_ppm", "hydrogens", "size")


@dataclass(frozen=True, slots=True)
class Library:
    """N molecules with graph embeddings and the predicted shift of every carbon class."""

    path: Path
    meta: dict[str, Any]
    embedding: NDArray[np.float16]  # (N, D) unit vectors
    classes: ClassTable
    mass_da: NDArray[np.float64]  # (N,) monoisotopic
    formula: NDArray[np.bytes_]  # (N,) Hill order
    text: NDArray[np.uint8]  # SMILES and names, UTF-8, joined
    text_offset: NDArray[np.int64]  # (2N + 1,) SMILES of molecule n at 2n, its name at 2n + 1

    @classmethod
    def open(cls, path: str | Path, model_sha256: str | None = None) -> Library:
        """Open a library; raises `LibraryError`, or `LibraryMismatchError` where another model built it."""
        folder = Path(path)
        meta = _read_meta(folder)
        if model_sha256 is not None and meta["model_sha256"] != model_sha256:
            raise LibraryMismatchError(
                f"{folder}: built by model {meta['model_sha256'][:12]}, but model {model_sha256[:12]} is to search it; "
                f"build it again with `km3aid library build`, or give the other model with --model"
            )
        names = ("embedding", *_TABLE, "mass_da", "formula", "text", "text_offset")
        arrays = {name: _load(folder / f"{name}.npy") for name in names}
        table = ClassTable(*(arrays.pop(name) for name in _TABLE))
        library = cls(folder, meta, classes=table, **arrays)
        sizes = {len(library.embedding), len(table.offset) - 1, len(library.mass_da), meta["molecules"]}
        if len(sizes) != 1 or len(library.text_offset) != 2 * len(library) + 1:
            raise LibraryError(f"{folder}: its files disagree on the number of molecules; build the library again")
        return library

    def __len__(self) -> int:
        return len(self.embedding)

    def smiles(self, row: int) -> str:
        """SMILES of molecule `row`."""
        return self._text(2 * row)

    def name(self, row: int) -> str | None:
        """Name of molecule `row`, or None."""
        return self._text(2 * row + 1) or None

    def _text(self, index: int) -> str:
        return bytes(self.text[self.text_offset[index] : self.text_offset[index + 1]]).decode()

    def info(self) -> dict[str, Any]:
        """What `km3aid library info` prints."""
        size = sum(file.stat().st_size for file in self.path.iterdir() if file.is_file())
        return {**self.meta, "path": str(self.path), "bytes": size}

    def filter(
        self, formula: str | None = None, mass_da: float | None = None, mass_tolerance_da: float = 0.01
    ) -> NDArray[np.int64]:
        """Rows that satisfy the filters, ascending."""
        keep = np.ones(len(self), bool)
        if formula is not None:
            keep &= self.formula == formula.encode()
        if mass_da is not None:
            keep &= np.abs(self.mass_da - mass_da) <= mass_tolerance_da
        return np.flatnonzero(keep)


def write_library(path: str | Path, arrays: dict[str, NDArray[Any]], meta: dict[str, Any]) -> None:
    """Write the arrays and, last, the description: a folder without it is not a library."""
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / META).unlink(missing_ok=True)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    (folder / META).write_text(json.dumps({"format_version": FORMAT_VERSION, **meta}, indent=2) + "\n")


def take(table: ClassTable, rows: NDArray[np.int64]) -> ClassTable:
    """The classes of the molecules `rows` alone."""
    lengths = table.offset[rows + 1] - table.offset[rows]
    offset = np.concatenate([[0], np.cumsum(lengths)])
    index = np.repeat(table.offset[rows] - offset[:-1], lengths) + np.arange(offset[-1])
    return ClassTable(offset, *(column[index] for column in table[1:]))


def _read_meta(folder: Path) -> dict[str, Any]:
    try:
        meta: dict[str, Any] = json.loads((folder / META).read_text(encoding="utf-8"))
    except OSError as error:
        raise LibraryError(f"{folder}: no library here; build one with `km3aid library build`") from error
    except ValueError as error:
        raise LibraryError(f"{folder / META}: damaged ({error}); build the library again") from error
    if meta.get("format_version") != FORMAT_VERSION:
        raise LibraryError(
            f"{folder}: format version {meta.get('format_version')}, expected {FORMAT_VERSION}; build it again"
        )
    return meta


def _load(file: Path) -> NDArray[Any]:
    try:
        array: NDArray[Any] = np.load(file, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise LibraryError(f"{file}: missing or damaged ({error}); build the library again") from error
    return array
