"""What a dropped file or a pasted text holds: spectra in any format that can be read, or structures.

The bytes go into a file in a private folder under a name of our own; only the ending of the sender's name is kept.
"""

from __future__ import annotations

import base64
import binascii
import re
import tempfile
import zlib
from itertools import islice
from pathlib import Path
from typing import Any

from km3aid.errors import ConfigError, Km3aidError, MoleculeError, SpectrumFormatError
from km3aid.molecules.read import read_structures
from km3aid.requests.limits import Limits
from km3aid.spectra import AssignedSpectrum, text_formats
from km3aid.spectra.trace import Trace
from km3aid.spectra.wanted import Wanted
from km3aid.web.bodies import ParseRequest
from km3aid.web.config import Limits as ServiceLimits
from km3aid.web.reopen import is_mol, iter_assigned

_ERRORS_SHOWN = 20
_PARTS = 10_000  # into which the largest height of a trace is divided
_HEAD_BYTES = 20_000
_MOST_BYTES = {"list": 200_000, "journal": 200_000, "csv": 200_000, "json": 2_000_000, "jsonl": 2_000_000}
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,10}$")


def parse_upload(request: ParseRequest, limits: Limits, service: ServiceLimits) -> dict[str, Any]:
    """The spectra or structures of an upload, and what was left out and why; raises `Km3aidError`."""
    content = _content(request, service)
    shown = request.name or "pasted text"
    with tempfile.TemporaryDirectory(prefix="km3aid-") as folder:
        path = Path(folder) / f"upload{_ending(request, content)}"
        path.write_bytes(content)
        try:
            if request.kind == "structures":
                return _structures(path, limits)
            found = _spectra(path, request, limits, service)
            return found | {"errors": [error.replace(str(path), shown) for error in found["errors"]]}
        except Km3aidError as error:
            raise type(error)(str(error).replace(str(path), shown)) from None


def _content(request: ParseRequest, service: ServiceLimits) -> bytes:
    if request.base64 is None:
        return str(request.text).encode("utf-8", "replace")
    try:
        content = base64.b64decode(request.base64, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ConfigError(f"base64: not valid ({error}); send the bytes of the file in base 64") from None
    if content[:2] != b"\x1f\x8b":
        return content
    unpacker = zlib.decompressobj(31)
    try:
        plain = unpacker.decompress(content, service.unpacked_bytes)
    except zlib.error as error:
        raise ConfigError(f"the gzip file is damaged ({error}); save it again") from None
    if unpacker.unconsumed_tail:
        raise ConfigError(f"the gzip file unpacks to more than {service.unpacked_bytes:,} bytes; use the command line")
    return plain


def _ending(request: ParseRequest, content: bytes) -> str:
    if found := _ENDING.search((request.name or "").removesuffix(".gz")):
        return found.group().lower()
    if request.kind == "structures" and is_mol(content[:100_000].decode("utf-8", "replace")):
        return ".sdf"
    return ".txt"


def _spectra(path: Path, request: ParseRequest, limits: Limits, service: ServiceLimits) -> dict[str, Any]:
    _check_length(path, request.input_format)
    errors: list[str] = []
    found = []
    wanted = Wanted(every=request.every)
    items = iter_assigned(path, request.input_format, lambda error: errors.append(str(error)), wanted)
    for item in islice(items, service.spectra + 1):
        limits.check_spectrum(item.spectrum)
        found.append(_described(item))
    if not found:
        raise SpectrumFormatError(errors[0] if errors else "no spectrum found")
    notes = errors[:_ERRORS_SHOWN]
    if len(errors) > _ERRORS_SHOWN:
        notes.append(f"… and {len(errors) - _ERRORS_SHOWN} more errors")
    if len(found) > service.spectra:
        notes.append(f"only the first {service.spectra} spectra are shown")
    return {"spectra": found[: service.spectra], "errors": notes}


def _check_length(path: Path, input_format: str | None) -> None:
    """Refuse a peak list that would keep a worker busy for long, only to be found too long in the end."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if b"\0" in head or head.startswith(b"PK"):
        return  # files of spectrometers and archives
    lines = head.decode("utf-8", "replace").splitlines(keepends=True)
    name = input_format or next(name for name, form in text_formats().items() if form.recognise(lines))
    size, most = path.stat().st_size, _MOST_BYTES.get(name)
    if most is not None and size > most:
        raise SpectrumFormatError(
            f"{size:,} bytes, read as {text_formats()[name].description}; at most {most:,} are taken: keep the peaks "
            "alone, or choose another format"
        )


def _described(item: AssignedSpectrum) -> dict[str, Any]:
    """A spectrum as the page takes it; `assigned` are the atoms of each peak, from 0, in `structure`, a mol block."""
    spectrum = item.spectrum
    atoms = item.atoms or ((),) * len(spectrum)
    kept = [n for n, peak in enumerate(spectrum) if peak.aside is None]
    peaks = spectrum.to_dict()["peaks"]
    intensities = [peak.intensity for peak in spectrum]
    return {
        "id": spectrum.id,
        "solvent": spectrum.solvent,
        "experiment": spectrum.experiment.value,
        "peaks": [peaks[n] | {"intensity": intensities[n]} for n in kept],
        "aside": [{"ppm": p.shift_ppm, "intensity": p.intensity, "reason": p.aside} for p in spectrum if p.aside],
        "left_out": [{"text": i.text, "reason": i.reason} for i in spectrum.left_out],
        "notes": list(spectrum.notes),
        "structure": item.mol_block or None,
        "assigned": [list(atoms[n]) for n in kept] if item.atoms else [],
        "trace": spectrum.trace and _curve(spectrum.trace),
    }


def _curve(trace: Trace) -> dict[str, Any]:
    """A trace in whole parts of its largest height, which are short to send and to keep."""
    largest = max(*map(abs, trace.high), *map(abs, trace.low)) or 1.0
    low, high = ([round(_PARTS * y / largest) for y in side] for side in (trace.low, trace.high))
    noise = _PARTS * trace.noise / largest
    return {"left_ppm": trace.left_ppm, "right_ppm": trace.right_ppm, "low": low, "high": high, "noise": noise}


def _structures(path: Path, limits: Limits) -> dict[str, Any]:
    found, errors = [], []
    for number, (text, name) in enumerate(read_structures(path), 1):
        if number > limits.candidates:
            errors.append(f"only the first {limits.candidates} structures are taken")
            break
        try:
            molecule = limits.read_structure(text)
        except MoleculeError as error:
            errors.append(f"structure {number}: {error}")
            continue
        is_block = "\n" in text.strip()
        found.append(
            {
                "smiles": molecule.smiles if is_block else text.strip(),
                "block": text if is_block else None,
                "name": name,
                "formula": molecule.formula,
            }
        )
    if not found:
        raise MoleculeError(errors[0] if errors else "no structure found; give SMILES or mol blocks")
    return {"structures": found, "errors": errors}
