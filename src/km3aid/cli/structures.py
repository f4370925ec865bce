"""Structures from arguments and files: SMILES lists and mol files."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

from km3aid.errors import MoleculeError


def read_structure(argument: str) -> str:
    """A SMILES, or the mol block of the file that `argument` names."""
    if argument.lower().endswith((".mol", ".sdf", ".sd")):
        try:
            text = Path(argument).read_text(encoding="utf-8")
        except OSError as error:
            raise MoleculeError(
                f"{argument}: cannot be opened ({error.strerror}); give a mol file or a SMILES"
            ) from error
        return text.split("$$$$")[0]
    return argument


def read_smiles_file(path: Path) -> Iterator[tuple[str, str | None]]:
    """(SMILES, name or None) of every line, plain or gz; a first line `smiles …` is a header."""
    try:
        with open(path, "rb") as probe:
            packed = probe.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rt", encoding="utf-8") if packed else open(path, encoding="utf-8") as stream:
            for number, line in enumerate(stream):
                smiles, _, name = line.strip().replace("\t", " ").replace(",", " ").partition(" ")
                if smiles and not (number == 0 and smiles.lower() == "smiles"):
                    yield smiles, name.strip() or None
    except (OSError, EOFError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise MoleculeError(f"{path}: cannot be read ({reason}); expected one SMILES [name] per line") from error
