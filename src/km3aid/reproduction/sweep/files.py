"""What a sweep leaves: archives of bounded size, with figures of every model first and weights as far as they fit."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.files import replacing
from km3aid.reproduction.sweep.rounding import pack, unpack

ARCHIVES = ("sweep-1.tar", "sweep-2.tar")
_MOST_BYTES = 15_200_000
_BLOCK = 512

Arrays = Mapping[str, NDArray[Any]]
Content = tuple[str, bytes]


def write_archives(folder: Path, figures: Sequence[Content], weights: Iterable[Content]) -> list[str]:
    """Write the figures and, in their order, as many of the weights as two archives hold; returns what was left out."""
    parts: list[list[Content]] = [list(figures), []]
    left_out = []
    for content in weights:
        for part in parts:
            if _room(part) + _size(content) <= _MOST_BYTES:
                part.append(content)
                break
        else:
            left_out.append(content[0])
    folder.mkdir(parents=True, exist_ok=True)
    for name, part in zip(ARCHIVES, parts, strict=True):
        with replacing(folder / name) as path, tarfile.open(path, "w") as archive:
            for entry, data in part:
                info = tarfile.TarInfo(entry)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    return left_out


def read_archives(folder: Path) -> dict[str, bytes]:
    """Everything in the archives of a folder, by name."""
    found = {}
    for name in ARCHIVES:
        if (folder / name).is_file():
            with tarfile.open(folder / name) as archive:
                for info in archive:
                    file = archive.extractfile(info)
                    if file is not None:
                        found[info.name] = file.read()
    return found


def json_content(name: str, value: Any) -> Content:
    """A JSON file."""
    return f"{name}.json", json.dumps(value, ensure_ascii=False).encode()


def array_content(name: str, arrays: Arrays) -> Content:
    """A compressed file of arrays."""
    out = io.BytesIO()
    np.savez_compressed(out, allow_pickle=False, **arrays)
    return f"{name}.npz", out.getvalue()


def weight_content(name: str, weights: Arrays) -> Content:
    """Weights in 12 bits."""
    packed: dict[str, NDArray[Any]] = {}
    for key, array in weights.items():
        packed |= pack(key, array)
    out = io.BytesIO()
    np.savez(out, allow_pickle=False, **packed)
    return f"{name}.weights.npz", out.getvalue()


def read_arrays(content: bytes) -> dict[str, NDArray[Any]]:
    """What `array_content` wrote."""
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def read_weights(content: bytes) -> dict[str, NDArray[np.float32]]:
    """What `weight_content` wrote."""
    return unpack(read_arrays(content))


def _size(content: Content) -> int:
    return _BLOCK + -(-len(content[1]) // _BLOCK) * _BLOCK


def _room(part: Sequence[Content]) -> int:
    return sum(map(_size, part)) + 20 * _BLOCK
