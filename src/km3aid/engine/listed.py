"""Which structures stand in a library, whatever a search of it has shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from km3aid.library import Filters, Library
from km3aid.molecules import connectivity, parse_smiles

if TYPE_CHECKING:
    from km3aid.engine.engine import Engine

_NEAREST = 12  # of the same formula, by the similarity of their embeddings, that are compared in full


def listed(engine: Engine, library: Library, smiles: Sequence[str]) -> set[str]:
    """Those connectivities of some structures that molecules of a library with the same formula have.

    Structures of one connectivity have nearly the same embedding, so that only the nearest molecules are compared.
    """
    if not smiles:
        return set()
    found = set()
    for text, vector in zip(smiles, engine.embed(smiles), strict=True):
        near: list[tuple[float, str]] = []
        rows = library.filter(Filters(formula=parse_smiles(text).formula))
        for shard, own in zip(library.shards, rows, strict=True):
            likeness = (shard.embedding[own].astype(np.float32) @ vector) * shard.scale[own]
            best = np.argsort(-likeness, kind="stable")[:_NEAREST].tolist()
            near += [(float(likeness[n]), str(shard.smiles[int(own[n])].as_py())) for n in best]
        near.sort(key=lambda pair: -pair[0])
        key = connectivity(text)
        if any(connectivity(other) == key for _, other in near[:_NEAREST]):
            found.add(key)
    return found
