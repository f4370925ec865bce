"""Structures that were asked for lately, each read and encoded once."""

from __future__ import annotations

from collections.abc import Sequence

from km3aid.encoding.encode import EncodedMolecule, encode_molecules
from km3aid.models.network import Network
from km3aid.molecules import parse_structure

_MOST = 64


class KeptStructures:
    """What a network says about the latest structures: assigning, predicting and another spectrum share it."""

    def __init__(self) -> None:
        self._kept: dict[str, EncodedMolecule] = {}

    def encoded(self, network: Network, structures: Sequence[str]) -> list[EncodedMolecule]:
        """What it says about each; those that are new are encoded together. Raises `MoleculeError`."""
        new = [text for text in dict.fromkeys(structures) if text not in self._kept]
        molecules = [parse_structure(text) for text in new]
        made = dict(zip(new, encode_molecules(network, molecules), strict=True)) if new else {}
        found = {text: made.get(text) or self._kept[text] for text in structures}
        for text, encoded in found.items():
            self._kept.pop(text, None)
            self._kept[text] = encoded
        while len(self._kept) > _MOST:
            self._kept.pop(next(iter(self._kept)), None)
        return [found[text] for text in structures]
