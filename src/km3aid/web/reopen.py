"""Spectra of an uploaded file with the structure and the assignment that it holds, so that saved work can be opened."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import AssignedSpectrum, Spectrum, iter_spectra, read_assigned
from km3aid.spectra.wanted import ANYTHING, Wanted

_HEAD_BYTES = 100_000
_ZIP = b"PK\x03\x04"
_MOL = re.compile(r"^M  END|^\$\$\$\$|V[23]000\s*$", re.MULTILINE)
_SD_FORMATS = (None, "nmredata", "nmrshiftdb2")


def iter_assigned(
    path: Path,
    input_format: str | None,
    on_error: Callable[[SpectrumFormatError], None],
    wanted: Wanted = ANYTHING,
) -> Iterator[AssignedSpectrum]:
    """Stream the spectra of a file; `mol_block` is empty where the file has no structure.

    Raises `SpectrumFormatError` where it cannot be read; reading goes on past a bad record, which `on_error` gets.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if input_format in _SD_FORMATS and not head.startswith(_ZIP) and is_mol(head.decode("utf-8", "replace")):
        for item in read_assigned(path):
            if isinstance(item, AssignedSpectrum):
                yield item
            else:
                on_error(item)
        return
    spectra = iter_spectra(path, input_format, on_error, wanted)
    if head.lstrip().startswith(b"{") and b'"spectra"' in head:
        yield from map(_nmrium_assignment(path), spectra)
        return
    yield from (AssignedSpectrum(spectrum, "", ()) for spectrum in spectra)


def is_mol(text: str) -> bool:
    """Whether a text has the marks of a mol block or an SD file."""
    return _MOL.search(text) is not None


def _nmrium_assignment(path: Path) -> Callable[[Spectrum], AssignedSpectrum]:
    """What adds to a spectrum of an NMRium file its only molecule and the `atoms` that km3aid writes to signals."""
    try:
        state = json.loads(path.read_text("utf-8", "replace"))
    except (ValueError, RecursionError):
        state = {}
    data = _dict(_dict(state).get("data")) or _dict(state)
    molecules = [_dict(item).get("molfile") for item in _list(data.get("molecules"))]
    block = str(molecules[0]) if len(molecules) == 1 and molecules[0] else ""
    atoms: dict[float, tuple[int, ...]] = {}
    for entry in _list(data.get("spectra")) if block else []:
        for zone in _list(_dict(_dict(entry).get("ranges")).get("values")):
            for signal in map(_dict, _list(_dict(zone).get("signals"))):
                own = tuple(i for i in _list(signal.get("atoms")) if type(i) is int and i >= 0)
                if own and isinstance(signal.get("delta"), int | float):
                    atoms[float(signal["delta"])] = own
    return lambda spectrum: AssignedSpectrum(spectrum, block, tuple(atoms.get(p.shift_ppm, ()) for p in spectrum))


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
