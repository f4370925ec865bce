"""A structure from an argument: SMILES or mol file."""

from __future__ import annotations

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
