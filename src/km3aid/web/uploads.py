"""What a dropped file or a pasted text holds: spectra in any format that `read_spectra` knows, or structures.

The bytes go into a file of a private folder under a name of our own; of the sender's name only the ending is kept.
"""

from __future__ import annotations

import base64
import binascii
import re
import tempfile
import zlib
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from km3aid.errors import ConfigError, Km3aidError, MoleculeError, SpectrumFormatError
from km3aid.molecules import parse_structure
from km3aid.molecules.read import read_structures
from km3aid.spectra import iter_spectra
from km3aid.web.config import Limits

_ENDING = re.compile(r"\.[A-Za-z0-9]{1,10}$")
_MOL = re.compile(r"^M  END|^\$\$\$\$|V[23]000\s*$", re.MULTILINE)


def parse_upload(request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """The spectra or structures of an upload, and what was left out and why; raises `Km3aidError`."""
    content = _content(request, limits)
    shown = request.get("name") or "pasted text"
    with tempfile.TemporaryDirectory(prefix="km3aid-") as folder:
        path = Path(folder) / f"upload{_ending(request, content)}"
        path.write_bytes(content)
        try:
            if request.get("kind") == "structures":
                return _structures(path, limits)
            return _spectra(path, request.get("input_format"), limits, lambda text: text.replace(str(path), shown))
        except Km3aidError as error:
            raise type(error)(str(error).replace(str(path), shown)) from None


def _content(request: dict[str, Any], limits: Limits) -> bytes:
    if request.get("base64") is None:
        return str(request["text"]).encode("utf-8", "replace")
    try:
        content = base64.b64decode(request["base64"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise ConfigError(f"base64: not valid ({error}); send the bytes of the file in base 64") from None
    if content[:2] != b"\x1f\x8b":
        return content
    unpacker = zlib.decompressobj(31)
    try:
        plain = unpacker.decompress(content, limits.unpacked_bytes)
    except zlib.error as error:
        raise ConfigError(f"the gz file is damaged ({error}); save it again") from None
    if unpacker.unconsumed_tail:
        raise ConfigError(f"the gz file unpacks to more than {limits.unpacked_bytes:,} bytes; use the command line")
    return plain


def _ending(request: dict[str, Any], content: bytes) -> str:
    name = str(request.get("name") or "").removesuffix(".gz")
    if found := _ENDING.search(name):
        return found.group().lower()
    is_mol = request.get("kind") == "structures" and _MOL.search(content[:100_000].decode("utf-8", "replace"))
    return ".sdf" if is_mol else ".txt"


def _spectra(path: Path, input_format: str | None, limits: Limits, named: Callable[[str], str]) -> dict[str, Any]:
    errors: list[str] = []
    found = []
    stream = iter_spectra(path, input_format, lambda error: errors.append(named(str(error))))
    for spectrum in islice(stream, limits.spectra + 1):
        if len(spectrum) > limits.peaks:
            raise SpectrumFormatError(f"{len(spectrum)} peaks; the service takes up to {limits.peaks}")
        left_out = [{"text": i.text, "reason": i.reason} for i in spectrum.left_out]
        found.append(spectrum.to_dict() | {"left_out": left_out, "notes": list(spectrum.notes)})
    if not found:
        raise SpectrumFormatError(errors[0] if errors else "no spectrum found")
    more = len(found) > limits.spectra
    note = [f"only the first {limits.spectra} spectra are shown"] if more else []
    return {"spectra": found[: limits.spectra], "errors": errors[:20] + note}


def _structures(path: Path, limits: Limits) -> dict[str, Any]:
    found, errors = [], []
    for number, (text, name) in enumerate(islice(read_structures(path), limits.candidates + 1), 1):
        if number > limits.candidates:
            errors.append(f"only the first {limits.candidates} structures are taken")
            break
        try:
            molecule = parse_structure(text)
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
